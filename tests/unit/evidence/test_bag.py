"""The bag around the payload says what RFC 8493 asks for."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from api.evidence.bag import EVIDENCE, close_bag, information
from api.evidence.container import Spool, pack
from tests.unit.evidence.test_container import NAMES, sign

FIELDS = {"Bag-Software-Agent": "Outfall 0", "External-Identifier": "outlet-x", "Bagging-Date": "2026-11-26"}
PAYLOADS = st.dictionaries(NAMES.map(lambda name: f"data/{name}"), st.binary(max_size=100), max_size=5)


def sm3(content: bytes) -> str:
    """SM3 of some bytes in hex."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize().hex()


DIGESTS = {"sha256": lambda content: hashlib.sha256(content).hexdigest(), "sm3": sm3}


def bagged(payload: dict[str, bytes]) -> dict[str, bytes]:
    """The files of a bag around a payload."""
    spool = Spool(io.BytesIO(), most_bytes=1 << 30)
    spool.add("README.txt", b"read me")
    for name, content in payload.items():
        spool.add(name, content)
    close_bag(spool, FIELDS, sign)
    out = io.BytesIO()
    pack(spool, "root", out, sign)
    with zipfile.ZipFile(out) as archive:
        return {name.removeprefix("root/"): archive.read(name) for name in archive.namelist()}


def listed(manifest: bytes) -> dict[str, str]:
    """Digests by path."""
    return {path: digest for digest, path in (line.split("  ", 1) for line in manifest.decode().splitlines())}


@given(PAYLOADS)
def test_manifests_list_every_payload_file_and_tag_manifests_every_tag_file(
    payload: dict[str, bytes],
) -> None:
    files = bagged(payload)
    for algorithm, digest in DIGESTS.items():
        of_payload = listed(files[f"manifest-{algorithm}.txt"])
        assert of_payload == {name: digest(content) for name, content in payload.items()}
        assert list(of_payload) == sorted(of_payload)
        of_tags = listed(files[f"tagmanifest-{algorithm}.txt"])
        tags = {"README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sm3.txt"}
        assert of_tags == {name: digest(files[name]) for name in sorted(tags)}


@given(PAYLOADS)
def test_the_size_of_the_payload_is_told(payload: dict[str, bytes]) -> None:
    told = bagged(payload)["bag-info.txt"].decode().splitlines()
    assert told[-1] == f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}"


def test_the_signature_binds_both_tag_manifests_to_the_identifier() -> None:
    files = bagged({"data/a": b"1"})
    tags = [hashlib.sha256(files[f"tagmanifest-{name}.txt"]).hexdigest() for name in ("sha256", "sm3")]
    assert files["signature.txt"] == sign(f"{EVIDENCE}\noutlet-x\n{tags[0]}\n{tags[1]}\n")


def test_a_value_that_breaks_the_line_is_no_value() -> None:
    with pytest.raises(ValueError, match=r"bag-info\.txt"):
        information({"Source": "a\nPayload-Oxum: 0.0"}, [])
