"""``/leads``: enforcement leads (执法线索), raised and worked on; and the law that they are of."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.alertread import caller_of
from api.context import ServicesHere
from api.exports import Kind
from api.leadread import AskedHere, Drafter, LeadId, Seer, rules_here, shown
from api.replies import TABLES, Format, json_reply, table_reply, table_wanted
from api.routes import PROBLEMS, READ_PROBLEMS, Code, CursorHere, IfNoneMatch
from api.shapes.leads import LeadDetail, LeadKind, LeadList, LeadState, ToldLeadDetail
from api.shapes.leadsteps import AddAlerts, AssignLead, ChooseBasis, Discretion, EditLead, RaiseLead
from api.wire import Moment, cursor_of, number_part, page, parse_moment, read_cursor
from api.writes import WriteHere
from store import clock
from store.database import Connection
from store.handling import clocks_of
from store.leads import drafting
from store.leads.raising import raise_lead
from store.leads.reading import lead_detail, lead_item, list_leads
from store.leads.subjects import NewLead

router = APIRouter(tags=["leads"])

TABLE_MOST = 10_000
_COLUMNS = (
    "number",
    "state",
    "state_zh",
    "kind",
    "kind_zh",
    "source",
    "title",
    "site",
    "from_time",
    "to_time",
    "found_at",
    "handler",
    "authority_name",
    "disposition",
    "due_kind",
    "due_day",
)
_KINDS: dict[str, Kind] = {
    "from_time": "time",
    "to_time": "time",
    "found_at": "time",
    "due_day": "day",
}


@router.get(
    "/leads",
    response_model=LeadList,
    summary="Leads, newest first",
    responses={**READ_PROBLEMS, **TABLES},
)
def get_leads(
    request: Request,
    services: ServicesHere,
    principal: Seer,
    state: LeadState | None = None,
    kind: LeadKind | None = None,
    site: Code | None = None,
    alert: Annotated[int | None, Query(ge=1, lt=2**63, description="Id of an alert.")] = None,
    due: Annotated[Moment | None, Query(description="Only those with a time that ends until then.")] = None,
    mine: Annotated[bool, Query(description="Only those that the caller raised or works on.")] = False,
    as_format: Format = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: CursorHere = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """By the time they were raised. A company sees those that it was told of. As CSV and XLSX
    the newest 10,000, of the bureau only."""
    before: list[Any] = read_cursor(cursor, "leads", parse_moment, number_part) if cursor else [None, None]
    filters = {
        "state": state,
        "kind": kind,
        "site": site,
        "alert": alert,
        "due_before": due,
        "mine": principal.name if mine else None,
        "before_time": before[0],
        "before_id": before[1],
    }
    company = principal.site_key is not None
    table = None if company else table_wanted(request, as_format)
    with services.database.read() as connection:
        found = list_leads(
            connection,
            most=TABLE_MOST if table is not None else limit + 1,
            site_key=principal.site_key,
            **filters,
        )
    if table is not None:
        items = [lead_item(row, for_company=False) for row in found]
        return table_reply(
            table, "leads", _COLUMNS, _KINDS, ([item[name] for name in _COLUMNS] for item in items)
        )
    fetched, last = page(found, limit)
    following = None if last is None else cursor_of("leads", last["created_at"], last["id"])
    shown_ = [lead_item(row, for_company=company) for row in fetched]
    return json_reply(request, {"items": shown_, "next": following})


@router.get(
    "/leads/{lead_id}",
    response_model=LeadDetail | ToldLeadDetail,
    summary="One lead",
    responses=READ_PROBLEMS,
)
def get_lead(
    request: Request,
    lead_id: LeadId,
    services: ServicesHere,
    principal: Seer,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Everything: numbers, alerts, tasks, history, reviews, papers, talks, clocks, and what the caller can do with it now.

    A company sees what it was told, what it said, and the papers that are public.
    """
    with services.database.read() as connection:
        return json_reply(request, lead_detail(connection, lead_id, caller_of(principal)))


