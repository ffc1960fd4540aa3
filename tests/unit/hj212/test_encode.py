"""The strict encoder and the answers: what we send is as the standard says, and reads back as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ingest.hj212 import (
    EncodeError,
    Frame,
    acknowledge,
    decode_bytes,
    encode,
    encode_split,
    flag_value,
    request_executed,
    request_received,
)
from ingest.hj212.flag import Version
from ingest.hj212.sm4 import decrypt, encrypt, from_notation
from tests.unit.hj212.build import CONTENT, HEADER, MN, frame, wrap
from tests.unit.hj212.test_vectors import VECTORS

KEY = b"outfall-test-key"
FIELDS: dict[str, str | int] = {
    "QN": "20160801085857534",
    "ST": "31",
    "CN": "2061",
    "PW": "123456",
    "MN": MN,
    "Flag": 5,
}
ITEMS = [[("DataTime", "20160801080000")], [("a21026-Avg", "36.90"), ("a21026-Flag", "N")]]


def only(data: bytes, **keys: Any) -> Frame:
    (piece,) = decode_bytes(data, **keys)
    assert isinstance(piece, Frame), piece
    return piece


CONFORMING = [vector for vector in VECTORS if vector["valid"] and not vector["anomalies"]]


@pytest.mark.parametrize("vector", CONFORMING, ids=lambda vector: vector["id"])
def test_a_published_frame_that_conforms_is_encoded_byte_for_byte(vector: dict[str, Any]) -> None:
    expected = vector["expected"]
    if "frame" in vector and vector["frame"].endswith("\r\n"):
        assert (
            encode(expected["fields"], expected["cp"], version=vector["version"]) == vector["frame"].encode()
        )


def test_the_published_sm4_frame_is_encoded_byte_for_byte() -> None:
    vector = next(vector for vector in VECTORS if vector["id"] == "v2025-appA2-ex2-wire")
    data = encode(
        vector["expected"]["fields"],
        vector["expected"]["cp"],
        version="2025",
        key=bytes.fromhex(vector["key_hex"]),
    )
    assert data.hex() == vector["frame_hex"]


VALUES = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**6), max_value=10**6).map(
        str
    ),
    st.text(alphabet="abcXYZ0189.-+:()清洗", max_size=12),
    st.text(alphabet="ab;,= 清#", max_size=12).map(lambda text: f"//{text}//"),
)
NAMES = st.from_regex(r"[awd][0-9]{5}-(Rtd|Avg|Min|Max|ZsAvg|Flag|Info)", fullmatch=True)
ITEM = st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=4)
CP = st.one_of(
    st.lists(ITEM, max_size=8),
    st.tuples(st.lists(ITEM, min_size=1, max_size=4), st.integers(8, 60)).map(lambda p: p[0] * p[1]),
)


@st.composite
def messages(draw: st.DrawFn) -> tuple[dict[str, str | int], list[list[tuple[str, str]]], Version]:
    version: Version = draw(st.sampled_from(("2005", "2017", "2025")))
    fields: dict[str, str | int] = {
        "QN": draw(
            st.datetimes().map(lambda moment: f"{moment.year:04d}" + moment.strftime("%m%d%H%M%S%f")[:13])
        ),
        "ST": draw(st.sampled_from(("21", "22", "31", "32"))),
        "CN": draw(st.sampled_from(("2011", "2051", "2061", "2031", "1062", "3020"))),
        "PW": "123456",
        "MN": MN,
        "Flag": flag_value(version, ack_wanted=draw(st.booleans())),
    }
    return fields, [[("DataTime", "20160801080000")], *draw(CP)], version


@settings(max_examples=300, deadline=None)
@given(messages(), st.sampled_from((None, KEY)), st.sampled_from(("hj212", "modbus_be", "modbus_le")))
def test_what_was_encoded_is_what_is_decoded_split_and_encrypted_too(
    message: tuple[dict[str, str | int], list[list[tuple[str, str]]], Version],
    key: bytes | None,
    variant: Any,
) -> None:
    fields, items, version = message
    try:
        packets = encode_split(fields, items, version=version, key=key, crc_variant=variant)
    except EncodeError as error:
        assume(error.code != "item_too_long")
        raise
    decoded = decode_bytes(b"".join(packets), keys=lambda mn: [KEY])
    assert all(isinstance(piece, Frame) for piece in decoded)
    frames = [piece for piece in decoded if isinstance(piece, Frame)]
    assert [piece.raw for piece in frames] == packets
    gathered = [item for piece in frames for item in piece.cp[1:]]
    assert gathered == [tuple(item) for item in items[1:]]
    for number, piece in enumerate(frames, 1):
        assert piece.version == version
        assert len(piece.segment) <= 1024
        assert piece.cp[0] == (("DataTime", "20160801080000"),)
        assert piece.flag is not None
        if len(frames) == 1:
            assert piece.fields == {name: str(value) for name, value in fields.items()}
        else:
            assert (piece.fields["PNUM"], piece.fields["PNO"]) == (str(len(frames)), str(number))
            assert piece.flag.packet_numbers
    assert len({piece.qn for piece in frames}) == len(frames)


def test_a_long_upload_is_split_into_whole_items_with_their_own_numbers() -> None:
    items = [
        ITEMS[0],
        *([(f"a{number:05d}-Avg", "1.0"), (f"a{number:05d}-Flag", "N")] for number in range(60)),
    ]
    packets = [only(packet) for packet in encode_split(FIELDS, items, version="2017")]
    assert [packet.fields["PNUM"] for packet in packets] == ["2", "2"]
    assert [packet.fields["PNO"] for packet in packets] == ["1", "2"]
    assert [packet.qn for packet in packets] == ["20160801085857534", "20160801085857535"]
    assert [packet.fields["Flag"] for packet in packets] == ["7", "7"]
    assert [packet.data_time_text for packet in packets] == ["20160801080000"] * 2
    assert [packet.anomalies for packet in packets] == [()] * 2


REFUSED = [
    # changed fields, content, code, remark
    ({"QN": "2016"}, ITEMS, "field_malformed", "short QN"),
    ({"ST": "101"}, ITEMS, "field_malformed", "ST of three digits"),
    ({"PW": "1;2"}, ITEMS, "field_malformed", "separator in PW"),
    ({"Flag": 9}, ITEMS, "field_malformed", "Flag of another edition"),
    ({"Flag": 7}, ITEMS, "field_malformed", "packet numbers announced but absent"),
    ({"PNUM": 2}, ITEMS, "field_malformed", "PNUM without PNO"),
    ({"SIM": "1"}, ITEMS, "field_unknown", "a field of no edition"),
    ({}, [[("a21026-Rtd", "1;2")]], "content_malformed", "separator in a value"),
    ({}, [[("a21026-Rtd", "1&&")]], "content_malformed", "closing marks in a value"),
    ({}, [[("a21026 Rtd", "1")]], "content_malformed", "blank in a name"),
    ({}, [[]], "content_malformed", "empty item"),
    ({}, [[("a21026-Info", "//" + "x" * 960 + "//")]], "cp_too_long", "longer than a packet"),
]


@pytest.mark.parametrize(("changes", "items", "code", "remark"), REFUSED, ids=[row[3] for row in REFUSED])
def test_what_the_standard_does_not_allow_is_not_sent(
    changes: dict[str, str | int], items: list[list[tuple[str, str]]], code: str, remark: str
) -> None:
    with pytest.raises(EncodeError) as caught:
        encode(FIELDS | changes, items, version="2017")
    assert caught.value.code == code


def test_a_missing_field_and_an_item_too_long_to_split_are_refused() -> None:
    with pytest.raises(EncodeError, match="QN"):
        encode({name: value for name, value in FIELDS.items() if name != "QN"}, ITEMS, version="2017")
    with pytest.raises(EncodeError) as caught:
        encode_split(FIELDS, [[("a21026-Info", "//" + "x" * 960 + "//")]], version="2017")
    assert caught.value.code == "item_too_long"


def segment_of(data: bytes | None) -> str:
    assert data is not None
    return only(data).segment.decode()


def asking(cn: str, flag: int, **changes: str) -> Frame:
    header = HEADER.replace("CN=2011", f"CN={cn}").replace("Flag=4", f"Flag={flag}")
    for old, new in changes.items():
        header = header.replace({"qn": "QN=20160801085857223;"}[old], new)
    return only(frame(header=header))


COPIED = f"QN=20160801085857223;ST=91;CN=%s;PW=123456;MN={MN};Flag=%d;CP=&&%s&&"
ANSWERS = [
    # command, Flag, answer's command, answer's Flag, remark
    ("2011", 5, "9014", 4, "data of 2017"),
    ("2051", 9, "9014", 8, "data of 2025"),
    ("2061", 7, "9014", 4, "every packet of a split upload on its own"),
    ("7777", 5, "9014", 4, "unknown commands count as data"),
    ("9015", 9, "9013", 8, "heartbeat"),
    ("1013", 5, "9013", 4, "wish for calibration"),
]


@pytest.mark.parametrize(
    ("cn", "flag", "answer", "answer_flag", "remark"), ANSWERS, ids=[row[4] for row in ANSWERS]
)
def test_the_platform_answers_with_the_same_qn(
    cn: str, flag: int, answer: str, answer_flag: int, remark: str
) -> None:
    assert segment_of(acknowledge(asking(cn, flag))) == COPIED % (answer, answer_flag, "")


def test_the_published_ack_comes_out_byte_for_byte() -> None:
    data = acknowledge(asking("2011", 5))
    assert (
        data == f"##0087QN=20160801085857223;ST=91;CN=9014;PW=123456;MN={MN};Flag=4;CP=&&&&3240\r\n".encode()
    )


SILENT = [
    ("2011", 4, {}, "no answer wanted"),
    ("2011", 5, {"qn": ""}, "no QN to copy"),
    ("9014", 5, {}, "an answer is not answered"),
    ("9011", 5, {}, "an answer is not answered"),
    ("3012", 5, {}, "a request is not the platform's to answer"),
]


@pytest.mark.parametrize(("cn", "flag", "changes", "remark"), SILENT)
def test_where_no_answer_is_wanted_or_possible_there_is_none(
    cn: str, flag: int, changes: dict[str, str], remark: str
) -> None:
    assert acknowledge(asking(cn, flag, **changes)) is None


def test_a_frame_without_flag_wants_no_answer() -> None:
    assert acknowledge(only(frame(header=HEADER.replace("Flag=4;", "")))) is None


def test_a_2005_answer_carries_the_qn_inside_cp() -> None:
    asked = asking("2011", 1)
    assert (
        segment_of(acknowledge(asked))
        == f"ST=91;CN=9014;PW=123456;MN={MN};Flag=0;CP=&&QN=20160801085857223&&"
    )
    received = request_received(asked)
    assert (
        segment_of(received) == f"ST=91;CN=9011;PW=123456;MN={MN};Flag=0;CP=&&QN=20160801085857223;QnRtn=1&&"
    )
    assert received is not None
    assert only(received).qn == "20160801085857223"


def test_the_field_answers_requests_and_reports_their_execution() -> None:
    asked = asking("1062", 5)
    assert segment_of(acknowledge(asked, side="field")) == COPIED % ("9011", 4, "QnRtn=1")
    assert segment_of(request_received(asked, 2)) == COPIED % ("9011", 4, "QnRtn=2")
    assert segment_of(request_executed(asked)) == COPIED % ("9012", 4, "ExeRtn=1")
    assert segment_of(acknowledge(asking("2012", 5), side="field")) == COPIED % ("9013", 4, "")


def test_an_answer_can_use_the_crc_variant_of_the_monitor() -> None:
    data = acknowledge(asking("2011", 5), crc_variant="modbus_le")
    assert data is not None
    assert only(data).crc_variant == "modbus_le"


def test_sm4_is_that_of_the_national_standard() -> None:
    """GB/T 32907 example 1: key and text are the same sixteen bytes."""
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    assert encrypt(block, block).hex() == "681edf34d206965e86b3e94f536e4246"


@given(st.binary(max_size=100))
def test_a_remainder_stays_in_clear_and_the_length_is_kept(text: bytes) -> None:
    secret = encrypt(text, KEY)
    whole = len(text) - len(text) % 16
    assert len(secret) == len(text)
    assert secret[whole:] == text[whole:]
    assert decrypt(secret, KEY) == text


def test_the_printed_byte_list_is_understood_with_its_remainder() -> None:
    assert from_notation(b"{0xE4,0x3E, 0x0f}") == b"\xe4\x3e\x0f"
    assert from_notation(b"{0xE4}Flag=N") == b"\xe4Flag=N"
    assert from_notation(b"DataTime=20160801085857") is None


def secret_frame(key: bytes) -> bytes:
    fields = FIELDS | {"Flag": 9}
    return encode(fields, ITEMS, version="2025", key=key)


def test_the_previous_key_opens_a_frame_of_the_rotation_window() -> None:
    found = only(secret_frame(KEY), keys=lambda mn: [b"another-16-bytes", KEY])
    assert found.anomalies == ("encrypted_sm4", "sm4_previous_key")
    assert found.content.last("a21026-Avg") == "36.90"


ENCRYPTED_REFUSALS = [([], "key_missing"), ([b"another-16-bytes"], "decryption_failed")]


@pytest.mark.parametrize(("keys", "error"), ENCRYPTED_REFUSALS)
def test_an_encrypted_frame_that_no_key_opens_is_kept_and_attributed(keys: list[bytes], error: str) -> None:
    (piece,) = decode_bytes(secret_frame(KEY), keys=lambda mn: keys if mn == MN else [KEY])
    assert not isinstance(piece, Frame)
    assert (piece.error, piece.mn) == (error, MN)
    assert "another" not in json.dumps([piece.detail, piece.fields])


def test_a_crc_over_the_encrypted_bytes_is_accepted_and_named() -> None:
    secret = secret_frame(KEY)
    found = only(wrap(secret[6:-6]), keys=lambda mn: [KEY])
    assert found.anomalies == ("encrypted_sm4", "crc_over_ciphertext")
    assert found.content.last("a21026-Avg") == "36.90"


def test_a_plain_frame_of_a_monitor_with_a_key_is_read_as_it_is() -> None:
    found = only(frame(CONTENT), keys=lambda mn: [KEY])
    assert found.anomalies == ()
