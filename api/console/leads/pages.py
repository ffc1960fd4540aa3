"""The pages of leads: board, table, a new lead, one lead; a company sees what it was told. What they change is in ``steps``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.access import Principal
from api.alertread import caller_of
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.leads import reads
from api.console.leads.board import COLUMNS, cards_of, columns_of
from api.console.leads.detail import acts_offered, page_of
from api.console.leads.export import leads_sheet
from api.console.leads.filtering import FiltersHere, address_of, filters_of
from api.console.leads.forms import FormHere, local_time, read
from api.console.leads.newlead import alert_words, new_lead
from api.console.leads.numbers import difference_of, numbers_of
from api.console.leads.offers import offers_for
from api.console.leads.options import lead_options, site_options, task_options
from api.console.leads.told import told_card, told_page
from api.console.pages import render
from api.console.scope import visible_registry
from api.context import ServicesHere
from api.exports import csv_response, xlsx_response
from api.leadread import Drafter, Inner, LeadId, Seer
from api.shapes.leadsteps import RaiseLead
from api.wire import cursor_of, number_part, parse_moment, read_cursor
from store import clock
from store.database import Connection, rows
from store.evidence import packages
from store.handling import clocks_of
from store.handover.connectors import connector_standings
from store.handover.keeping import find_handover, list_handovers
from store.leads.actions import standing_of
from store.leads.drafting import numbers_now
from store.leads.guards import Standing
from store.leads.kinds import KINDS
from store.leads.law import load_law
from store.leads.raising import raise_lead
from store.leads.reading import find_lead, lead_detail, list_leads, told_item
from store.leads.rules import rules_of
from store.leads.subjects import SOURCES
from store.queries import queries
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

HANDOVERS_SHOWN = 20
PACKAGES_SHOWN = 10

Site = Annotated[str | None, Query(max_length=63)]


@router.get("/leads")
def board(request: Request, services: ServicesHere, principal: Seer, asked: FiltersHere) -> Response:
    """The board, or the table; as CSV or XLSX what the filters leave."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        if principal.site_key is not None:
            return _told_list(request, connection, principal, now)
        filters = filters_of(asked, principal, now)
        if asked.format is not None:
            found = reads.table_rows(connection, filters, principal.role, now, most=reads.MOST_EXPORTED)
            sheet = leads_sheet(cards_of(found, registry), principal.name, now)
            name = text("console.leads.export.file", day=f"{now:%Y%m%d}")
            if asked.format == "csv":
                return csv_response(f"{name}.csv", sheet)
            return xlsx_response(f"{name}.xlsx", [sheet], at=now)
        model: dict[str, Any] = {"columns": [], "cards": [], "older": None}
        if asked.view == "table":
            before = read_cursor(asked.before, "leads", parse_moment, number_part) if asked.before else None
            place = None if before is None else (before[0], before[1])
            found = reads.table_rows(connection, filters, principal.role, now, before=place)
            if len(found) > reads.PAGE:
                found = found[: reads.PAGE]
                cursor = cursor_of("leads", found[-1]["created_at"], found[-1]["id"])
                model["older"] = address_of(asked, before=cursor)
            model["cards"] = cards_of(found, registry)
        else:
            model["columns"] = columns_of(
                reads.board_rows(connection, filters, principal.role, now), registry
            )
        counted = reads.counts(connection, now)
    return render(
        request,
        "leads/board.html",
        principal,
        page="leads",
        asked=asked,
        address=lambda **changed: address_of(asked, **changed),
        site_options=site_options(registry.sites, "console.leads.filter.any"),
        column_options=[
            ("", text("console.leads.filter.any")),
            *((column, text(f"console.leads.column.{column}")) for column, _ in COLUMNS),
        ],
        counts=counted,
        reviews=bool(reads.reviewable_states(principal.role)),
        now=now,
        **model,
    )


def _told_list(request: Request, connection: Connection, principal: Principal, now: datetime) -> Response:
    found = list_leads(connection, most=reads.MOST_OFFERED, site_key=principal.site_key)
    cards = [told_card(told_item(row)) for row in found]
    return render(request, "leads/told_list.html", principal, page="leads", cards=cards, now=now)


