"""System codes ST and command codes CN (hj212.md sections 6 and 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["request", "upload", "notify", "interaction"]
PeriodKind = Literal["realtime", "minute", "hour", "day"]

#: Classes of ST whose old numeric factor codes mean water or gas.
MEDIUM_BY_ST: Final = {"21": "water", "32": "water", "22": "gas", "31": "gas"}

SYSTEMS: Final = {
    "21": "surface water quality",
    "22": "air quality",
    "23": "acoustic environment",
    "24": "ground water quality",
    "25": "soil quality",
    "26": "sea water quality",
    "27": "VOC monitoring",
    "31": "air pollution source",
    "32": "surface-water pollution source",
    "33": "ground-water pollution source",
    "34": "sea pollution source",
    "35": "soil pollution source",
    "36": "noise source",
    "37": "vibration source",
    "38": "radioactive source",
    "39": "construction-site dust",
    "41": "electromagnetic source",
    "44": "power monitoring",
    "45": "key production condition",
    "51": "flue-gas process",
    "52": "sewage process",
    "91": "system interaction",
}


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the command table.

    Attributes
    ----------
    up, down : what the command is when the field sends it and when the platform sends it; None when that side never does
    kind : the kind of reading its upload carries, if any
    """

    cn: str
    meaning: str
    up: Role | None = None
    down: Role | None = None
    kind: PeriodKind | None = None


_ROWS: Final = (
    Command("1000", "set timeout and retries", down="request"),
    Command("1001", "logger reports its hardware identity", up="notify"),
    Command("1002", "write the network MN", down="request"),
    Command("1011", "field time", up="upload", down="request"),
    Command("1012", "set field time", down="request"),
    Command("1013", "field asks for time calibration", up="notify"),
    # No kind is given for 1014; by analogy with 1013 the field's wish is a notice and the new key comes as a request.
    Command("1014", "SM4 key", up="notify", down="request"),
    Command("1021", "alarm limits", up="upload", down="request"),
    Command("1022", "set alarm limits", down="request"),
    Command("1031", "upper host address", up="upload", down="request"),
    Command("1032", "set upper host address", down="request"),
    Command("1041", "report time", up="upload", down="request"),
    Command("1042", "set report time", down="request"),
    Command("1061", "real-time interval", up="upload", down="request"),
    Command("1062", "set real-time interval", down="request"),
    Command("1063", "minute interval", up="upload", down="request"),
    Command("1064", "set minute interval", down="request"),
    Command("1072", "set password", down="request"),
    Command("2011", "real-time data", up="upload", down="request", kind="realtime"),
    Command("2012", "stop real-time data", down="notify"),
    Command("2013", "raw analyser result", up="upload", down="request"),
    Command("2021", "facility running state", up="upload", down="request"),
    Command("2022", "stop facility state", down="notify"),
    Command("2031", "daily data", up="upload", down="request", kind="day"),
    Command("2041", "facility daily running hours", up="upload", down="request"),
    Command("2051", "minute data", up="upload", down="request", kind="minute"),
    Command("2052", "one noise measurement", up="upload"),
    Command("2061", "hourly data", up="upload", down="request", kind="hour"),
    Command("2062", "result of an automatic standard check", up="upload", down="request"),
    Command("2071", "alarm record", up="upload", down="request"),
    Command("2072", "alarm event", up="upload"),
    Command("2081", "logger power-on time", up="upload"),
    Command("2111", "incinerator furnace 5-minute average", up="upload"),
    Command("3011", "zero or span calibration", down="request"),
    Command("3012", "sample now", down="request"),
    Command("3013", "start cleaning or blow-back", down="request"),
    Command("3014", "comparison sampling", down="request"),
    Command("3015", "retain a sample on exceedance", up="upload", down="request"),
    Command("3016", "set sampling period", down="request"),
    Command("3017", "sampling period", up="upload", down="request"),
    Command("3018", "sample-to-result time", up="upload", down="request"),
    Command("3019", "instrument serial", up="upload", down="request"),
    Command("3020", "field information", up="upload", down="request"),
    Command("3021", "set a parameter", down="request"),
    Command("3022", "retain a sample now", down="request"),
    Command("3024", "start automatic standard check", down="request"),
    Command("9011", "request acknowledged", up="interaction"),
    Command("9012", "request executed", up="interaction"),
    Command("9013", "notify acknowledged", up="interaction", down="interaction"),
    Command("9014", "data acknowledged", up="interaction", down="interaction"),
    Command("9015", "heartbeat", up="notify"),
)

COMMANDS: Final = {row.cn: row for row in _ROWS}


_KIND_BY_CN: Final = {row.cn: row.kind for row in _ROWS}


def kind_of(cn: str) -> PeriodKind | None:
    """Kind of the readings that an upload with this CN carries; None for every other command."""
    return _KIND_BY_CN.get(cn)
