"""The bag: every file has the digests of its manifests, none is missing and none was added (BagIt 1.0, RFC 8493; GM/T 0004)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from api.verifier.outcome import Check, Malformed
from api.verifier.sources import Source

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ALGORITHMS = ("sha256", "sm3")
PAYLOAD = "data/"
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)", re.ASCII)
_UNLISTED = {"signature.txt", *(f"tagmanifest-{algorithm}.txt" for algorithm in ALGORITHMS)}
"""Tag files that no manifest can list: those that come after them."""


def check_names(source: Source) -> Check:
    """Whether every name in the package is a plain path below one folder, once."""
    check = Check("names")
    for problem in source.problems:
        check.fail(problem.code, **problem.facts)
    check.say(count=len(source.sizes))
    return check


def check_bag(source: Source, step: Callable[[int], None]) -> Check:
    """Digest every file and hold it against the manifests; ``step`` hears how many bytes were read."""
    check = Check("bag")
    listed = {algorithm: _listed(check, source, algorithm) for algorithm in ALGORITHMS}
    try:
        if source.text("bagit.txt") != DECLARATION:
            check.fail("bag_undeclared")
    except Malformed as error:
        check.fail(error.code, **error.facts)
    sm3 = _sm3_works()
    if not sm3:
        check.doubt("sm3_not_available")
    total = 0
    for name in source.names():
        if name in _UNLISTED:
            continue
        try:
            found, size = _digests(source, name, sm3)
        except Malformed as error:
            check.fail(error.code, **error.facts)
            continue
        step(size)
        total += size if name.startswith(PAYLOAD) else 0
        told = {algorithm: manifest.get(name) for algorithm, manifest in listed.items()}
        if not any(told.values()):
            check.fail("file_added", file=name)
        elif any(told[algorithm] != digest for algorithm, digest in found.items()):
            check.fail("file_changed", file=name)
    for name in sorted(set().union(*listed.values()) - source.sizes.keys()):
        check.fail("file_missing", file=name)
    _check_oxum(check, source, total)
    check.say(files=len(source.sizes), bytes=sum(source.sizes.values()))
    return check


def _listed(check: Check, source: Source, algorithm: str) -> dict[str, str]:
    """Name -> digest out of manifest and tag manifest."""
    found: dict[str, str] = {}
    for manifest, payload in ((f"manifest-{algorithm}.txt", True), (f"tagmanifest-{algorithm}.txt", False)):
        try:
            lines = list(source.lines(manifest))
        except Malformed as error:
            check.fail(error.code, **error.facts)
            continue
        for number, line in enumerate(lines, 1):
            match = _LINE.fullmatch(line.decode("utf-8", "replace"))
            if match is None or match[2].startswith(PAYLOAD) is not payload or match[2] in found:
                check.fail("manifest_malformed", file=manifest, line=number)
            else:
                found[match[2]] = match[1]
    return found


def _sm3_works() -> bool:
    try:
        hashes.Hash(hashes.SM3())
    except UnsupportedAlgorithm:
        return False
    return True


def _digests(source: Source, name: str, sm3: bool) -> tuple[dict[str, str], int]:
    sha256, other, size = hashlib.sha256(), hashes.Hash(hashes.SM3()) if sm3 else None, 0
    for block in source.blocks(name):
        sha256.update(block)
        if other is not None:
            other.update(block)
        size += len(block)
    found = {"sha256": sha256.hexdigest()}
    if other is not None:
        found["sm3"] = other.finalize().hex()
    return found, size


def _check_oxum(check: Check, source: Source, total: int) -> None:
    """``Payload-Oxum``: bytes and number of the files below data/."""
    told = [
        line.partition(": ")[2]
        for line in source.text("bag-info.txt").splitlines()
        if line.startswith("Payload-Oxum: ")
    ]
    if told != [f"{total}.{len(source.names(PAYLOAD))}"]:
        check.fail("oxum_differs")
