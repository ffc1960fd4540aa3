"""Live events: delivered at once, to whom they concern, and without holding anything up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from tests.fixtures.waiting import until
from tests.integration.api.conftest import OUTLET, STACK, Api, add_alert

PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One event as a browser reads it."""

    event: str
    data: dict[str, object]
    id: str


@contextmanager
def listening(
    api: Api, role: str = "officer", site: str | None = None, last: str | None = None
) -> Iterator[Iterator[Heard]]:
    """An open stream; entered when the server has answered."""
    headers = {} if last is None else {"Last-Event-ID": last}
    with (
        api.client(role, site) as client,
        client.stream("GET", "/api/v1/stream", headers=headers, timeout=PATIENCE) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield read(answer)


def read(answer: httpx.Response) -> Iterator[Heard]:
    """The events of a stream."""
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        if not line and "data" in fields:
            yield Heard(fields.get("event", "message"), json.loads(fields["data"]), fields.get("id", ""))
            fields = {}
        elif ":" in line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()


def wait_until_listening(api: Api) -> None:
    """LISTEN has been said; what is notified from now on is heard."""
    until(api.server._app.state.services.hub.listening.is_set, "the hub to listen")


def notify(api: Api, **payload: object) -> None:
    """What another process says."""
    api.run("notify", payload=json.dumps(payload))


def test_a_notification_reaches_an_open_stream(fresh_api: Api) -> None:
    wait_until_listening(fresh_api)
    with listening(fresh_api) as events:
        notify(fresh_api, event="readings", outlets=[STACK])
        heard = next(events)
    assert (heard.event, heard.data) == ("readings", {"event": "readings", "outlets": [STACK]})
    assert heard.id


def test_acknowledging_is_heard_on_every_open_page(fresh_api: Api) -> None:
    wait_until_listening(fresh_api)
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "active")
    with listening(fresh_api) as one, listening(fresh_api, "supervisor") as two:
        with fresh_api.client() as client:
            client.post(f"/api/v1/alerts/{alert}/acknowledge").raise_for_status()
        for events in (one, two):
            heard = next(events)
            assert (heard.event, heard.data["id"], heard.data["action"]) == ("alert", alert, "acknowledged")


def test_a_company_hears_of_its_own_site_only(fresh_api: Api) -> None:
    wait_until_listening(fresh_api)
    foreign = add_alert(fresh_api, STACK, "exceedance_hour", "active")
    own = add_alert(fresh_api, OUTLET, "exceedance_day", "active")
    with listening(fresh_api, "company", "plant-two") as events:
        notify(fresh_api, event="alert", id=foreign, number="YJ-1", action="raised")
        notify(fresh_api, event="readings", outlets=[STACK])
        notify(fresh_api, event="period", outlet=STACK, start="2026-03-02T00:00:00+08:00")
        notify(fresh_api, event="gateway", gateway="gw-one", state="offline")
        notify(fresh_api, event="whatever", secret="of the bureau")
        notify(fresh_api, event="readings", outlets=[STACK, OUTLET])
        notify(fresh_api, event="alert", id=own, number="YJ-2", action="raised")
        notify(fresh_api, event="gateway", gateway="gw-two", state="online")
        heard = [next(events).data for _ in range(3)]
    assert heard[0] == {"event": "readings", "outlets": [OUTLET]}
    assert [event.get("id") or event.get("gateway") for event in heard[1:]] == [own, "gw-two"]


def test_a_company_hears_no_step_that_it_is_not_meant_to_know(fresh_api: Api) -> None:
    wait_until_listening(fresh_api)
    own = add_alert(fresh_api, OUTLET, "exceedance_day", "active")
    hidden = add_alert(fresh_api, OUTLET, "abnormal_constant", "active")
    fresh_api.run("hide_from_company", alert_id=hidden)
    with listening(fresh_api, "company", "plant-two") as events:
        for action in ("assigned", "verified", "made_lead", "escalated"):
            notify(fresh_api, event="alert", id=own, number="YJ-1", action=action)
        notify(fresh_api, event="alert", id=hidden, number="YJ-2", action="raised")
        notify(fresh_api, event="alert", id=own, number="YJ-1", action="closed")
        assert next(events).data["action"] == "closed"


def test_a_reader_that_comes_back_gets_what_it_missed(fresh_api: Api) -> None:
    wait_until_listening(fresh_api)
    with listening(fresh_api) as events:
        notify(fresh_api, event="readings", outlets=["first"])
        last = next(events).id
        notify(fresh_api, event="readings", outlets=["second"])
        next(events)
    with listening(fresh_api, last=last) as events:
        assert next(events).data["outlets"] == ["second"]


def test_a_reader_with_an_id_that_nobody_knows_is_told_to_fetch_anew(fresh_api: Api) -> None:
    wait_until_listening(fresh_api)
    for last in ("deadbeef-3", "nonsense", "-", "deadbeef-99999999999999999999"):
        with listening(fresh_api, last=last) as events:
            assert next(events).event == "resync", last


def test_what_is_no_event_is_dropped_and_the_stream_goes_on(fresh_api: Api) -> None:
    wait_until_listening(fresh_api)
    with listening(fresh_api) as events:
        for text in ("", "no json", "[1]", '{"event": 7}', '{"outlets": []}'):
            fresh_api.run("notify", payload=text)
        notify(fresh_api, event="readings", outlets=[STACK])
        assert next(events).event == "readings"


def test_a_cut_connection_is_mended_and_readers_are_told(fresh_api: Api) -> None:
    wait_until_listening(fresh_api)
    with listening(fresh_api) as events:
        fresh_api.run("terminate_listener")
        assert next(events).event == "resync"
        notify(fresh_api, event="readings", outlets=[STACK])
        assert next(events).event == "readings"


def test_the_server_stops_at_once_with_streams_open(fresh_api: Api) -> None:
    wait_until_listening(fresh_api)
    with listening(fresh_api) as events, listening(fresh_api, "auditor") as others:
        fresh_api.server.handle_exit(15, None)
        assert list(events) == []
        assert list(others) == []