@router.post("/leads", response_model=LeadDetail, status_code=201, summary="Raise a lead", responses=PROBLEMS)
def add_lead(write: WriteHere, principal: Drafter, body: RaiseLead) -> Response:
    """Of alerts of one unit (each takes its step `lead`), of a task that left one, or by hand with its source in words."""
    given = body.model_dump()
    new = NewLead(
        alert_ids=tuple(given.pop("alerts")),
        task_id=given.pop("task"),
        site_id=given.pop("site"),
        outlet_ids=tuple(given.pop("outlets")),
        factors=tuple(given.pop("factors")),
        start=given.pop("from_time"),
        end=given.pop("to_time"),
        acts=None if body.acts is None else tuple(given.pop("acts")),
        **{name: value for name, value in given.items() if name != "acts"},
    )
    rules, clocks = rules_here(write), clocks_of(write.services.settings)

    def do(connection: Connection) -> dict[str, Any]:
        lead_id = raise_lead(
            connection, new, caller_of(principal), rules=rules, clocks=clocks, at=clock.now()
        )
        return shown(connection, lead_id, principal)

    return write.answer(principal, body.model_dump(mode="json"), do, status=201)


@router.post(
    "/leads/{lead_id}/edit", response_model=LeadDetail, summary="Change what a lead says", responses=PROBLEMS
)
def edit_lead(asked: AskedHere, principal: Drafter, body: EditLead) -> Response:
    """Only what is given changes. After a review it goes back to the technical review."""
    changes = {
        name: getattr(body, name)
        for name in body.model_fields_set - {"revision", "reason"}
        if getattr(body, name) is not None or name in ("to_time", "feedback", "source_note")
    }
    return asked.done(
        principal, drafting.edit, changes, body=body, reason=body.reason, revision=body.revision
    )


@router.post(
    "/leads/{lead_id}/alerts", response_model=LeadDetail, summary="Add alerts to a lead", responses=PROBLEMS
)
def add_alerts(asked: AskedHere, principal: Drafter, body: AddAlerts) -> Response:
    """Further alerts of the same unit; each takes its step `lead`. Take the numbers again afterwards."""
    clocks = clocks_of(asked.write.services.settings)
    return asked.done(principal, drafting.add_alerts, body.alerts, body.reason, body=body, clocks=clocks)


@router.post(
    "/leads/{lead_id}/refresh",
    response_model=LeadDetail,
    summary="Take the numbers again",
    responses=PROBLEMS,
)
def refresh_lead(asked: AskedHere, principal: Drafter) -> Response:
    """From the data as they are judged now; while it is a draft."""
    return asked.done(principal, drafting.refresh)


@router.post(
    "/leads/{lead_id}/basis", response_model=LeadDetail, summary="Choose the legal basis", responses=PROBLEMS
)
def choose_basis(asked: AskedHere, principal: Drafter, body: ChooseBasis) -> Response:
    """Among the candidates; a person's choice with the reason."""
    return asked.done(principal, drafting.choose, body.norms, body.reason, body=body)


@router.post(
    "/leads/{lead_id}/discretion",
    response_model=LeadDetail,
    summary="Enter discretion factors",
    responses=PROBLEMS,
)
def enter_discretion(asked: AskedHere, principal: Drafter, body: Discretion) -> Response:
    """裁量因素 as the officer enters them, and the result; nothing is computed."""
    return asked.done(principal, drafting.weigh, body.model_dump(exclude_none=True), body=body)


@router.post(
    "/leads/{lead_id}/assign", response_model=LeadDetail, summary="Name who works on it", responses=PROBLEMS
)
def assign_lead(asked: AskedHere, principal: Drafter, body: AssignLead) -> Response:
    """May be done again; the last one named works on it."""
    return asked.done(principal, drafting.assign, body.to, body=body)
