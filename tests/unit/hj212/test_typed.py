"""The typed view: numbers stay text, marks are normalised, nothing is invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.hj212 import Frame, Measurement, Upload, decode_bytes, readings
from ingest.hj212.marks import STATUS_BY_MARK, normalise
from ingest.hj212.typed import is_number
from tests.unit.hj212.build import HEADER, frame


def upload(content: str, cn: str = "2011", **header: str) -> Upload:
    text = HEADER.replace("CN=2011", f"CN={cn}")
    for name, value in header.items():
        text = text.replace({"st": "ST=32", "flag": "Flag=4"}[name], value)
    (piece,) = decode_bytes(
        frame("DataTime=20160801080000;" + content if content else "DataTime=20160801080000", text)
    )
    assert isinstance(piece, Frame)
    return readings(piece)


def one(content: str, cn: str = "2011", **header: str) -> Measurement:
    (item,) = upload(content, cn, **header).items
    return item


def test_a_real_time_value_with_its_folded_value_and_mark() -> None:
    item = one("a21026-Rtd=36.90,a21026-ZsRtd=31.2,a21026-Flag=N,a21026-EFlag=A01", st="ST=31")
    assert item == Measurement(
        factor="a21026",
        code="a21026",
        value="36.90",
        minimum=None,
        maximum=None,
        total=None,
        folded="31.2",
        folded_minimum=None,
        folded_maximum=None,
        flag="N",
        status="normal",
        extra={"EFlag": "A01"},
        anomalies=(),
    )


def test_an_hour_with_every_metric() -> None:
    names = ("Cou", "Min", "Avg", "Max", "ZsMin", "ZsAvg", "ZsMax")
    content = ",".join(f"a21026-{name}={number}.0" for number, name in enumerate(names)) + ",a21026-Flag=D"
    item = one(content, "2061", st="ST=31")
    assert (item.total, item.minimum, item.value, item.maximum) == ("0.0", "1.0", "2.0", "3.0")
    assert (item.folded_minimum, item.folded, item.folded_maximum) == ("4.0", "5.0", "6.0")
    assert (item.flag, item.status, dict(item.extra)) == ("D", "fault", {})


KINDS = [
    ("2011", "realtime"),
    ("2051", "minute"),
    ("2061", "hour"),
    ("2031", "day"),
    ("2021", None),
    ("9021", None),
    ("2081", None),
]


@pytest.mark.parametrize(("cn", "kind"), KINDS)
def test_the_command_says_the_kind(cn: str, kind: str | None) -> None:
    found = upload("w01018-Avg=1", cn)
    assert found.kind == kind
    assert found.data_time is not None


def test_metrics_belong_to_the_factor_in_their_name_whatever_the_separators_say() -> None:
    swapped = upload("w01018-Rtd=1;w01018-Flag=N,w21003-Rtd=2;w21003-Flag=D").items
    assert [(item.factor, item.value, item.flag) for item in swapped] == [
        ("w01018", "1", "N"),
        ("w21003", "2", "D"),
    ]


FALLBACKS = [
    # content, command, value, anomalies, remark
    ("w01018-Avg=5", "2011", "5", ("avg_in_realtime",), "Avg in a real-time frame"),
    ("w01018-Rtd=5", "2051", "5", ("rtd_in_period",), "Rtd in a minute frame"),
    ("w01018-Rtd=4,w01018-Avg=5", "2051", "5", (), "both: the one that belongs there"),
    ("Leq-Data=55.1", "2031", "55.1", (), "noise statistics"),
    ("w00000-Cou=12", "2061", None, (), "a total alone is complete"),
    ("LA-td=50.1", "2011", None, ("value_missing",), "misspelled metric"),
    ("w01018-RTD=5", "2011", "5", ("cp_key_case",), "metric in capitals"),
    ("w01018-Rtd=1;w01018-Rtd=2", "2011", "2", (), "twice: the last one counts"),
]


@pytest.mark.parametrize(
    ("content", "cn", "value", "anomalies", "remark"), FALLBACKS, ids=[row[4] for row in FALLBACKS]
)
def test_the_value_is_what_belongs_to_the_command_or_the_other_one_tagged(
    content: str, cn: str, value: str | None, anomalies: tuple[str, ...], remark: str
) -> None:
    item = one(content, cn)
    assert item.value == value
    assert item.anomalies == anomalies


def test_a_metric_beside_rtd_is_kept() -> None:
    assert one("w01018-Rtd=4,w01018-Avg=5").extra == {"Avg": "5"}
    assert one("w01018-SampleTime=20160801075500,w01018-Rtd=4").extra == {"SampleTime": "20160801075500"}


NUMBERS = ["0", "12.30", "-0.5", "+1", ".5", "5.", "1e-3", "1.5E+10", "99999", "0.0905500200000001", "1" * 40]
NO_NUMBERS = [
    "",
    "-",
    "NaN",
    "inf",
    "1,5",
    "1.2.3",
    "0x10",
    "1e999",
    "1_000",
    "１２",
    "--1",
    "1" * 41,
    "N",
    "1 2",
]


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_keeps_its_digits(text: str) -> None:
    assert one(f"w01018-Rtd={text},w01018-Flag=N").value == text


@pytest.mark.parametrize("text", [text for text in NO_NUMBERS if "," not in text])
def test_what_is_no_number_becomes_none_and_keeps_its_text(text: str) -> None:
    item = one(f"w01018-Rtd={text},w01018-Flag=N")
    assert item.value is None
    assert item.extra == {"Rtd": text}
    assert item.anomalies == ("value_not_numeric",)
    assert item.status == "normal"


@given(st.text(max_size=45))
def test_is_number_never_accepts_what_decimal_refuses(text: str) -> None:
    if is_number(text):
        assert text.isascii()
        assert float(text) == float(text)
        assert len(text) <= 40


@pytest.mark.parametrize(("mark", "status"), STATUS_BY_MARK.items())
def test_every_mark_has_its_status(mark: str, status: str) -> None:
    item = one(f"w01018-Rtd=1,w01018-Flag={mark}")
    assert (item.flag, item.status, item.anomalies) == (mark, status, ())


MARKS = [
    # pair, flag, status, anomalies, remark
    ("", None, "unknown", (), "no mark is not normal"),
    (",w01018-Flag=", None, "unknown", (), "empty mark"),
    (",w01018-Flag=n", "n", "normal", ("mark_case",), "lower case"),
    (",w01018-Flag=sD", "sD", "stopping", ("mark_case",), "other case"),
    (",w01018-Flag=Td", "Td", "unknown", ("mark_unsourced",), "mark of 2025 whose wording is not known"),
    (",w01018-Flag=TD", "TD", "unknown", ("mark_unsourced",), "the same in other case"),
    (",w01018-Flag=0", "0", "unknown", ("mark_unknown",), "air station of 2005"),
    (",w01018-Flag=H", "H", "unknown", ("mark_unknown",), "letter of a vendor"),
    (",w01018-Flag=(N)", "(N)", "unknown", ("mark_unknown",), "brackets"),
]


@pytest.mark.parametrize(
    ("pair", "flag", "status", "anomalies", "remark"), MARKS, ids=[row[4] for row in MARKS]
)
def test_an_odd_mark_is_never_normal_by_accident(
    pair: str, flag: str | None, status: str, anomalies: tuple[str, ...], remark: str
) -> None:
    item = one(f"w01018-Rtd=1{pair}")
    assert (item.flag, item.status, item.anomalies) == (flag, status, anomalies)


def test_blanks_around_a_mark_do_not_count() -> None:
    assert normalise(" N ") == ("normal", None)


CODES = [
    # code, ST, Flag, factor, remark
    ("011", "ST=32", "Flag=0", "w01018", "2005 water"),
    ("B01", "ST=32", "Flag=0", "w00000", "2005 wastewater flow"),
    ("S01", "ST=31", "Flag=0", "a19001", "2005 flue parameter"),
    ("02", "ST=31", "Flag=0", "a21026", "2005 gas"),
    ("028", "ST=31", "Flag=0", "028", "water code on a stack: site-specific, left alone"),
    ("112", "ST=31", "Flag=0", "112", "vendor code"),
    ("w01018", "ST=32", "Flag=0", "w01018", "2017 code from a 2005 logger"),
    ("011", "ST=32", "Flag=4", "011", "2005 code in a 2017 frame"),
    ("011", "ST=101", "Flag=0", "011", "no medium"),
]


@pytest.mark.parametrize(
    ("code", "st_field", "flag", "factor", "remark"), CODES, ids=[row[4] for row in CODES]
)
def test_old_codes_are_mapped_for_2005_monitors_by_medium(
    code: str, st_field: str, flag: str, factor: str, remark: str
) -> None:
    item = one(f"{code}-Rtd=1", st=st_field, flag=flag)
    assert (item.factor, item.code) == (factor, code)


def test_the_configured_edition_counts_more_than_the_frame() -> None:
    (piece,) = decode_bytes(frame("DataTime=20160801080000;011-Rtd=1"))
    assert isinstance(piece, Frame)
    assert readings(piece).items[0].factor == "011"
    assert readings(piece, protocol="2005").items[0].factor == "w01018"


TIME_ANOMALIES = [
    ("DataTime=20160801080000", None),
    ("DataTime=20160801240000", "data_time_24h"),
    ("DataTime=20160801080000000", "datatime_format"),
    ("DataTime=1", "datatime_format"),
    ("w01018-Rtd=1", "datatime_missing"),
]


@pytest.mark.parametrize(("content", "anomaly"), TIME_ANOMALIES)
def test_what_is_odd_about_the_time_is_said_beside_it(content: str, anomaly: str | None) -> None:
    (piece,) = decode_bytes(frame(content))
    assert isinstance(piece, Frame)
    assert readings(piece).data_time_anomaly == anomaly
