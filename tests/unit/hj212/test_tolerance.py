"""Header and content as other vendors' loggers write them (hj212.md sections 9 and 13)."""

from __future__ import annotations

import pytest

from ingest.hj212 import Frame, decode_bytes
from tests.unit.hj212.build import CONTENT, HEADER, MN, frame, wrap

QN = "20160801085857223"
FIELDS = {"QN": QN, "ST": "32", "CN": "2011", "PW": "123456", "MN": MN, "Flag": "4"}


def only(data: bytes) -> Frame:
    (piece,) = decode_bytes(data)
    assert isinstance(piece, Frame), piece
    return piece


HEADERS = [
    # header, changed fields (None: absent), anomalies, remark
    (HEADER, {}, (), "as the standard says"),
    (
        HEADER.replace("Flag=4;", "Flag=4"),
        {},
        ("header_separator_missing",),
        "Flag=5CP= of the 2017 examples",
    ),
    (
        HEADER.replace(f"QN={QN};", f"QN={QN},"),
        {},
        ("header_stray_char",),
        "comma after QN, also of the examples",
    ),
    (HEADER.replace(";MN", ";,MN"), {}, ("header_stray_char",), "stray comma before MN"),
    (HEADER.replace(";PW", ";;PW"), {}, ("header_stray_char",), "a semicolon too many"),
    (HEADER.replace("Flag=", "FLAG="), {}, ("flag_key_case",), "FLAG"),
    (HEADER.replace("MN=", "mn="), {}, ("header_key_case",), "key in lower case"),
    (HEADER.replace(";ST=32", "; ST= 32"), {}, ("whitespace",), "blanks"),
    (HEADER.replace(f"MN={MN};", ""), {"MN": None}, ("mn_missing",), "no MN"),
    (HEADER.replace(MN, ""), {"MN": ""}, ("mn_empty",), "empty MN"),
    (HEADER.replace(MN, MN.lower()), {"MN": MN.lower()}, ("mn_not_24_hex",), "MN in lower case"),
    (HEADER.replace(MN, "4201003"), {"MN": "4201003"}, ("mn_not_24_hex",), "MN of seven characters"),
    (HEADER.replace("PW=123456;", ""), {"PW": None}, ("pw_missing",), "no PW"),
    (HEADER.replace("123456", ""), {"PW": ""}, ("pw_empty",), "empty PW"),
    (HEADER.replace("123456", MN), {"PW": MN}, ("pw_not_6",), "PW of 24 characters"),
    (HEADER.replace("ST=32;", ""), {"ST": None}, ("st_missing",), "no ST"),
    (HEADER.replace("ST=32", "ST=101"), {"ST": "101"}, ("st_not_2",), "ST of three digits"),
    (HEADER.replace("CN=2011", "CN=9021"), {"CN": "9021"}, ("cn_unknown",), "a local command"),
    (HEADER.replace(f"QN={QN};", ""), {"QN": None}, ("qn_missing",), "no QN"),
    (HEADER.replace(QN, QN + "0"), {"QN": QN + "0"}, ("qn_format",), "QN of 18 digits"),
    (HEADER.replace("Flag=4;", ""), {"Flag": None}, ("flag_missing",), "no Flag"),
    (HEADER.replace("Flag=4", "Flag=N"), {"Flag": "N"}, ("flag_format",), "Flag that is no number"),
    (HEADER.replace("Flag=4", "Flag=300"), {"Flag": "300"}, ("flag_format",), "Flag beyond 255"),
    (
        HEADER.replace("Flag=4", "Flag=40"),
        {"Flag": "40"},
        ("flag_version_unknown",),
        "version bits of no edition",
    ),
    (
        HEADER.replace("Flag=4", "Flag=6"),
        {"Flag": "6"},
        ("flag_bit1_without_pnum",),
        "numbers announced, none there",
    ),
    (
        HEADER + "PNUM=1;PNO=1;",
        {"PNUM": "1", "PNO": "1"},
        ("pnum_without_flag_bit1",),
        "numbers there, not announced",
    ),
    (
        HEADER.replace("Flag=4;", "Flag=6;PNO=0001;PNUM=0002;"),
        {"Flag": "6", "PNUM": "0002", "PNO": "0001"},
        ("pno_before_pnum",),
        "PNO first, zero padded",
    ),
    (HEADER + "RF=1;", {"RF": "1"}, (), "uploaded again, 2025"),
    (HEADER + "SIM=89860;", {"SIM": "89860"}, ("header_key_unknown",), "a field of the vendor's own"),
    (HEADER + "ST=31;", {"ST": "31"}, ("duplicate_key",), "a key twice: the last one counts"),
    (HEADER.replace(";MN=", "MN="), {}, ("header_separator_missing",), "no semicolon before MN"),
]


