"""Replays from the console: one piece at once, many in the background with their progress, and the history of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response

from api import quarantineread, replaying
from api.access import Principal, requires
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.quality import quarantineview
from api.console.quality.ledger import word_of
from api.console.quality.quarantinepages import AskedHere
from api.console.quality.scene import quality_scene
from api.context import ServicesHere
from api.permissions import Permission
from ingest.replay import STORED, Chosen, replay_here
from store import clock
from store.errors import NotFound
from store.registry import load_registry

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.QUARANTINE_READ)]
Replayer = Annotated[Principal, requires(Permission.QUARANTINE_REPLAY)]
PieceId = Annotated[int, Path(ge=1, lt=2**63)]
RunId = Annotated[int, Path(ge=1, lt=2**63)]
Before = Annotated[int | None, Query(ge=1, lt=2**63)]

PIECES_SHOWN = 200
RUNS_SHOWN = 30


@router.post("/quality/quarantine/{piece_id:int}/replay")
def replay_one(request: Request, services: ServicesHere, principal: Replayer, piece_id: PieceId) -> Response:
    """Replay one piece now, and say what became of it."""
    with services.database.write() as connection:
        found = replay_here(
            connection,
            load_registry(connection, at=clock.now()),
            [piece_id],
            actor=principal.name,
            origin=principal.origin,
            settings=services.settings,
        )
    if not found:
        raise NotFound(f"There is no quarantined piece {piece_id}.", code="piece_not_found")
    said = "replayed" if found[0].outcome in STORED else "still_refused"
    return done(request, f"/quality/quarantine/{piece_id}", f"quality.{said}")


@router.post("/quality/quarantine/replay")
def replay_chosen(
    request: Request,
    services: ServicesHere,
    principal: Replayer,
    piece: Annotated[list[Annotated[int, Form(ge=1, lt=2**63)]] | None, Form()] = None,
) -> Response:
    """Replay the pieces that were ticked, in the background."""
    chosen = Chosen(ids=tuple(dict.fromkeys(piece or ())))
    return _begin(request, services, principal, chosen)


@router.post("/quality/quarantine/replay-all")
def replay_all(request: Request, services: ServicesHere, principal: Replayer, asked: AskedHere) -> Response:
    """Replay every piece that the filter names and no replay has stored yet, in the background."""
    chosen = Chosen(
        reason=asked.reason or None,
        gateway=asked.gateway or None,
        mn=asked.mn or None,
        since=asked.start,
        until=asked.end,
    )
    return _begin(request, services, principal, chosen)


def _begin(request: Request, services: ServicesHere, principal: Principal, chosen: Chosen) -> Response:
    with services.database.write() as connection:
        number = replaying.ask(
            connection, chosen, actor=principal.name, origin=principal.origin, at=clock.now()
        )
    replaying.begin(services.settings, number, chosen, actor=principal.name, origin=principal.origin)
    return done(request, f"/quality/quarantine/replays/{number}")


@router.get("/quality/quarantine/replays")
def runs_page(request: Request, services: ServicesHere, principal: Reader, before: Before = None) -> Response:
    """Every replay that was asked for, the newest first."""
    with services.database.read() as connection:
        scene = quality_scene(connection, principal)
        found = quarantineread.runs(connection, scene.now, before=before, most=RUNS_SHOWN + 1)
    shown = found[:RUNS_SHOWN]
    more = len(found) > RUNS_SHOWN
    return render(
        request,
        "quality/replays.html",
        principal,
        page="quality",
        authority=scene.authority,
        tabs=scene.tabs("quarantine"),
        rows=[quarantineview.run_row(run) for run in shown],
        next_path=f"/quality/quarantine/replays?before={shown[-1].id}" if more else None,
        first_path="/quality/quarantine/replays" if before else None,
        now=scene.now,
    )


@router.get("/quality/quarantine/replays/{run_id}")
def run_page(request: Request, services: ServicesHere, principal: Reader, run_id: RunId) -> Response:
    """One replay: how far it is, and what became of each piece."""
    with services.database.read() as connection:
        scene = quality_scene(connection, principal)
        run = quarantineread.run(connection, run_id, scene.now)
        found = quarantineread.run_pieces(connection, run, PIECES_SHOWN)
    return render(
        request,
        "quality/replay.html",
        principal,
        page="quality",
        authority=scene.authority,
        row=quarantineview.run_row(run),
        pieces=[
            {
                **piece,
                "reason_word": word_of("quarantine", piece["reason"]),
                "outcome_word": quarantineview.outcome_word(piece["outcome"]),
                "stored": piece["outcome"] in STORED,
            }
            for piece in found
        ],
        most=PIECES_SHOWN,
        now=scene.now,
    )
