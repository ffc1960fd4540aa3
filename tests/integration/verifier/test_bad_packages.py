"""Bad packages: each is refused, and what is wrong with it is named."""

from __future__ import annotations

import io
import json
import random
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.verifier.outcome import FAILED, OK
from store.log.notes import Signer
from tests.integration.verifier.forging import (
    Files,
    Package,
    failures,
    named,
    report_of,
    sealed,
    signed,
    unpack,
    zipped,
)
from tests.integration.verifier.yard import BEGUN, Yard


@pytest.fixture(scope="module")
def package(kiln: Path) -> Package:
    return unpack(kiln)


@pytest.fixture(scope="module")
def other(yard: Yard) -> Package:
    """Another package of the same log."""
    return unpack(yard.package("v-head"))


def proofs(data: bytes, folder: Path, signer: Signer) -> dict[str, list[tuple[str, dict[str, object]]]]:
    """What fails of the proofs."""
    return failures(report_of(data, folder, keys=[signer.key], proofs_only=True))


NO_PACKAGES: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("empty", lambda data: b"", "file_empty"),
    ("half of it", lambda data: data[: len(data) // 2], "zip_truncated"),
    ("not a ZIP", lambda data: b"%PDF-1.7 " * 100, "not_a_zip"),
    ("a directory that points nowhere", lambda data: data[-400:], "not_a_zip"),
    ("a ZIP of something else", lambda data: zipped({"letter.txt": b"Dear"}, "mail"), "no_bag"),
    ("a ZIP of nothing", lambda data: zipped({}, "nothing"), "no_bag"),
]


@pytest.mark.parametrize(("remark", "make", "code"), NO_PACKAGES, ids=[row[0] for row in NO_PACKAGES])
def test_what_is_no_package_is_named(
    kiln: Path, tmp_path: Path, remark: str, make: Callable[[bytes], bytes], code: str
) -> None:
    report = report_of(make(kiln.read_bytes()), tmp_path)
    assert report.exit_code == 2
    assert report.no_package is not None
    assert report.no_package.code in (code, "zip_unreadable")


CONTAINERS: list[tuple[str, Callable[[bytes, Package], bytes], str]] = [
    ("cut off a little", lambda data, package: data[:-7], "container_cut_off"),
    ("bytes behind it", lambda data, package: data + b"more", "container_extra_bytes"),
    ("packed anew", lambda data, package: zipped(package.files, package.root), "container_unsigned"),
    ("packed anew, signed", lambda data, package: zipped(package.files, package.root, package.comment), "container_changed"),
    ("bytes before it", lambda data, package: b"#!/bin/sh\n" + data, "container_changed"),
    ("a date in its directory", lambda data, package: _changed(data, b"PK\x01\x02", 12), "container_changed"),
    ("a mode in its directory", lambda data, package: _changed(data, b"PK\x01\x02", 41), "container_changed"),
    ("a date before a file", lambda data, package: _changed(data, b"PK\x03\x04", 10), "container_changed"),
    ("its count of files on one disk", lambda data, package: _changed(data, b"PK\x05\x06", 4), "container_changed"),
    ("its signature", lambda data, package: data[:-10] + bytes([data[-10] ^ 1]) + data[-9:], "signature_wrong"),
]  # fmt: skip


def _changed(data: bytes, mark: bytes, offset: int) -> bytes:
    place = data.rindex(mark) + offset
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize(("remark", "make", "code"), CONTAINERS, ids=[row[0] for row in CONTAINERS])
def test_a_change_of_the_file_itself_is_named(
    kiln: Path,
    package: Package,
    signer: Signer,
    tmp_path: Path,
    remark: str,
    make: Callable[[bytes, Package], bytes],
    code: str,
) -> None:
    report = report_of(make(kiln.read_bytes(), package), tmp_path, keys=[signer.key], proofs_only=True)
    if report.no_package is None:
        assert code in {found for found, _ in failures(report)["container"]}
    assert report.exit_code in (1, 2)


def test_one_changed_byte_in_any_file_names_the_file(
    package: Package, signer: Signer, tmp_path: Path
) -> None:
    for name, content in package.files.items():
        if name.startswith("tagmanifest-") or name == "signature.txt":
            continue
        place = len(content) // 2
        changed = content[:place] + bytes([content[place] ^ 0x20]) + content[place + 1 :] if content else b"x"
        failed = proofs(
            zipped({**package.files, name: changed}, package.root, package.comment), tmp_path, signer
        )
        assert ("file_changed", {"file": name}) in failed["bag"], name
        assert "container" in failed


@pytest.mark.parametrize("name", ["signature.txt", "tagmanifest-sha256.txt", "tagmanifest-sm3.txt"])
def test_one_changed_byte_in_what_is_signed_breaks_the_signature(
    package: Package, signer: Signer, tmp_path: Path, name: str
) -> None:
    content = package.files[name]
    for place in range(0, len(content), 97):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        failed = proofs(
            zipped({**package.files, name: changed}, package.root, package.comment), tmp_path, signer
        )
        assert "signature" in failed, place


def test_a_file_that_is_added_or_missing_is_named(package: Package, signer: Signer, tmp_path: Path) -> None:
    more = {**package.files, "data/records/extra.jsonl": b"{}\n", "note.txt": b"hello"}
    failed = proofs(zipped(more, package.root), tmp_path, signer)
    assert ("file_added", {"file": "data/records/extra.jsonl"}) in failed["bag"]
    assert ("file_added", {"file": "note.txt"}) in failed["bag"]
    for name in package.files:
        fewer = {each: content for each, content in package.files.items() if each != name}
        report = report_of(zipped(fewer, package.root), tmp_path, keys=[signer.key], proofs_only=True)
        assert report.exit_code == 1, name
        missing = {
            facts.get("file")
            for found in failures(report).values()
            for code, facts in found
            if code == "file_missing"
        }
        assert name in missing, name


SWAPPED: list[tuple[str, str, str, str]] = [
    ("data/log/nodes.txt", "inclusion", "proof_of_others", "nodes of the tree"),
    ("data/log/checkpoint.txt", "checkpoint", "checkpoint_not_as_of", "the checkpoint"),
    ("data/log/leaves/records/outlet.jsonl.txt", "records", "record_changed", "the list of leaves"),
    ("data/log/earlier.json", "earlier", "earlier_inconsistent", "proofs of earlier checkpoints"),
]


@pytest.mark.parametrize(("name", "check", "code", "remark"), SWAPPED)
def test_a_proof_out_of_another_package_is_named_even_when_somebody_signs_it(
    package: Package,
    other: Package,
    signer: Signer,
    tmp_path: Path,
    name: str,
    check: str,
    code: str,
    remark: str,
) -> None:
    files = {**package.files, name: other.files[name]}
    failed = proofs(signed(files, package.root, signer), tmp_path, signer)
    assert code in {found for found, _ in failed[check]}
    assert "container" not in failed


def test_records_out_of_another_package_are_named(
    package: Package, other: Package, signer: Signer, tmp_path: Path
) -> None:
    name = "data/records/outlet.jsonl"
    files = {**package.files, name: other.files[name]}
    failed = proofs(signed(files, package.root, signer), tmp_path, signer)
    assert "leaves_of_another" in {code for code, _ in failed["records"]}


def test_a_changed_record_is_named_with_file_line_and_id(
    package: Package, signer: Signer, tmp_path: Path
) -> None:
    name = "data/records/limit_version.jsonl"
    files = package.copy()
    files[name] = files[name].replace(b'"maximum":200', b'"maximum":300', 1)
    failed = proofs(signed(files, package.root, signer), tmp_path, signer)
    ((code, facts),) = failed["records"]
    assert code == "record_changed"
    assert facts["file"] == name
    line = files[name].splitlines()[int(str(facts["line"])) - 1]
    assert json.loads(line)["content"]["maximum"] == 300
    assert failed.keys() == {"records"}


def test_a_left_out_record_breaks_the_proof(package: Package, signer: Signer, tmp_path: Path) -> None:
    name = "data/records/mark.jsonl"
    leaves = f"data/log/leaves/{name.removeprefix('data/')}.txt"
    files = package.copy()
    for each in (name, leaves):
        files[each] = b"".join(files[each].splitlines(keepends=True)[1:])
    failed = proofs(signed(files, package.root, signer), tmp_path, signer)
    assert [code for code, _ in failed["inclusion"]] == ["proof_of_others"]


def test_a_key_that_is_not_trusted_is_named(
    kiln: Path, package: Package, signer: Signer, tmp_path: Path
) -> None:
    stranger = Signer(signer.name, Ed25519PrivateKey.generate())
    report = report_of(kiln.read_bytes(), tmp_path, keys=[stranger.key], proofs_only=True)
    (detail,) = failures(report)["key"]
    assert detail[0] == "key_wrong"
    assert detail[1]["key_id"] == signer.key.key_id.hex()
    assert detail[1]["trusted"] == f"{stranger.name}+{stranger.key.key_id.hex()}"


def test_a_package_that_a_stranger_signs_is_found_by_the_trusted_key(
    package: Package, signer: Signer, tmp_path: Path
) -> None:
    stranger = Signer(signer.name, Ed25519PrivateKey.generate())
    data = signed(package.copy(), package.root, stranger)
    assert "signature_unknown" in {code for code, _ in proofs(data, tmp_path, signer)["signature"]}
    files = package.copy()
    own = stranger.key
    files["data/log/keys.json"] = json.dumps(
        [{"name": own.name, "key_id": own.key_id.hex(), "vkey": own.vkey()}]
    ).encode()
    sealed(files, stranger)
    forged = signed(files, package.root, stranger)
    report = report_of(forged, tmp_path, proofs_only=True)
    assert report.exit_code == 0, "nobody can tell without a key"
    failed = proofs(forged, tmp_path, signer)
    assert failed.keys() == {"key"}


def test_a_checkpoint_older_than_what_it_seals_is_named(
    package: Package, signer: Signer, tmp_path: Path
) -> None:
    files = package.copy()
    sealed(files, signer, at=BEGUN)
    failed = proofs(signed(files, package.root, signer), tmp_path, signer)
    assert failed.keys() == {"times"}
    assert {code for code, _ in failed["times"]} == {"sealed_before_record"}
    assert {"file", "id", "time", "sealed"} <= failed["times"][0][1].keys()


def test_names_that_lead_elsewhere_or_stand_twice_are_named(
    package: Package, signer: Signer, tmp_path: Path
) -> None:
    made = io.BytesIO(zipped(package.files, package.root))
    bad = [
        "../../etc/passwd",
        f"{package.root}/../../x",
        f"/{package.root}/data/y",
        f"{package.root}/data/../z",
        "other/file.txt",
    ]
    with warnings.catch_warnings(), zipfile.ZipFile(made, "a") as packed:
        warnings.simplefilter("ignore")  # zipfile warns of the name that stands twice
        for name in bad:
            packed.writestr(name, b"evil")
        packed.writestr(f"{package.root}/data/package.json", b"{}")
    failed = proofs(made.getvalue(), tmp_path, signer)
    assert {facts["file"] for code, facts in failed["names"] if code == "name_unsafe"} == {
        name.removeprefix(f"{package.root}/") for name in bad
    }
    assert ("name_twice", {"file": "data/package.json"}) in failed["names"]
    assert not list(tmp_path.glob("**/passwd"))


def test_a_file_that_unpacks_to_gigabytes_is_refused(package: Package, tmp_path: Path) -> None:
    bomb = {**package.files, "data/readings/bomb.csv": bytes(200 << 20)}
    report = report_of(zipped(bomb, package.root), tmp_path)
    assert report.exit_code == 2
    assert report.no_package is not None
    assert report.no_package.code == "zip_bomb"


GARBAGE = [
    (b"", "nothing"),
    (b"{", "cut off"),
    (b"[" * 100_000 + b"]" * 100_000, "deep"),
    (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "deep objects"),
    (b'{"id":' + b"9" * 100_000 + b"}", "a number without end"),
    (b'{"id":1e999,"kind":"message"}', "a number that is none"),
    (b'{"kind":"message","kind":"record"}', "a name twice"),
    (b"\xff\xfe\x00", "no text"),
    (b"null", "nothing at all"),
    (b'{"kind":"message","id":true,"received_at":"now","gateway":5,"channel":[],"sha256":{}}', "wrong types"),
    (b'{"kind":"period","outlet_key":{},"span":[]}', "a key that is no key"),
]


@pytest.mark.parametrize(("garbage", "remark"), GARBAGE, ids=[row[1] for row in GARBAGE])
def test_garbage_in_any_file_of_the_payload_is_a_failure_and_never_a_trace(
    package: Package, signer: Signer, tmp_path: Path, garbage: bytes, remark: str
) -> None:
    names = [name for name in package.files if name.startswith("data/") and name != "data/package.json"]
    first = [each for each, _ in GARBAGE].index(garbage)  # every kind of garbage meets other files
    for name in names[first :: len(GARBAGE)]:
        files = {**package.files, name: garbage + b"\n"}
        report = report_of(signed(files, package.root, signer), tmp_path, keys=[signer.key])
        assert report.exit_code in (0, 1), name
        assert "check_broke_off" not in named(report), name
        if not name.endswith(".pdf"):
            assert report.exit_code == 1, name
    files = {**package.files, "data/package.json": garbage + b"\n"}
    report = report_of(zipped(files, package.root), tmp_path)
    assert report.exit_code == 1
    assert "check_broke_off" not in named(report)


def test_whatever_is_in_the_description_is_no_trace(package: Package, signer: Signer, tmp_path: Path) -> None:
    described = json.loads(package.files["data/package.json"])
    wrong: list[object] = [None, -1, 10**18, "x", [], {}, [[[]]], True, "2026-01-01", "nan"]
    random_ = random.Random(20260506)
    for name in described:
        for value in random_.sample(wrong, 2):
            files: Files = package.copy()
            files["data/package.json"] = json.dumps({**described, name: value}).encode()
            report = report_of(zipped(files, package.root, package.comment), tmp_path, keys=[signer.key])
            assert report.exit_code == 1
            assert "check_broke_off" not in named(report), (name, value)


def test_the_package_itself_is_sound(package: Package, signer: Signer, tmp_path: Path) -> None:
    """What the tests above change is refused for the change alone."""
    report = report_of(signed(package.copy(), package.root, signer), tmp_path, keys=[signer.key])
    assert not failures(report)
    files = package.copy()
    sealed(files, signer)
    report = report_of(signed(files, package.root, signer), tmp_path, keys=[signer.key])
    assert not failures(report)
    assert {report.outcome_of(code) for code in ("inclusion", "redecoding", "judgement")} == {OK}
    assert FAILED not in {result.outcome for result in report.results}
