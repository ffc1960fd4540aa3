"""What loggers know about factors: old codes, decimals they print, system codes."""

from __future__ import annotations

#: HJ/T 212-2005 codes of the factors that the simulated 2005 loggers send (hj212.md 11.1). Water temperature has none in that
#: edition; loggers that were extended later send it under its 2017 code.
OLD_CODES = {
    "w00000": "B01",
    "w01001": "001",
    "w01012": "003",
    "w01018": "011",
    "w21001": "065",
    "w21003": "060",
    "w21011": "101",
    "a00000": "B02",
    "a01011": "S02",
    "a01012": "S03",
    "a01013": "S08",
    "a01014": "S05",
    "a19001": "S01",
    "a21001": "10",
    "a21002": "03",
    "a21026": "02",
    "a34013": "01",
}

#: Decimals that a logger prints, two or three as is usual in the field.
DECIMALS = {
    "a00000": 3,
    "a01012": 1,
    "a01013": 3,
    "w00000": 3,
    "w01010": 1,
    "w21003": 3,
    "w21011": 3,
}
USUAL_DECIMALS = 2
#: m3 of flow and kg of mass; the mass of phosphorus of a small station in an hour is a few grams.
TOTAL_DECIMALS = 4

#: System codes ST of the uploads (hj212.md 6).
SYSTEMS = {"gas": "31", "water": "32"}
#: Commands CN by kind of record (hj212.md 7).
COMMANDS = {
    "realtime": "2011",
    "facility": "2021",
    "minute": "2051",
    "hour": "2061",
    "check": "2062",
    "day": "2031",
}
HEARTBEAT = "9015"


def printed(factor: str, value: float) -> str:
    """A value as the logger prints it."""
    text = f"{value:.{DECIMALS.get(factor, USUAL_DECIMALS)}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def printed_total(value: float) -> str:
    """An accumulated volume or mass as the logger prints it."""
    return f"{value:.{TOTAL_DECIMALS}f}"
