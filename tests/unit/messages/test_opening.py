"""What a caller sees of a message: the frames in it by today's decoder, and nothing that is secret or another's."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime

import pytest

from api.messages.checksum import checksum_of
from api.messages.describe import decoded
from api.messages.opening import Opened, Owners, Stored, open_message
from ingest.hj212 import Frame, Rejected, encode
from store.clock import BEIJING
from store.model import Monitor, Outlet, Registry
from tests.unit.console.samples import monitor, outlet, site

AT = datetime(2026, 1, 15, 14, 5, 9, tzinfo=BEIJING)
OWN, OTHER = "888888800000010000000001", "888888800000010000000002"
KEY = bytes.fromhex("00112233445566778899aabbccddeeff")


def frame(mn: str = OWN, value: str = "12.30", *, key: bytes | None = None, pw: str = "secret") -> bytes:
    fields = {
        "QN": "20260115140509001",
        "ST": "31",
        "CN": "2011",
        "PW": pw,
        "MN": mn,
        "Flag": 9 if key else 5,
    }
    cp = [[("DataTime", "20260115140500")], [("a21026-Rtd", value), ("a21026-Flag", "N")]]
    return encode(fields, cp, version="2025" if key else "2017", key=key)


def at_gateway(own: Monitor, mn: str, gateway: str = "gw-one", **given: object) -> Monitor:
    return replace(own, mn=mn, gateway=gateway, **given)  # type: ignore[arg-type]


def stack(key: int, site_key: int, mn: str, **given: object) -> Outlet:
    return outlet(key=key, id=f"outlet-{key}", site_key=site_key, monitor=at_gateway(monitor(), mn, **given))


# One gateway that carries monitors of two units, which no sites file should have and a mistake can make.
MINE, THEIRS = stack(7, 3, OWN), stack(8, 4, OTHER)
REGISTRY = Registry((site(MINE), replace(site(THEIRS), key=4, id="other")), ("gw-one",), None)


def stored(payload: bytes, channel: str = "hj212", gateway: str = "gw-one") -> Stored:
    return Stored(5, AT, gateway, channel, hashlib.sha256(payload).digest(), payload)


def opened(payload: bytes, *, channel: str = "hj212", before: tuple[bytes, ...] = (), site_key: int | None = None,
           registry: Registry = REGISTRY, gateway: str = "gw-one") -> Opened:  # fmt: skip
    return open_message(
        stored(payload, channel, gateway), before, Owners(registry, registry), site_key=site_key
    )


def test_the_frames_of_a_message_are_found_with_their_place_and_their_outlet() -> None:
    found = opened(frame() + frame(OTHER))
    assert [(piece.start, piece.end) for piece in found.pieces] == [
        (0, len(frame())),
        (len(frame()), len(frame()) + len(frame(OTHER))),
    ]
    assert [piece.outlet.id for piece in found.pieces if piece.outlet] == ["outlet-7", "outlet-8"]


def test_a_password_is_masked_for_everybody_and_every_other_byte_stays_where_it_is() -> None:
    payload = frame()
    found = opened(payload)
    assert found.shown == payload.replace(b"PW=secret", b"PW=******")
    assert found.secrets and not found.exact
    assert decoded(found.pieces[0])["fields"]["PW"] == "******"


def test_bytes_without_a_secret_are_exact_and_their_digest_can_be_checked() -> None:
    payload = json.dumps({"mn": OWN, "st": "31", "cn": "2011", "data_time": "20260115140500",
                          "factors": {"a21026": {"Rtd": 12.3}}}).encode()  # fmt: skip
    found = opened(payload, channel="json")
    assert found.exact and hashlib.sha256(found.shown).digest() == found.stored.digest


def test_a_company_sees_its_own_frames_and_the_rest_of_the_message_as_stars() -> None:
    payload = frame(OTHER, "77.70") + frame() + frame(OTHER, "88.80")
    found = opened(payload, site_key=3)
    own = frame().replace(b"PW=secret", b"PW=******")
    assert found.shown == b"*" * len(frame(OTHER)) + own + b"*" * len(frame(OTHER))
    assert [piece.outlet for piece in found.pieces] == [MINE]
    assert found.hidden == 2


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (frame(OTHER), "another unit's frame"),
        (b"no frame at all", "bytes that say no MN may be anybody's"),
        (frame("888888800000019999999999"), "an MN that is not registered"),
    ],
)
def test_a_company_sees_nothing_of_a_message_that_holds_nothing_of_its_own(payload: bytes, why: str) -> None:
    found = opened(payload, site_key=3)
    assert found.pieces == (), why
    assert set(found.shown) == {ord("*")}


def test_an_own_number_that_a_foreign_gateway_sent_is_not_the_companys_to_see() -> None:
    assert opened(frame(), site_key=3, gateway="gw-strange").pieces == ()


def test_records_of_a_json_list_are_told_apart_and_the_others_masked() -> None:
    records = [{"mn": mn, "st": "31", "cn": "2011", "data_time": "20260115140500", "pw": "123456",
                "factors": {"a21026": {"Rtd": value}}} for mn, value in ((OWN, 12.3), (OTHER, 77.7))]  # fmt: skip
    payload = json.dumps(records).encode()
    found = opened(payload, channel="json", site_key=3)
    assert b"12.3" in found.shown and b"77.7" not in found.shown and OTHER.encode() not in found.shown
    assert b"123456" not in found.shown
    assert len(found.shown) == len(payload)
    whole = opened(payload, channel="json")
    assert [piece.outlet.key for piece in whole.pieces if piece.outlet] == [7, 8]
    assert b"123456" not in whole.shown and b"77.7" in whole.shown


def test_a_frame_that_began_in_an_earlier_message_is_shown_whole() -> None:
    payload = frame()
    found = opened(payload[40:], before=(payload[:40],))
    (piece,) = found.pieces
    assert (piece.start, piece.end) == (-40, len(payload) - 40)
    assert isinstance(piece.content, Frame)
    assert piece.raw == payload.replace(b"PW=secret", b"PW=******")


@pytest.mark.parametrize("cut", range(20, 70))
def test_a_password_that_was_cut_between_messages_is_masked_in_both(cut: int) -> None:
    payload = frame(pw="sEcReT")
    first, second = payload[:cut], payload[cut:]
    shown = opened(first).shown + opened(second, before=(first,)).shown
    assert b"sEcReT" not in shown
    assert shown == payload.replace(b"PW=sEcReT", b"PW=******")


def test_the_rest_of_a_password_whose_begin_is_gone_is_masked() -> None:
    payload = frame(pw="sEcReT")
    rest = payload[payload.index(b"ReT") :]
    assert b"ReT;" not in opened(rest).shown


def test_a_frame_whose_end_has_not_come_is_told_as_open() -> None:
    found = opened(frame() + frame()[:90])
    assert [piece.open for piece in found.pieces] == [False, True]
    assert found.pieces[1].outlet == MINE


def test_an_encrypted_frame_is_opened_with_the_key_of_its_monitor_and_with_that_of_today() -> None:
    keyed = Registry((site(stack(7, 3, OWN, sm4_key=KEY)),), ("gw-one",), None)
    payload = frame(key=KEY)
    (piece,) = opened(payload, registry=keyed).pieces
    assert decoded(piece)["cp"][1][0] == ("a21026-Rtd", "12.30")
    assert b"a21026-Rtd" not in piece.raw, "the bytes are those that came"
    then = open_message(stored(payload), (), Owners(REGISTRY, keyed))
    assert isinstance(then.pieces[0].content, Frame), "a key that was registered later opens it too"
    assert isinstance(opened(payload).pieces[0].content, Rejected)


def test_a_payload_of_hexadecimal_text_is_masked_in_its_digits() -> None:
    payload = frame().hex(" ").encode()
    found = opened(payload)
    assert b"73 65 63 72 65 74" in payload and b"73 65 63 72 65 74" not in found.shown
    assert bytes.fromhex(found.shown.decode()) == found.plain
    assert len(found.shown) == len(payload)


def test_a_message_that_was_too_large_to_decode_is_not_decoded_here_either() -> None:
    found = open_message(stored(frame()), (), Owners(REGISTRY, REGISTRY), most=10)
    assert found.pieces == ()


@pytest.mark.parametrize(
    ("raw", "said", "computed", "holds"),
    [
        (frame(), frame().rstrip()[-4:].decode(), frame().rstrip()[-4:].decode(), True),
        (frame().rstrip()[:-4] + b"0000\r\n", "0000", frame().rstrip()[-4:].decode(), False),
        (frame().rstrip()[:-4] + b"\r\n", None, None, False),
    ],
)
def test_the_crc_that_is_said_stands_beside_the_one_that_the_bytes_give(
    raw: bytes, said: str | None, computed: str | None, holds: bool
) -> None:
    (piece,) = opened(raw).pieces
    assert isinstance(piece.content, Frame | Rejected)
    found = checksum_of(piece.content)
    assert found is not None
    assert (found.said, found.computed, found.holds) == (said, computed, holds)


def test_the_crc_of_an_encrypted_frame_is_reckoned_over_its_plain_text() -> None:
    keyed = Registry((site(stack(7, 3, OWN, sm4_key=KEY)),), ("gw-one",), None)
    (piece,) = opened(frame(key=KEY), registry=keyed).pieces
    assert isinstance(piece.content, Frame)
    found = checksum_of(piece.content)
    assert found is not None and found.holds


def test_the_item_that_gave_a_reading_is_found_and_no_other() -> None:
    (piece,) = opened(frame()).pieces
    moment = datetime(2026, 1, 15, 14, 5, tzinfo=BEIJING)
    found = piece.measurement(7, "realtime", "a21026", moment)
    assert found is not None and found.value == "12.30"
    assert piece.measurement(8, "realtime", "a21026", moment) is None
    assert piece.measurement(7, "minute", "a21026", moment) is None
    assert piece.measurement(7, "realtime", "a34013", moment) is None
    assert piece.measurement(7, "realtime", "a21026", AT) is None
