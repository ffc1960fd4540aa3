"""Requests and signatures of the channels, and what their answers mean."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import unquote

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notify.answers import DINGTALK_PAUSE, LONGEST_PAUSE, PAUSE, Result, outcome_of
from alerts.notify.limits import Limit, channel_wait, message_wait, room_at
from alerts.notify.requests import WECOM_BYTES, Letter, fit, request_of
from alerts.notify.signing import dingtalk_query, feishu_members, webhook_headers
from store.channels import Channel
from store.clock import BEIJING

AT = datetime.fromtimestamp(1599360473, BEIJING)
LETTER = Letter(
    7, "raised", "【预警】*一*", "数值：1 < 2", "https://outfall.invalid/alerts/7", {"code": "x"}, AT
)


# The three expected values were computed with openssl, not with this code.
def test_a_dingtalk_signature_is_that_of_the_vendors_recipe() -> None:
    query = dingtalk_query("this is secret", AT)
    assert unquote(query) == "timestamp=1599360473000&sign=hXZTWifRGHclNuZSKxoXc//sh51SWfVfRIhcdeKs63I="
    assert "%2F" in query  # a plain slash, plus or equals sign would not survive the query


def test_a_feishu_signature_is_that_of_the_vendors_recipe() -> None:
    signed = {"timestamp": "1599360473", "sign": "/eYKrXQBzTjUZJ3s6NX16VxGbTwmK7AEs8/FnvC1CSw="}
    assert feishu_members("this is secret", AT) == signed


def test_a_webhook_signature_covers_time_and_body() -> None:
    at = datetime.fromtimestamp(1778040000, BEIJING)
    headers = webhook_headers("invented-secret-0123", b'{"a":1}', 42, at)
    assert headers == {
        "X-Outfall-Timestamp": "1778040000",
        "X-Outfall-Signature": "sha256=e87419d502ed1f2806418895cd420e7ac7f08c59fee61ad6e78dd109b1b85c62",
        "X-Outfall-Delivery": "42",
    }


def test_an_unsigned_robot_gets_no_signature() -> None:
    ding = Channel("d", "dingtalk", {}, {"url": "https://robots.invalid/robot/send?access_token=t"})
    assert request_of(ding, LETTER, AT).url == ding.secrets["url"]
    lark = Channel("f", "feishu", {}, {"url": "https://robots.invalid/hook/t"})
    assert set(orjson.loads(request_of(lark, LETTER, AT).body)) == {"msg_type", "content"}


def test_signs_that_a_robot_would_read_as_markup_stand_as_themselves() -> None:
    wecom = Channel("w", "wecom", {}, {"url": "https://robots.invalid/send?key=k"})
    content = orjson.loads(request_of(wecom, LETTER, AT).body)["markdown"]["content"]
    assert content.splitlines()[:2] == ["**【预警】＊一＊**", "> 数值：1 ＜ 2"]


def test_a_request_does_not_show_its_address() -> None:
    wecom = Channel("w", "wecom", {}, {"url": "https://robots.invalid/send?key=hidden"})
    assert "hidden" not in repr(wecom) + repr(request_of(wecom, LETTER, AT))


@given(st.text(max_size=6000), st.lists(st.text(max_size=300), max_size=40), st.text(max_size=100))
def test_a_text_never_exceeds_what_fits(head: str, lines: list[str], tail: str) -> None:
    whole = fit(head, lines, tail, WECOM_BYTES)
    assert len(whole.encode()) <= WECOM_BYTES


ANSWERS = [
    ("wecom", 200, '{"errcode":0,"errmsg":"ok"}', Result.TAKEN, None, "delivered"),
    (
        "wecom",
        200,
        '{"errcode":45009,"errmsg":"api freq out of limit"}',
        Result.TOO_FAST,
        PAUSE,
        "20 a minute",
    ),
    (
        "wecom",
        200,
        '{"errcode":40058,"errmsg":"exceed max length"}',
        Result.MESSAGE,
        None,
        "this one is too long",
    ),
    (
        "wecom",
        200,
        '{"errcode":93000,"errmsg":"invalid webhook url"}',
        Result.CHANNEL,
        None,
        "the key is wrong",
    ),
    ("wecom", 200, "<html>gateway</html>", Result.CHANNEL, None, "a proxy answered: no success"),
    ("wecom", 200, "{}", Result.CHANNEL, None, "no result: no success"),
    ("wecom", 200, "[0]", Result.CHANNEL, None, "no object"),
    ("wecom", 502, '{"errcode":0}', Result.CHANNEL, None, "a failing gateway does not deliver"),
    ("dingtalk", 200, '{"errcode":0,"errmsg":"ok"}', Result.TAKEN, None, "delivered"),
    (
        "dingtalk",
        200,
        '{"errcode":130101,"errmsg":"send too fast"}',
        Result.TOO_FAST,
        DINGTALK_PAUSE,
        "barred",
    ),
    (
        "dingtalk",
        200,
        '{"errcode":410100,"errmsg":""}',
        Result.TOO_FAST,
        DINGTALK_PAUSE,
        "the newer code for it",
    ),
    ("dingtalk", 200, '{"errcode":310000,"errmsg":"sign not match"}', Result.CHANNEL, None, "wrong secret"),
    (
        "dingtalk",
        200,
        '{"errcode":300005,"errmsg":"token is not exist"}',
        Result.CHANNEL,
        None,
        "wrong token",
    ),
    ("dingtalk", 200, '{"errcode":460101,"errmsg":"message too long"}', Result.MESSAGE, None, "too long"),
    ("dingtalk", 200, '{"errcode":-1,"errmsg":"system busy"}', Result.CHANNEL, None, "busy"),
    ("feishu", 200, '{"code":0,"msg":"success","data":{}}', Result.TAKEN, None, "delivered"),
    (
        "feishu",
        200,
        '{"Extra":null,"StatusCode":0,"StatusMessage":"success"}',
        Result.TAKEN,
        None,
        "an older bot",
    ),
    ("feishu", 200, '{"code":11232,"msg":"frequency limited"}', Result.TOO_FAST, PAUSE, "100 a minute"),
    (
        "feishu",
        400,
        '{"code":9499,"msg":"too many request"}',
        Result.TOO_FAST,
        PAUSE,
        "the same by its words",
    ),
    ("feishu", 400, '{"code":9499,"msg":"Bad Request"}', Result.MESSAGE, None, "malformed"),
    ("feishu", 200, '{"code":19021,"msg":"sign match fail"}', Result.CHANNEL, None, "wrong secret or clock"),
    ("feishu", 429, "", Result.TOO_FAST, PAUSE, "the gateway before the bot"),
    ("webhook", 204, "", Result.TAKEN, None, "any 2xx"),
    ("webhook", 302, "", Result.CHANNEL, None, "redirects are not followed"),
    ("webhook", 422, "", Result.MESSAGE, None, "it does not like this body"),
    ("webhook", 401, "", Result.CHANNEL, None, "it would like no other either"),
    ("webhook", 503, "", Result.CHANNEL, None, "out of order"),
]


@pytest.mark.parametrize(("kind", "status", "answer", "result", "wait", "remark"), ANSWERS)
def test_an_answer_means_what_the_vendor_documents(
    kind: str, status: int, answer: str, result: Result, wait: timedelta | None, remark: str
) -> None:
    outcome = outcome_of(kind, status, {}, answer)
    assert (outcome.result, outcome.wait) == (result, wait), remark


@pytest.mark.parametrize(
    ("said", "wait"),
    [("30", timedelta(seconds=30)), ("999999", LONGEST_PAUSE), ("soon", PAUSE), ("", PAUSE), ("²", PAUSE)],
)
def test_a_retry_after_is_kept_within_reason(said: str, wait: timedelta) -> None:
    assert outcome_of("webhook", 429, {"retry-after": said}, "").wait == wait


@given(st.lists(st.floats(0, 10), min_size=1, max_size=120), st.integers(1, 20))
def test_no_window_ever_holds_more_attempts_than_the_limit(gaps: list[float], count: int) -> None:
    limit, window = Limit(timedelta(seconds=62), count), timedelta(seconds=60)
    attempts: list[datetime] = []
    moment = AT
    for gap in gaps:
        moment = room_at((limit,), attempts, moment + timedelta(seconds=gap))
        attempts.append(moment)
    for end in attempts:
        assert sum(end - window < other <= end for other in attempts) <= count


def test_waits_double_up_to_their_bound() -> None:
    assert [channel_wait(failures).total_seconds() for failures in (1, 2, 3, 7, 50, 5000)] == [
        5,
        10,
        20,
        300,
        300,
        300,
    ]
    assert message_wait(5000) == timedelta(hours=1)
