"""What a package says of itself: ``data/package.json``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.judgement.values import Rules
from api.verifier.outcome import Check, Malformed
from api.verifier.plainjson import read_object
from api.verifier.sources import Source
from ingest.admission import Terms
from store.clock import BEIJING
from store.isotime import moment_of

PACKAGE_FILE = "data/package.json"
FORMAT, VERSION = "outfall-evidence", 1
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_YEAR_SECONDS = 366 * 86400


@dataclass(frozen=True)
class Description:
    """The parts of ``package.json`` that are checked.

    Attributes
    ----------
    outlets : key -> id
    from_time, to_time : the period, whole Beijing days
    size, root : the checkpoint that everything is as of; the root in hex
    chains : messages that were decoded as one stream, in order
    unjudged : hours that waited to be judged when the checkpoint was signed
    files : path -> (kind, lines)
    """

    identifier: str
    outlets: Mapping[int, str]
    from_time: datetime
    to_time: datetime
    size: int
    root: str
    release: str
    rules: Rules
    terms: Terms
    chains: Sequence[Sequence[int]]
    unjudged: frozenset[datetime]
    files: Mapping[str, tuple[str, int | None]]


def read_description(source: Source) -> Description:
    """The description. Raises Malformed."""
    document = read_object(source.read(PACKAGE_FILE), file=PACKAGE_FILE)
    if document.get("format") != FORMAT or document.get("version") != VERSION:
        told = f"{document.get('format')} {document.get('version')}"
        raise Malformed("format_unknown", told=told[:100])
    try:
        return _description(document)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        why = f"{type(error).__name__}: {error}"[:200]
        raise Malformed("json_malformed", file=PACKAGE_FILE, why=why) from None


def _description(document: Mapping[str, Any]) -> Description:
    as_of, rules, terms = document["as_of"], document["rules"], document["terms"]
    if not _HASH.fullmatch(as_of["root"]):
        raise ValueError("the root is no hash")
    return Description(
        identifier=_text(document["identifier"]),
        outlets={_whole(outlet["key"]): _text(outlet["id"]) for outlet in document["outlets"]},
        from_time=_moment(document["from"]),
        to_time=_moment(document["to"]),
        size=_whole(as_of["size"]),
        root=as_of["root"],
        release=_text(document["release"]),
        rules=Rules(
            *(_text(rules[name]) for name in ("hour_judged_on", "day_judged_on", "water_day_weighting"))
        ),
        terms=Terms(
            earliest_data_time=_moment(terms["earliest_data_time"]),
            ahead=_seconds(terms["ahead_seconds"]),
            clock_skew=_seconds(terms["clock_skew_seconds"]),
            message_bytes=_whole(terms["message_bytes"]),
            partial_frame=_seconds(terms["partial_frame_seconds"]),
        ),
        chains=[[_whole(number) for number in chain] for chain in document["chains"]],
        unjudged=frozenset(_moment(hour) for hour in document["unjudged_hours"]),
        files={
            _text(path): (_text(file["kind"]), None if file.get("lines") is None else _whole(file["lines"]))
            for path, file in document["files"].items()
        },
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r} is no whole number")
    return value


def _moment(value: object) -> datetime:
    moment = moment_of(_text(value))
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no offset")
    return moment.astimezone(BEIJING)


def _seconds(value: object) -> timedelta:
    # Seconds with a fraction come as decimal text.
    seconds = float(value) if isinstance(value, str) else _whole(value)
    if not 0 <= seconds <= _YEAR_SECONDS:
        raise ValueError(f"{value!r} is no number of seconds")
    return timedelta(seconds=seconds)


def check_description(source: Source, description: Description) -> Check:
    """Whether the files are those that the package describes, with as many lines."""
    check = Check("description")
    check.say(identifier=description.identifier)
    there = {name for name in source.names("data/") if name != PACKAGE_FILE}
    for name in sorted(description.files.keys() - there):
        check.fail("file_missing", file=name)
    for name in sorted(there - description.files.keys()):
        check.fail("file_not_described", file=name)
    if description.to_time <= description.from_time:
        check.fail("period_reversed")
    if source.root != description.identifier:
        check.doubt("root_renamed", root=source.root[:200], identifier=description.identifier[:200])
    return check
