"""The bag of a package (BagIt 1.0, RFC 8493): declaration, information, manifests and tag manifests as SHA-256 and SM3.

Readers that do not know SM3 pass over its manifests: RFC 8493 2.4 lets a bag have manifests of several algorithms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from api.evidence.container import Entry, Sign, Spool

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD = "data/"
EVIDENCE = "outfall/evidence/v1"
"""First line of the note in signature.txt."""

SIGNATURE = "signature.txt"


def manifest(entries: Iterable[Entry], algorithm: str) -> bytes:
    """The manifest of some entries: digest and path of each, by path. ``algorithm``: ``sha256`` or ``sm3``."""
    ordered = sorted(entries, key=lambda entry: entry.name)
    return "".join(f"{getattr(entry, algorithm)}  {entry.name}\n" for entry in ordered).encode("ascii")


def information(fields: Mapping[str, str], payload: Sequence[Entry]) -> bytes:
    """``bag-info.txt`` with these fields and the payload's size. Raises ValueError for a value that does not fit on a line."""
    oxum = f"{sum(entry.size for entry in payload)}.{len(payload)}"
    lines = {**fields, "Payload-Oxum": oxum}
    for name, value in lines.items():
        if not value or not value.isprintable() or ":" in name:
            raise ValueError(f"{name}: {value!r} is no value of bag-info.txt")
    return "".join(f"{name}: {value}\n" for name, value in lines.items()).encode()


def close_bag(spool: Spool, fields: Mapping[str, str], sign: Sign) -> None:
    """Write the tag files around the payload that is in the spool; further tag files must be there before.

    Parameters
    ----------
    fields : what bag-info.txt says; ``External-Identifier`` must be among it
    sign : signs the note that binds the tag manifests to the identifier
    """
    payload = spool.entries(PAYLOAD)
    spool.add("bagit.txt", DECLARATION)
    spool.add("bag-info.txt", information(fields, payload))
    for algorithm in ("sha256", "sm3"):
        spool.add(f"manifest-{algorithm}.txt", manifest(payload, algorithm))
    tags = [entry for entry in spool.entries() if not entry.name.startswith(PAYLOAD)]
    sealed = [
        spool.add(f"tagmanifest-{algorithm}.txt", manifest(tags, algorithm))
        for algorithm in ("sha256", "sm3")
    ]
    digests = "".join(f"{entry.sha256}\n" for entry in sealed)
    spool.add(SIGNATURE, sign(f"{EVIDENCE}\n{fields['External-Identifier']}\n{digests}"))
