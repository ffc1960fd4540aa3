"""A channels file for the tests of notifications."""

from __future__ import annotations

from datetime import datetime

from store.channelsfile import ChannelsFile, read_channels_file

FILE = """\
channels:
  - {id: desk, kind: wecom, url: "https://robots.invalid/cgi-bin/webhook/send?key=top-secret-one"}
  - {id: first, kind: webhook, url: "https://first.invalid/in/top-secret-two", secret: "top-secret-three"}
  - {id: head, kind: webhook, url: "https://head.invalid/in", secret: "top-secret-four!"}
shifts:
  - {id: day, days: [mon, tue, wed, thu, fri], from: "08:30", to: "18:00"}
  - {id: night, from: "18:00", to: "08:30"}
duty:
  fallback: [desk]
  roster:
    - {date: "2026-01-15", shift: day, who: 甲（虚构）, channels: [first]}
    - {date: "2026-01-15", shift: night, who: 乙（虚构）, channels: [desk]}
    - {date: "2026-01-16", shift: day, who: 乙（虚构）, channels: [desk]}
quiet_hours: {from: "22:00", to: "06:30", except: [serious, critical]}
default: [desk]
routes:
  - {channels: [], purposes: [raised, reminder], on_duty: true}
  - {channels: [head], purposes: [escalated], from_level: 2, through_quiet: true}
  - {channels: [first], sites: [plant-one], codes: [exceedance_day], shifts: [day]}
"""


def file(*replaced: tuple[str, str]) -> ChannelsFile:
    """The file with some of its text replaced."""
    text = FILE
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    return read_channels_file(text)


def at(text: str) -> datetime:
    """A Beijing moment."""
    return datetime.fromisoformat(f"{text}+08:00")