@pytest.mark.parametrize(
    ("header", "changes", "anomalies", "remark"), HEADERS, ids=[row[3] for row in HEADERS]
)
def test_a_header_is_read_by_name_and_its_oddities_are_named(
    header: str, changes: dict[str, str | None], anomalies: tuple[str, ...], remark: str
) -> None:
    found = only(frame(header=header))
    assert found.fields == {key: value for key, value in (FIELDS | changes).items() if value is not None}
    assert found.anomalies == anomalies
    assert found.cp == only(frame()).cp


CONTENTS = [
    # content, items, anomalies, remark
    ("", [], (), "empty"),
    (" ", [], ("whitespace",), "&& && of the 2017 examples"),
    (" PolId=w01018", [[("PolId", "w01018")]], ("whitespace",), "blank before a name, also of the examples"),
    (
        "i12003-Info =0",
        [[("i12003-Info", "0")]],
        ("whitespace",),
        "blank before the equals sign, also of the examples",
    ),
    ("w01018-Rtd=1;", [[("w01018-Rtd", "1")]], ("empty_item",), "trailing semicolon"),
    (
        "w01018-Rtd=1;;w21003-Rtd=2",
        [[("w01018-Rtd", "1")], [("w21003-Rtd", "2")]],
        ("empty_item",),
        "semicolon too many",
    ),
    (
        "w01018-Rtd=1,w21003-Rtd=2",
        [[("w01018-Rtd", "1"), ("w21003-Rtd", "2")]],
        ("separator_swapped",),
        "comma between factors",
    ),
    (
        "w01018-Rtd=1;w01018-Flag=N",
        [[("w01018-Rtd", "1")], [("w01018-Flag", "N")]],
        ("separator_swapped",),
        "semicolon between classes",
    ),
    (
        "w01018-Rtd=1;w01018-Rtd=2",
        [[("w01018-Rtd", "1")], [("w01018-Rtd", "2")]],
        ("duplicate_key",),
        "a name twice",
    ),
    ("CTime=04,CTime=10", [[("CTime", "04"), ("CTime", "10")]], (), "a list of the 2005 edition"),
    ("01018-Rtd=1", [[("01018-Rtd", "1")]], ("code_not_2017",), "missing w of the 2017 examples"),
    ("a2101-Rtd=1", [[("a2101-Rtd", "1")]], ("code_not_2017",), "code of five characters"),
    ("SB1-RS=1", [[("SB1-RS", "1")]], (), "facility"),
    ("Leq-Data=55.1", [[("Leq-Data", "55.1")]], (), "noise"),
    ("I33400-Info=1", [[("I33400-Info", "1")]], (), "capital I of the 2017 examples"),
    (
        "w01018-Rtd=1;Flag=N",
        [[("w01018-Rtd", "1")], [("Flag", "N")]],
        ("bare_flag_in_cp",),
        "mark without a code",
    ),
    (
        "w01018-Rtd=1;oops",
        [[("w01018-Rtd", "1")], [("oops", "")]],
        ("pair_without_value",),
        "text without equals sign",
    ),
    (
        "Datatime=20160801085857",
        [[("Datatime", "20160801085857")]],
        ("cp_key_case",),
        "keyword in other case",
    ),
    ("i11001-Info=//a,b;c=d//", [[("i11001-Info", "//a,b;c=d//")]], (), "separators in free text"),
    (
        "i11001-Info=//a//b//,i11001-Flag=N",
        [[("i11001-Info", "//a//b//"), ("i11001-Flag", "N")]],
        (),
        "slashes in free text",
    ),
    (
        "i11001-Info=//a;b-c=d",
        [[("i11001-Info", "//a")], [("b-c", "d")]],
        ("code_not_2017",),
        "free text that never closes",
    ),
    ("w01018-Rtd=a=b", [[("w01018-Rtd", "a=b")]], (), "equals sign in a value"),
]


