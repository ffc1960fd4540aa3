"""Packages made to be wrong: by somebody without the key, who changes bytes, and by somebody with it, who signs what he likes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.evidence.bag import close_bag
from api.evidence.container import Spool, pack
from api.verifier.outcome import Report
from api.verifier.printing import as_json, as_text
from api.verifier.progress import silent
from api.verifier.verify import Options, verify
from api.verifier.words import Words, of_catalogue
from store.log.canonical import canonical
from store.log.checkpoint import Checkpoint, parse_checkpoint, text_of
from store.log.merkle import leaf_hash, root_of
from store.log.notes import Signer, parse_note, sign_note
from store.texts import catalogue
from tests.integration.verifier.yard import FIRST, HOUR

HOURS = "data/readings/v-kiln-hour.csv"
TAGS = ("bagit.txt", "bag-info.txt", "signature.txt")
Files = dict[str, bytes]
Change = Callable[[Files], None]


@dataclass(frozen=True)
class Package:
    """The files of a package below its root folder, and the comment of its ZIP."""

    root: str
    files: Mapping[str, bytes]
    comment: bytes

    def copy(self) -> Files:
        return dict(self.files)


def unpack(path: Path) -> Package:
    """Take a package apart."""
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        root = names[0].partition("/")[0]
        files = {name.removeprefix(f"{root}/"): packed.read(name) for name in names}
        return Package(root, files, packed.comment)


def zipped(files: Mapping[str, bytes], root: str, comment: bytes = b"") -> bytes:
    """The files as a ZIP that somebody else's program makes, with the signatures that they have."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(f"{root}/{name}"), content, zipfile.ZIP_DEFLATED)
        packed.comment = comment
    return made.getvalue()


def signed(files: Files, root: str, signer: Signer) -> bytes:
    """The files as a package: manifests, signatures and container as the signer makes them."""

    def sign(words: str) -> bytes:
        return sign_note(words, [signer]).encode().encode()

    described = json.loads(files["data/package.json"])
    kinds = described["files"]
    described["files"] = {
        name: kinds.get(name, {"kind": "other", "lines": None})
        for name in sorted(files)
        if name.startswith("data/") and name != "data/package.json"
    }
    files["data/package.json"] = canonical(described) + b"\n"
    made = io.BytesIO()
    with Spool(io.BytesIO(), most_bytes=1 << 30) as spool:
        for name, content in files.items():
            if name not in TAGS and not name.startswith(("manifest-", "tagmanifest-")):
                spool.add(name, content)
        close_bag(spool, {"External-Identifier": root}, sign)
        pack(spool, root, made, sign)
    return made.getvalue()


def sealed(files: Files, signer: Signer, at: datetime | None = None) -> None:
    """Make a log of the records as they are now, as if they had always been so: leaves, nodes, checkpoint."""
    hashes: dict[int, bytes] = {}
    for name in sorted(files):
        if name.startswith(("data/messages/", "data/periods/", "data/records/")):
            listed = []
            for line in files[name].splitlines():
                leaf = len(hashes)
                hashes[leaf] = leaf_hash(line)
                listed.append(f"{leaf} {hashes[leaf].hex()}\n")
            files[f"data/log/leaves/{name.removeprefix('data/')}.txt"] = "".join(listed).encode()
    before = parse_checkpoint(parse_note(files["data/log/checkpoint.txt"].decode()).text)
    root = root_of(hashes, {}, len(hashes))
    checkpoint = Checkpoint(before.origin, len(hashes), root, at or before.sealed_at)
    note = sign_note(text_of(checkpoint), [signer])
    files["data/log/checkpoint.txt"] = note.encode().encode()
    files["data/log/nodes.txt"] = b""
    files["data/log/earlier.json"] = b"[]\n"
    described = json.loads(files["data/package.json"])
    described["as_of"].update(size=len(hashes), root=root.hex())
    files["data/package.json"] = canonical(described) + b"\n"


def rewrite(files: Files, name: str, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
    """Change the lines of a file of JSON; None leaves one out."""
    made = [change(json.loads(line)) for line in files[name].splitlines()]
    files[name] = b"".join(canonical(line) + b"\n" for line in made if line is not None)


def report_of(data: bytes, folder: Path, **options: Any) -> Report:
    """What the verifier says of a file; it has words for all of it, whatever the file is."""
    path = folder / "package.zip"
    path.write_bytes(data)
    report = verify(path, Options(**options), silent())
    words = Words(of_catalogue(catalogue()))
    assert as_text(report, words)
    assert as_json(report, words)
    return report


def failures(report: Report) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """What failed: check -> details."""
    return {
        result.code: [(detail.code, dict(detail.facts)) for detail in result.details]
        for result in report.results
        if result.outcome == "failed"
    }


def named(report: Report) -> set[str]:
    """Codes of everything that was noticed."""
    return {detail.code for result in report.results for detail in result.details}


def utc(moment: datetime) -> str:
    """A time as the leaves have it."""
    return moment.astimezone(UTC).isoformat()


def rows_of(files: Files, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(files[name].decode())))


def put_rows(files: Files, name: str, rows: list[list[str]]) -> None:
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(rows)
    files[name] = made.getvalue().encode()


def edit(name: str, change: Callable[[list[list[str]]], None]) -> Callable[[Files], None]:
    """Change the rows of a file of readings."""

    def act(files: Files) -> None:
        rows = rows_of(files, name)
        change(rows)
        put_rows(files, name, rows)

    return act


def line_of(rows: list[list[str]], factor: str, hour: int, revision: int = 1) -> int:
    start = utc(FIRST + hour * HOUR)
    return next(n for n, row in enumerate(rows) if row[2:5] == [factor, start, str(revision)])


def leave_out(name: str, wanted: Callable[[dict[str, Any]], bool]) -> Callable[[Files], None]:
    """Leave lines out of a file."""

    def change(files: Files) -> None:
        before = files[name]
        rewrite(files, name, lambda line: None if wanted(line) else line)
        assert files[name] != before, "nothing was left out"

    return change


def alter(name: str, wanted: Callable[[dict[str, Any]], bool], **more: Any) -> Callable[[Files], None]:
    """Change lines of a file."""

    def change(files: Files) -> None:
        before = files[name]
        rewrite(files, name, lambda line: {**line, **more} if wanted(line) else line)
        assert files[name] != before, "nothing was changed"

    return change


def content(table: str, wanted: Callable[[dict[str, Any]], bool], **more: Any) -> Callable[[Files], None]:
    """Change the content of records."""

    def each(line: dict[str, Any]) -> dict[str, Any]:
        return {**line, "content": {**line["content"], **more}} if wanted(line["content"]) else line

    def change(files: Files) -> None:
        name = f"data/records/{table}.jsonl"
        before = files[name]
        rewrite(files, name, each)
        assert files[name] != before, "nothing was changed"

    return change


def without(table: str) -> Callable[[Files], None]:
    """Leave all records of a table out."""

    def change(files: Files) -> None:
        del files[f"data/records/{table}.jsonl"]
        del files[f"data/log/leaves/records/{table}.jsonl.txt"]

    return change
