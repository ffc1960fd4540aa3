"""Whether the records are leaves of the tree that the checkpoint signs, and whether its clock fits theirs (RFC 9162 2.1)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta

from api.verifier.heads import Head
from api.verifier.outcome import Check, Malformed
from api.verifier.records import Records
from api.verifier.sources import Source
from store.log.merkle import needed_nodes, root_of

NODES_FILE = "data/log/nodes.txt"
NODES_MOST = 5_000_000
CLOCKS_DIFFER = timedelta(minutes=1)
_NODE = re.compile(rb"([0-9]|[1-5][0-9]|6[0-2]) (0|[1-9][0-9]{0,17}) ([0-9a-f]{64})")


def check_inclusion(source: Source, records: Records, head: Head) -> Check:
    """Whether the listed leaves and nodes give the root of the checkpoint, so that every one of them is proved at once."""
    check = Check("inclusion")
    size = head.checkpoint.size
    check.say(count=len(records.leaves), size=size)
    nodes = _nodes(source)
    outside = sorted(leaf for leaf in records.leaves if leaf >= size)
    if outside:
        check.fail("leaf_after_checkpoint", leaf=outside[0], size=size, count=len(outside))
        return check
    if nodes.keys() != set(needed_nodes(records.leaves, size)):
        check.fail("proof_of_others")
        return check
    try:
        root = root_of(records.leaves, nodes, size)
    except ValueError:
        check.fail("proof_of_others")
        return check
    if root != head.checkpoint.root:
        check.fail("proof_of_another_checkpoint", found=root.hex(), told=head.checkpoint.root.hex())
    return check


def _nodes(source: Source) -> dict[tuple[int, int], bytes]:
    found: dict[tuple[int, int], bytes] = {}
    for number, line in enumerate(source.lines(NODES_FILE), 1):
        match = _NODE.fullmatch(line)
        place = (int(match[1]), int(match[2])) if match is not None else (0, 0)
        if match is None or place in found or number > NODES_MOST:
            raise Malformed("nodes_malformed", file=NODES_FILE, line=number)
        found[place] = bytes.fromhex(match[3].decode())
    return found


def check_times(records: Records, heads: Sequence[Head]) -> Check:
    """Whether every record came to be before the first checkpoint that covers it was signed.

    ``heads`` are the earlier checkpoints and that of the package, by size.
    """
    check = Check("times")
    sizes = [head.checkpoint.size for head in heads]
    for timed in records.times:
        place = bisect_right(sizes, timed.leaf)
        if place == len(heads):
            continue
        sealed = heads[place].checkpoint
        told = {"time": timed.moment, "sealed": sealed.sealed_at, "size": sealed.size}
        if timed.moment > sealed.sealed_at + CLOCKS_DIFFER:
            check.fail("sealed_before_record", file=timed.file, id=timed.id, **told)
        elif timed.moment > sealed.sealed_at:
            # Several machines have several clocks: so small a difference is said, and proves no false one.
            check.doubt("sealed_before_record", file=timed.file, id=timed.id, **told)
    check.say(count=len(records.times))
    return check
