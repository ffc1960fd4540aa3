"""``/quality/quarantine``: what could not be used, why, and what to do about it; one piece with its bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from api import quarantineread
from api.access import Principal, requires
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.quality import quarantineview
from api.console.quality.ledger import word_of
from api.console.quality.scene import quality_scene
from api.console.spans import day_field, days_given, last_day_field
from api.context import ServicesHere
from api.permissions import Permission
from api.wire import cursor_of, number_part, page, parse_moment, read_cursor
from ingest.replay import STORED, dry_run
from store import clock
from store.registry import load_registry
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.QUARANTINE_READ)]
PieceId = Annotated[int, Path(ge=1, lt=2**63)]

USUAL_DAYS, LONGEST_DAYS = 7, 366
SHOWN = 50


class Asked:
    """The fields of the filter."""

    def __init__(
        self,
        reason: Annotated[str, Query(max_length=64)] = "",
        gateway: Annotated[str, Query(max_length=128)] = "",
        mn: Annotated[str, Query(max_length=128)] = "",
        state: str = "",
        first: Annotated[str, Query(alias="from")] = "",
        last: Annotated[str, Query(alias="to")] = "",
    ) -> None:
        self.reason, self.gateway, self.mn = (one.replace("\0", "").strip() for one in (reason, gateway, mn))
        self.state = state if state in quarantineread.STATES else ""
        self.start, self.end = days_given(
            first, last, now=clock.now(), usual=USUAL_DAYS, longest=LONGEST_DAYS
        )

    def wanted(self) -> quarantineread.Wanted:
        """For the list."""
        return quarantineread.Wanted(
            self.start,
            self.end,
            self.reason or None,
            self.gateway or None,
            self.mn or None,
            self.state or None,
        )

    def address(self, **more: str) -> str:
        """This list with other fields."""
        fields = {
            "reason": self.reason,
            "gateway": self.gateway,
            "mn": self.mn,
            "state": self.state,
            "from": day_field(self.start),
            "to": last_day_field(self.end),
            **more,
        }
        return f"/quality/quarantine?{urlencode({name: value for name, value in fields.items() if value})}"


AskedHere = Annotated[Asked, Depends()]


@router.get("/quality/quarantine")
def quarantine_page(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    asked: AskedHere,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """Pieces by reason and as a list, newest first, with the replays of them."""
    after: tuple[datetime, int] | None = None
    if cursor:
        at, number = read_cursor(cursor, "quarantine-page", parse_moment, number_part)
        after = at, number
    with services.database.read() as connection:
        scene = quality_scene(connection, principal)
        reasons = quarantineread.reasons(connection, asked.start, asked.end)
        shown, last = page(quarantineread.pieces(connection, asked.wanted(), after, SHOWN), SHOWN)
        runs = quarantineread.runs(connection, scene.now, most=5)
    following = None if last is None else cursor_of("quarantine-page", last["received_at"], last["id"])
    codes = sorted({row["reason"] for row in reasons} | ({asked.reason} - {""}))
    gateways = sorted({row["gateway"] for row in reasons} | ({asked.gateway} - {""}))
    anything = ("", text("console.markpages.any"))
    return render(
        request,
        "quality/quarantine.html",
        principal,
        page="quality",
        authority=scene.authority,
        tabs=scene.tabs("quarantine"),
        asked=asked,
        first_day=day_field(asked.start),
        last_day=last_day_field(asked.end),
        reasons=[
            {
                **row,
                "word": word_of("quarantine", row["reason"]),
                "do": quarantineview.what_to_do(row["reason"]),
                "waiting": row["pieces"] - row["stored"],
                "path": asked.address(reason=row["reason"], gateway=row["gateway"]),
            }
            for row in reasons
        ],
        reason_choices=[anything, *((code, word_of("quarantine", code)) for code in codes)],
        gateway_choices=[anything, *((name, name) for name in gateways)],
        states=[
            anything,
            *((state, text(f"console.quality.state.{state}")) for state in quarantineread.STATES),
        ],
        rows=quarantineview.piece_rows(shown),
        runs=[quarantineview.run_row(run) for run in runs],
        replays=principal.may(Permission.QUARANTINE_REPLAY),
        next_path=None if following is None else asked.address(cursor=following),
        first_path=asked.address() if cursor else None,
        now=scene.now,
    )


@router.get("/quality/quarantine/{piece_id:int}")
def piece_page(request: Request, services: ServicesHere, principal: Reader, piece_id: PieceId) -> Response:
    """One piece: why it was refused, its bytes (``messages:read``), what today's decoder makes of it, and its replays."""
    with services.database.read() as connection:
        scene = quality_scene(connection, principal)
        piece = quarantineread.piece(connection, piece_id)
        registry = load_registry(connection, at=scene.now)
        batch = dry_run(connection, registry, piece, services.settings)
        replays = quarantineread.replays_of(connection, piece_id)
    names = {outlet.key: f"{registry.site_of(outlet).name} {outlet.name}" for outlet in registry.outlets()}
    raw = bytes(piece["raw"])
    return render(
        request,
        "quality/piece.html",
        principal,
        page="quality",
        authority=scene.authority,
        piece=piece,
        word=word_of("quarantine", piece["reason"]),
        do=quarantineview.what_to_do(piece["reason"]),
        place=names.get(piece["outlet_key"] or 0),
        shown=quarantineview.bytes_of(raw) if principal.may(Permission.MESSAGES_READ) else None,
        dry=quarantineview.dry_run_view(batch, names),
        replays=[{**row, "word": quarantineview.outcome_word(row["outcome"])} for row in replays],
        stored=any(row["outcome"] in STORED for row in replays),
        may_replay=principal.may(Permission.QUARANTINE_REPLAY),
        now=scene.now,
    )
