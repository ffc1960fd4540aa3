"""A message with its bytes: who may see it, and what of it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from deploy import stack as local
from ingest.hj212 import encode
from store import clock
from store.apply import apply_sites
from store.database import connect
from store.queries import parse
from store.sitesfile import read_sites_file
from tests.integration.api.conftest import HERE, Api, running_api

ONE, TWO = "888888800000010000000901", "888888800000010000000902"
ROWS = parse(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def frame(mn: str, value: str) -> bytes:
    fields = {"QN": "20260115140509001", "ST": "31", "CN": "2011", "PW": "123456", "MN": mn, "Flag": 5}
    return encode(
        fields,
        [[("DataTime", "20260115140500")], [("a21026-Rtd", value), ("a21026-Flag", "N")]],
        version="2017",
    )


def add_message(api: Api, payload: bytes, *, channel: str = "hj212", gateway: str = "gw-one") -> int:
    """Store a message as ingest does; gives its number."""
    with psycopg.connect(api.database_url, autocommit=True) as connection:
        row = connection.execute(
            ROWS["add_message"],
            {
                "at": clock.now(),
                "gateway": gateway,
                "channel": channel,
                "digest": hashlib.sha256(payload).digest(),
                "payload": payload,
            },
        ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="module")
def shared(stack: local.StackAddress, database_template: str) -> Iterator[Api]:
    """An API where one gateway carries the monitors of both units."""
    with running_api(stack, database_template) as api:
        text = (HERE / "sites.yaml").read_text(encoding="utf-8").replace("gateway: gw-two", "gateway: gw-one")
        with connect(api.database_url, name="test") as connection:
            apply_sites(connection, read_sites_file(text), actor="test", at=clock.now() - timedelta(hours=1))
        yield api


def test_an_officer_reads_every_frame_and_no_password(shared: Api) -> None:
    payload = frame(ONE, "11.10") + frame(TWO, "22.20")
    number = add_message(shared, payload)
    found = shared.get(f"/api/v1/messages/{number}").json()
    assert base64.b64decode(found["bytes"]) == payload.replace(b"123456", b"******")
    assert found["digest"] == hashlib.sha256(payload).hexdigest()
    assert (found["exact"], found["hidden"], found["leaf"]) == (False, 0, None)
    assert [piece["outlet"] for piece in found["frames"]] == ["plant-one-stack", "plant-two-outlet"]
    assert found["frames"][0]["decoded"]["cp"][1] == [["a21026-Rtd", "11.10"], ["a21026-Flag", "N"]]
    assert "123456" not in shared.get(f"/api/v1/messages/{number}").text


@pytest.mark.parametrize(
    ("site", "own", "foreign"), [("plant-one", b"11.10", b"22.20"), ("plant-two", b"22.20", b"11.10")]
)
def test_a_company_reads_its_own_frames_of_a_message_that_others_are_in_too(
    shared: Api, site: str, own: bytes, foreign: bytes
) -> None:
    payload = frame(ONE, "11.10") + frame(TWO, "22.20")
    number = add_message(shared, payload)
    answer = shared.get(f"/api/v1/messages/{number}", role="company", site=site)
    found = answer.json()
    shown = base64.b64decode(found["bytes"])
    assert len(shown) == len(payload)
    assert own in shown and foreign not in shown
    assert found["hidden"] == 1 and len(found["frames"]) == 1
    assert foreign.decode() not in answer.text


@pytest.mark.parametrize(
    ("payload", "channel"),
    [
        (frame(TWO, "22.20"), "hj212"),
        (b'{"state": "online"}', "status"),
        (b"garbage", "hj212"),
    ],
)
def test_a_company_does_not_learn_that_a_message_of_others_exists(
    shared: Api, payload: bytes, channel: str
) -> None:
    number = add_message(shared, payload, channel=channel)
    refused = shared.get(f"/api/v1/messages/{number}", role="company", site="plant-one")
    absent = shared.get("/api/v1/messages/987654", role="company", site="plant-one")
    assert refused.status_code == absent.status_code == 404
    assert refused.json()["code"] == absent.json()["code"] == "message_not_found"
    assert shared.get(f"/api/v1/messages/{number}").status_code == 200


def test_a_frame_cut_over_messages_is_read_whole_from_the_last(shared: Api) -> None:
    payload = frame(ONE, "33.30")
    first = add_message(shared, payload[:50])
    add_message(shared, payload[50:80])
    last = add_message(shared, payload[80:])
    found = shared.get(f"/api/v1/messages/{last}").json()
    (piece,) = found["frames"]
    assert piece["start"] == -80 and piece["decoded"]["ok"]
    (begun,) = shared.get(f"/api/v1/messages/{first}").json()["frames"]
    assert begun["complete"] is False