@pytest.mark.parametrize(
    ("content", "items", "anomalies", "remark"), CONTENTS, ids=[row[3] for row in CONTENTS]
)
def test_content_is_a_loss_free_tree_and_its_oddities_are_named(
    content: str, items: list[list[tuple[str, str]]], anomalies: tuple[str, ...], remark: str
) -> None:
    for _ in range(2):  # the second time the shape is known
        found = only(frame(content))
        assert [list(item) for item in found.cp] == items
        assert found.anomalies == anomalies


def test_content_without_its_marks_is_still_read() -> None:
    for segment in (f"{HEADER}CP={CONTENT}&&", f"{HEADER}CP=&&{CONTENT}"):
        found = only(wrap(segment))
        assert found.cp == only(frame()).cp
        assert found.anomalies == ("cp_delimiter_missing",)


TIMES = [
    # DataTime, ISO time, anomalies
    ("20160801085857", "2016-08-01T08:58:57+08:00", ()),
    ("20160801085857123", "2016-08-01T08:58:57+08:00", ("datatime_format",)),
    ("20160801240000", "2016-08-02T00:00:00+08:00", ("data_time_24h",)),
    ("20161231240000", "2017-01-01T00:00:00+08:00", ("data_time_24h",)),
    ("20160801240001", None, ("datatime_format",)),
    ("20160230000000", None, ("datatime_format",)),
    ("2016080108585712", None, ("datatime_format",)),
    ("2016-08-01 08:58:57", None, ("datatime_format",)),
    ("20700101000000", "2070-01-01T00:00:00+08:00", ()),
    ("19700101000000", "1970-01-01T00:00:00+08:00", ()),
    ("00000000000000", None, ("datatime_format",)),
    ("99991231240000", None, ("datatime_format",)),
    ("", None, ("datatime_format",)),
]


@pytest.mark.parametrize(("text", "moment", "anomalies"), TIMES)
def test_data_time_is_beijing_time_or_nothing(
    text: str, moment: str | None, anomalies: tuple[str, ...]
) -> None:
    found = only(frame(f"DataTime={text};w01018-Rtd=1"))
    assert (found.data_time.isoformat() if found.data_time else None) == moment
    assert found.data_time_text == text
    assert found.anomalies == anomalies


VERSIONS = [
    # header, edition, remark
    (HEADER, "2017", "version bits 1"),
    (HEADER.replace("Flag=4", "Flag=9"), "2025", "version bits 2"),
    (HEADER.replace("Flag=4", "Flag=3"), "2005", "version bits 0"),
    (HEADER.replace("Flag=4;", ""), "2017", "no Flag but a QN"),
    (HEADER.replace("Flag=4;", "").replace(f"QN={QN};", ""), "2005", "neither Flag nor QN"),
    (
        HEADER.replace("Flag=4", "Flag=8").replace(MN, "ZLDSZ20210127"),
        "2017",
        "bits of 2025 before there was a 2025",
    ),
    (HEADER.replace("Flag=4", "Flag=8").replace(MN, ""), "2025", "MN empty before registration"),
]


@pytest.mark.parametrize(("header", "version", "remark"), VERSIONS, ids=[row[2] for row in VERSIONS])
def test_the_edition_is_what_the_frame_makes_likely(header: str, version: str, remark: str) -> None:
    assert only(frame(header=header)).version == version
