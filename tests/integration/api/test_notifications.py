"""Channels, messages and the proofs of their delivery, as the bureau reads them; no secret among them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from alerts.notify.answers import Outcome, Result
from alerts.notify.delivery import Delivery
from alerts.notify.requests import Letter
from alerts.telling import tell, tell_operations
from api.shapes.notifications import ChannelList, NotificationDetail, NotificationList
from deploy import stack as local
from store import clock
from store.channels import Channel, apply_channels
from store.channelsfile import read_channels_file
from store.database import connect
from store.settings import load_settings
from tests.integration.api.conftest import STACK, Api, add_alert, running_api

FILE = """
channels:
  - {id: duty, kind: wecom, url: "https://robots.invalid/send?key=hidden-key"}
  - {id: mail, kind: smtp, host: mail.invalid, port: 465, user: outfall, password: hidden-password,
     sender: outfall@mail.invalid, recipients: [duty@mail.invalid]}
default: [duty, mail]
"""


def answer(channel: Channel, letter: Letter, at: datetime) -> Outcome:
    """The robot takes everything, the mail server nothing."""
    if channel.kind == "wecom":
        return Outcome(Result.TAKEN, "HTTP 200 0 ok", '{"errcode":0}')
    return Outcome(Result.CHANNEL, "SMTP 535")


@pytest.fixture(scope="module")
def told(stack: local.StackAddress, database_template: str) -> Iterator[Api]:
    """An API whose alert was told over one channel and not over the other."""
    with running_api(stack, database_template) as api:
        alert = add_alert(api, STACK, "exceedance_hour", "active")
        at = clock.now()
        with connect(api.database_url, name="test", autocommit=True) as connection:
            apply_channels(connection, read_channels_file(FILE), actor="test", origin="cli", at=at)
            tell(connection, "raised", alert, at)
            tell_operations(connection, "test", "试", "一", at)
            Delivery(load_settings(database_url=api.database_url), send=answer).run(connection)
        yield api


def test_the_channels_say_how_they_fare(told: Api) -> None:
    found = told.get("/api/v1/channels", role="operator")
    duty, mail = ChannelList.model_validate_json(found.content).items
    assert (duty.address, duty.state, duty.waiting, duty.per_minute) == (
        "https://robots.invalid",
        "working",
        0,
        20,
    )
    assert (mail.address, mail.state, mail.waiting, mail.failures) == (
        "smtp://mail.invalid:465",
        "failing",
        2,
        1,
    )


def test_messages_are_listed_newest_first_page_by_page(told: Api) -> None:
    first = told.get("/api/v1/notifications", params={"limit": 3}).json()
    rest = told.get("/api/v1/notifications", params={"limit": 3, "cursor": first["next"]}).json()
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), rest["next"]) == (4, None)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"channel": "mail"}, 2),
        ({"state": "sent"}, 2),
        ({"alert": 1}, 2),
        ({"channel": "mail", "state": "sent"}, 0),
    ],
)
def test_a_filter_narrows_the_list(told: Api, query: dict[str, object], count: int) -> None:
    found = told.get("/api/v1/notifications", params=query)
    assert len(NotificationList.model_validate_json(found.content).items) == count


def test_a_message_shows_what_every_attempt_brought(told: Api) -> None:
    (sent,) = told.get("/api/v1/notifications", params={"channel": "duty", "alert": 1}).json()["items"]
    found = told.get(f"/api/v1/notifications/{sent['id']}")
    message = NotificationDetail.model_validate_json(found.content)
    assert (message.state, message.alert, message.attempts) == ("sent", "YJ-20261124-0001", 1)
    (proof,) = message.deliveries
    assert (proof.ok, proof.status, proof.answer) == (True, "HTTP 200 0 ok", '{"errcode":0}')
    assert told.get("/api/v1/notifications/999").json()["code"] == "notification_not_found"


def test_no_answer_holds_a_secret(told: Api) -> None:
    said = "".join(
        told.get(f"/api/v1/{path}").text for path in ("channels", "notifications", "notifications/1")
    )
    assert "hidden" not in said
    assert "duty@mail.invalid" not in said


def test_the_metrics_count_what_waits_and_what_fails(told: Api) -> None:
    lines = told.get("/api/v1/metrics").text.splitlines()
    assert 'outfall_notifications_waiting{channel="mail"} 2.0' in lines
    assert 'outfall_notifications_waiting{channel="duty"} 0.0' in lines
    assert 'outfall_channel_failures{channel="mail"} 1.0' in lines