@router.get("/leads/new")
def new(
    request: Request,
    services: ServicesHere,
    principal: Drafter,
    site: Site = None,
    alert: Annotated[list[int] | None, Query(max_length=100)] = None,
    task: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """A new lead: first the unit, then its alerts and tasks."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        chosen = None if not site else registry.site(site)
        alerts = [] if chosen is None else reads.alerts_to_raise(connection, chosen.id, principal.role)
        tasks = [] if chosen is None else reads.tasks_to_raise(connection, chosen.id)
        people = reads.assignees(connection)
    return render(
        request,
        "leads/new.html",
        principal,
        page="leads",
        site_options=site_options(registry.sites, "console.leads.new.which"),
        site=chosen,
        factors=[]
        if chosen is None
        else sorted({factor for outlet in chosen.outlets for factor in outlet.factors}),
        alerts=alerts,
        alert_words=alert_words(alerts, registry),
        tasks=tasks,
        task_options=task_options(tasks),
        people=people,
        ticked=set(alert or ()),
        task=task,
        kinds=[(kind, text(f"leads.kind.{kind}")) for kind in KINDS],
        sources=[(source, text(f"leads.source.{source}")) for source in SOURCES],
        acts=acts_offered(load_law()),
        now=now,
    )


@router.post("/leads")
def add(request: Request, services: ServicesHere, principal: Drafter, form: FormHere) -> Response:
    """Raise the lead and open it."""
    asked = read(
        RaiseLead,
        form,
        times=("from_time", "to_time", "found_at"),
        many=("alerts", "outlets", "factors", "acts"),
    )
    settings = services.settings
    with services.database.write() as connection:
        lead_id = raise_lead(
            connection,
            new_lead(asked),
            caller_of(principal),
            rules=rules_of(settings),
            clocks=clocks_of(settings),
            at=clock.now(),
        )
    return done(request, f"/leads/{lead_id}", said="leads.raised")


@router.get("/leads/{lead_id}")
def lead(request: Request, lead_id: LeadId, services: ServicesHere, principal: Seer) -> Response:
    """One lead: everything for the bureau, what it was told for its company."""
    now = clock.now()
    caller = caller_of(principal)
    with services.database.read() as connection:
        found = lead_detail(connection, lead_id, caller)
        if principal.site_key is not None:
            return render(request, "leads/told.html", principal, page="leads", told=told_page(found), now=now)
        registry = visible_registry(connection, principal, now)
        names = {outlet.id: outlet.name for outlet in registry.outlets()}
        offers = offers_for(_standing(connection, lead_id, principal), principal.role)
        built = packages(connection, most=PACKAGES_SHOWN, subject_kind="lead", subject_id=str(lead_id))
        sent = [
            find_handover(connection, one["id"])
            for one in list_handovers(connection, most=HANDOVERS_SHOWN, lead_id=lead_id)
        ]
        connectors = connector_standings(connection)
        people = reads.assignees(connection)
        open_alerts = reads.alerts_to_raise(connection, found["site"], principal.role)
    factors = sorted(
        {
            factor
            for outlet in registry.outlets()
            if outlet.id in found["outlets"]
            for factor in outlet.factors
        }
    )
    return render(
        request,
        "leads/lead.html",
        principal,
        page="leads",
        page_of_lead=page_of(found, names, offers),
        lead=found,
        offers=offers,
        packages=built,
        handovers=sent,
        connectors=connectors,
        people=people,
        open_alerts=open_alerts,
        alert_words=alert_words(open_alerts, registry),
        kinds=[(kind, text(f"leads.kind.{kind}")) for kind in KINDS],
        all_acts=acts_offered(load_law()),
        all_factors=sorted({*factors, *found["factors"]}),
        local_time=local_time,
        **lead_options(found, connectors, offers),
        statement_days=services.settings.statement_days,
        now=now,
    )


@router.get("/leads/{lead_id}/numbers")
def numbers(request: Request, lead_id: LeadId, services: ServicesHere, principal: Inner) -> Response:
    """The numbers that were taken, what the takings differ in, and what they would be if they were taken now."""
    now = clock.now()
    with services.database.read() as connection:
        found = find_lead(connection, lead_id, site_key=None)
        taken = reads.snapshots(connection, lead_id)
        offers = offers_for(_standing(connection, lead_id, principal), principal.role)
        current = numbers_now(connection, lead_id, now)
    newest = taken[0] if taken else None
    earlier = taken[1] if len(taken) > 1 else None
    return render(
        request,
        "leads/numbers.html",
        principal,
        page="leads",
        lead=found,
        taken=taken,
        numbers=None if newest is None else numbers_of(newest["content"]),
        since=None if newest is None else difference_of(newest["content"], current),
        before=None
        if newest is None or earlier is None
        else difference_of(earlier["content"], newest["content"]),
        offer=offers["refresh"],
        now=now,
    )


def _standing(connection: Connection, lead_id: int, principal: Principal) -> Standing:
    with rows(connection) as cursor:
        columns = cursor.execute(queries("leads")["lead_columns"], {"id": lead_id}).fetchone()
    assert columns is not None
    return standing_of(connection, columns, caller_of(principal))
