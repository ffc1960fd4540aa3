"""The bytes of the messages, and the bytes of attachments, beside the digests in their records."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]

from api.verifier.outcome import Check, Malformed
from api.verifier.plainjson import read_object
from api.verifier.records import Message, Records, message_files
from api.verifier.sources import Source

ATTACHMENTS = "data/attachments/"
PAPERS = {"attachment": "", "lead_paper": "lead-"}
"""Tables whose rows have bytes of their own, and what the names of the files begin with."""

_TEXT = re.compile(rb'\{"id":(0|[1-9][0-9]{0,17}),"text":"')
_ATTACHMENT = re.compile(r"data/attachments/(lead-)?([0-9]{1,18})-[0-9]+\.[a-z0-9]+", re.ASCII)


def payload_lines(source: Source, day: str) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each message of a day. Raises Malformed."""
    name = f"data/payloads/{day}.jsonl"
    for number, line in enumerate(source.lines(name), 1):
        quick = _text_line(line)
        if quick is not None:
            yield quick
            continue
        document = read_object(line, file=name, line=number)
        try:
            if document.keys() == {"id", "text"}:
                payload = document["text"].encode("utf-8")
            elif document.keys() == {"base64", "id"}:
                payload = base64.b64decode(document["base64"], validate=True)
            else:
                raise ValueError("neither text nor base64")
            message_id = document["id"]
            if not isinstance(message_id, int):
                raise ValueError("the id is no number")
        except (ValueError, AttributeError, TypeError, binascii.Error) as error:
            raise Malformed("record_malformed", file=name, line=number, why=str(error)[:200]) from None
        yield message_id, payload


def _text_line(line: bytes) -> tuple[int, bytes] | None:
    """Number and bytes of a line as nearly all are, without the way through an object; None for any other."""
    match = _TEXT.match(line)
    if match is None:
        return None
    try:
        whole = line.decode("utf-8")
        text, end = scanstring(whole, match.end())
        return (int(match[1]), text.encode("utf-8")) if whole[end:] == "}" else None
    except ValueError:
        return None


def check_payloads(source: Source, records: Records, step: Callable[[int], None]) -> Check:
    """Whether the bytes of every message are those whose digest its record has."""
    check = Check("payloads")
    seen: set[int] = set()
    days = list(message_files(source))
    for day in days:
        file = f"data/payloads/{day}.jsonl"
        try:
            for number, payload in payload_lines(source, day):
                step(1)
                message = records.messages.get(number)
                if message is None or message.file != f"data/messages/{day}.jsonl" or number in seen:
                    check.fail("payload_of_no_message", file=file, id=number)
                elif hashlib.sha256(payload).hexdigest() != message.sha256:
                    check.fail("payload_changed", file=file, id=number)
                seen.add(number)
        except Malformed as error:
            check.fail(error.code, **error.facts)
    for name in source.names("data/payloads/"):
        if name[len("data/payloads/") : -len(".jsonl")] not in days:
            check.fail("payload_of_no_message", file=name, id="*")
    for missing in sorted(records.messages.keys() - seen):
        check.fail("payload_missing", file=_file(records.messages[missing]), id=missing)
    check.say(count=len(seen))
    if not records.messages:
        check.skip()
    return check


def _file(message: Message) -> str:
    return message.file.replace("data/messages/", "data/payloads/")


def check_attachments(source: Source, records: Records) -> Check:
    """Whether the attached papers are those whose digest their record has."""
    check = Check("attachments")
    digests = {
        f"{prefix}{row.get('id')}": str(row.get("digest", ""))
        for table, prefix in PAPERS.items()
        for row in records.newest(table)
    }
    names = source.names(ATTACHMENTS)
    for name in names:
        match = _ATTACHMENT.fullmatch(name)
        told = digests.pop(f"{match[1] or ''}{match[2]}", None) if match is not None else None
        digest = hashlib.sha256()
        for block in source.blocks(name):
            digest.update(block)
        if told is None:
            check.fail("attachment_without_record", file=name)
        elif told.replace("\\x", "") != digest.hexdigest():
            check.fail("attachment_changed", file=name)
    for number in sorted(digests):
        check.doubt("attachment_missing", id=number)
    check.say(count=len(names))
    if not names and not digests:
        check.skip()
    return check
