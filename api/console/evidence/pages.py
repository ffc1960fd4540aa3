"""The evidence centre: asking for packages, what is being built, and the list of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.access import Principal
from api.console.alertview import kind_word
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.evidence.asking import KINDS, Filled, asked_of, filled
from api.console.evidence.views import days_words, package_row, seconds_words
from api.console.leads.content import size_words
from api.console.leads.forms import FormHere
from api.console.leads.options import site_options
from api.console.pages import render
from api.console.scope import visible_registry
from api.context import Services, ServicesHere
from api.evidence.estimate import estimate
from api.evidence.plan import plan
from api.evidenceread import estimate_item
from api.routes.evidence import Builder, Reader
from api.shapes.evidence import PackageState
from store import clock
from store.database import Connection, rows
from store.evidence import ask_for
from store.queries import queries
from store.tasks import Caller
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

PAGE = 30
WORKING_SHOWN = 20
STATES = ("queued", "building", "ready", "failed", "expired")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The filters of the list."""

    state: str = ""
    site: str = ""
    about: str = ""
    words: str = ""

    def address(self, before: int | None = None) -> str:
        """The list with these filters, from a place on."""
        given = {
            "state": self.state,
            "site": self.site,
            "about": self.about,
            "words": self.words,
            "before": before,
        }
        query = urlencode({name: value for name, value in given.items() if value})
        return f"/evidence?{query}" if query else "/evidence"


@router.get("/evidence")
def centre(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    state: PackageState | Literal[""] = "",
    site: Annotated[str, Query(max_length=63)] = "",
    about: Literal["lead", "alert", "outlet", ""] = "",
    words: Annotated[str, Query(max_length=100)] = "",
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    kind: Literal["lead", "alert", "outlet"] = "outlet",
    subject: Annotated[str, Query(max_length=63)] = "",
) -> Response:
    """The form, what is being built, and the packages; ``kind`` and ``subject`` fill the form in."""
    narrowed = Narrowed(state, site, about, words.strip())
    return _page(request, services, principal, narrowed, before, Filled(kind, subject), None)


@router.post("/evidence/estimate")
def estimate_package(
    request: Request, services: ServicesHere, principal: Builder, form: FormHere
) -> Response:
    """How large a package would be and how long it would take; nothing is begun."""
    asked = filled(form)
    with services.database.read() as connection:
        place = plan(connection, asked_of(asked), clock.now())
        told = estimate(connection, place, most=services.settings.evidence_bytes)
        item = estimate_item(connection, place, told, services.settings)
    shown = {
        "size": size_words(told.size),
        "seconds": seconds_words(told.seconds),
        "days": days_words(place.from_time, place.to_time),
        "outlets": text("leads.between").join(item["outlets"]),
        "most": size_words(services.settings.evidence_bytes),
    }
    if "HX-Request" in request.headers:
        return render(request, "evidence/estimate.html", principal, estimate=shown)
    return _page(request, services, principal, Narrowed(), None, asked, shown)


@router.post("/evidence")
def build(request: Request, services: ServicesHere, principal: Builder, form: FormHere) -> Response:
    """Ask for the package; the builder takes it up."""
    asked = asked_of(filled(form))
    settings = services.settings
    at = clock.now()
    with services.database.write() as connection:
        place = plan(connection, asked, at)
        package_id = ask_for(
            connection,
            place,
            estimate(connection, place, most=settings.evidence_bytes),
            Caller(principal.name, principal.origin),
            asked_size=asked.as_of,
            formal=asked.formal,
            most=settings.evidence_queue,
            at=at,
        )
    services.builder.wake()
    return done(request, f"/evidence/{package_id}", said="evidence.asked")


def _page(
    request: Request,
    services: Services,
    principal: Principal,
    narrowed: Narrowed,
    before: int | None,
    asked: Filled,
    told: dict[str, str] | None,
) -> Response:
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        found = _packages(
            connection,
            state=narrowed.state or None,
            site=narrowed.site or None,
            subject_kind=narrowed.about or None,
            words=narrowed.words or None,
            before=before,
            most=PAGE + 1,
        )
        working = _packages(connection, working=True, most=WORKING_SHOWN)
        subjects = _subjects(connection)
    older = narrowed.address(found[PAGE - 1]["id"]) if len(found) > PAGE else None
    any_option = ("", text("console.evidence.filter.any"))
    return render(
        request,
        "evidence/centre.html",
        principal,
        page="evidence",
        packages=[package_row(row, registry, now) for row in found[:PAGE]],
        working=[package_row(row, registry, now) for row in working],
        older=older,
        first=narrowed.address() if before else None,
        narrowed=narrowed,
        asked=asked,
        estimate=told,
        address=narrowed.address(before),
        site_options=site_options(registry.sites, "console.evidence.filter.any"),
        state_options=[any_option, *((one, text(f"evidence.state.{one}")) for one in STATES)],
        about_options=[any_option, *((one, text(f"console.evidence.kind.{one}")) for one in KINDS)],
        kind_options=[(one, text(f"console.evidence.kind.{one}")) for one in KINDS],
        outlets=[
            (outlet.id, f"{site.name} {outlet.name}") for site in registry.sites for outlet in site.outlets
        ],
        subjects=subjects,
        seconds=seconds_words,
        keep_days=services.settings.evidence_keep_days,
        now=now,
    )


def _packages(connection: Connection, *, most: int, **filters: Any) -> list[dict[str, Any]]:
    nothing = dict.fromkeys(("state", "site", "subject_kind", "words", "before"))
    with rows(connection) as cursor:
        arguments = {**nothing, "working": False, **filters, "most": most}
        return cursor.execute(queries("console_evidence")["packages"], arguments).fetchall()


def _subjects(connection: Connection) -> list[tuple[str, str]]:
    with rows(connection) as cursor:
        found = cursor.execute(queries("console_evidence")["recent_subjects"]).fetchall()
    return [
        (row["number"], row["words"] if row["kind"] == "lead" else kind_word(row["words"])) for row in found
    ]
