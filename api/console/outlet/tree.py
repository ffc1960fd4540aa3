"""A piece of a message as the decode tree that people read: head, header, content by groups, checksum. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.console import words
from api.console.outlet.bytesview import BytesView, view
from api.console.outlet.readings import flag_meaning
from api.messages.checksum import Checksum, checksum_of
from api.messages.masking import masked, secret_spans, shown_value
from api.messages.opening import Piece
from ingest.hj212 import Anomaly, Frame, Rejected
from ingest.hj212.typed import Measurement
from ingest.payloads import Envelope, PayloadRefused
from store.texts import has, text


@dataclass(frozen=True, slots=True)
class Leaf:
    """One name with its value as it was sent; ``meaning`` says what it is, ``note`` what the value says."""

    name: str
    meaning: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One item of the content. ``here``: it gave the reading that was asked for."""

    title: str
    leaves: tuple[Leaf, ...]
    here: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """One piece.

    Attributes
    ----------
    ok : whether it is a frame or record that could be read
    title : what kind of piece it is
    problem : why it could not be read
    origin : whose it is, in words
    anomalies : deviations that were tolerated
    plain : the text of an encrypted frame, opened with the key of its monitor; None where the bytes are plain themselves
    """

    ok: bool
    title: str
    problem: str | None
    origin: str
    header: tuple[Leaf, ...]
    groups: tuple[Group, ...]
    checksum: Checksum | None
    anomalies: tuple[str, ...]
    plain: BytesView | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The reading that the tree is to point at."""

    outlet_key: int
    kind: str
    factor: str
    at: datetime


def tree(piece: Piece, wanted: Wanted | None = None) -> Tree:
    """The tree of a piece."""
    content = piece.content
    if isinstance(content, Frame):
        return _frame(piece, content, wanted)
    if isinstance(content, Rejected):
        return _rejected(piece, content)
    if isinstance(content, Envelope):
        return _record(piece, content, wanted)
    return _refused(piece, content)


def gave(piece: Piece, wanted: Wanted) -> Measurement | None:
    """The measurement in this piece that is the wanted reading."""
    return piece.measurement(wanted.outlet_key, wanted.kind, wanted.factor, wanted.at)


def _frame(piece: Piece, frame: Frame, wanted: Wanted | None) -> Tree:
    item = None if wanted is None else gave(piece, wanted)
    upload = piece.upload
    codes = {} if upload is None else {one.code: one.factor for one in upload.items}
    return Tree(
        ok=True,
        title=text("console.outlet.tree.frame", version=text(f"console.protocol.{frame.version}")),
        problem=None,
        origin=_origin(piece),
        header=tuple(_header(name, value) for name, value in frame.fields.items()),
        groups=tuple(_group(pairs, codes, item) for pairs in frame.cp),
        checksum=checksum_of(frame),
        anomalies=_anomalies((*frame.anomalies, *(name for one in _items(piece) for name in one.anomalies))),
        plain=_plain(frame),
    )


def _plain(frame: Frame) -> BytesView | None:
    if not {Anomaly.ENCRYPTED_SM4, Anomaly.SM4_NOTATION_TEXT} & set(frame.anomalies):
        return None
    return view(masked(frame.segment, secret_spans(frame.segment)))


def _rejected(piece: Piece, rejected: Rejected) -> Tree:
    return Tree(
        ok=False,
        title=text("console.outlet.tree.rejected"),
        problem=_named("quarantine", rejected.error),
        origin=_origin(piece),
        header=tuple(_header(name, value) for name, value in rejected.fields.items()),
        groups=tuple(_group(pairs, {}, None) for pairs in rejected.cp),
        checksum=checksum_of(rejected),
        anomalies=_anomalies(rejected.anomalies),
    )


def _record(piece: Piece, envelope: Envelope, wanted: Wanted | None) -> Tree:
    item = None if wanted is None else gave(piece, wanted)
    upload = envelope.upload
    fields = [("MN", envelope.mn), ("ST", envelope.st), ("CN", envelope.cn), ("QN", envelope.qn or "")]
    if envelope.flag is not None:
        fields.append(("Flag", str(envelope.flag.value)))
    if upload.data_time is not None:
        fields.append(("DataTime", upload.data_time.isoformat()))
    return Tree(
        ok=True,
        title=text("console.outlet.tree.record"),
        problem=None,
        origin=_origin(piece),
        header=tuple(_header(name, value) for name, value in fields if value),
        groups=tuple(_measured(one, upload.kind or "", one is item) for one in upload.items),
        checksum=None,
        anomalies=_anomalies(
            (*envelope.anomalies, *(name for one in upload.items for name in one.anomalies))
        ),
    )


def _refused(piece: Piece, refused: PayloadRefused) -> Tree:
    problem = f"{_named('quarantine', refused.code)} {refused.path}"
    return Tree(False, text("console.outlet.tree.rejected"), problem, _origin(piece), (), (), None, ())


def _items(piece: Piece) -> Sequence[Measurement]:
    upload = piece.upload
    return () if upload is None else upload.items


def _origin(piece: Piece) -> str:
    return text("console.outlet.tree.nobody") if piece.outlet is None else piece.outlet.name


def _header(name: str, value: str) -> Leaf:
    key = f"console.outlet.field.{name}"
    note = ""
    for topic in {"ST": ("system",), "CN": ("command",)}.get(name, ()):
        code = f"console.outlet.{topic}.{value.strip()}"
        note = text(code) if has(code) else ""
    return Leaf(name, text(key) if has(key) else "", shown_value(name, value), note)


def _group(pairs: Sequence[tuple[str, str]], codes: dict[str, str], item: Measurement | None) -> Group:
    sent = next((name.partition("-")[0] for name, _ in pairs if "-" in name), None)
    title = text("console.outlet.tree.other")
    if sent is not None:
        factor = codes.get(sent, sent)
        name = words.factor_name(factor)
        mapped = text("console.outlet.tree.old_code", code=sent) if factor != sent else ""
        title = f"{name} {factor}{mapped}" if name != factor else f"{factor}{mapped}"
    leaves = tuple(_pair(name, value) for name, value in pairs)
    return Group(title, leaves, here=item is not None and sent == item.code)


def _pair(name: str, value: str) -> Leaf:
    metric = name.partition("-")[2] or name
    key = f"console.outlet.metric.{metric}"
    note = ""
    if metric == "Flag":
        note = flag_meaning(value)
    return Leaf(name, text(key) if has(key) else "", shown_value(name, value), note)


def _measured(item: Measurement, kind: str, here: bool) -> Group:
    value, folded = ("Rtd", "ZsRtd") if kind == "realtime" else ("Avg", "ZsAvg")
    pairs = [
        (value, item.value),
        ("Min", item.minimum),
        ("Max", item.maximum),
        ("Cou", item.total),
        (folded, item.folded),
        ("ZsMin", item.folded_minimum),
        ("ZsMax", item.folded_maximum),
        ("Flag", item.flag),
        *item.extra.items(),
    ]
    name = words.factor_name(item.factor)
    leaves = tuple(_pair(f"{item.code}-{metric}", given) for metric, given in pairs if given is not None)
    return Group(f"{name} {item.factor}" if name != item.factor else item.factor, leaves, here)


def _anomalies(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(_named("anomaly", str(name)) for name in dict.fromkeys(names))


def _named(topic: str, code: str) -> str:
    key = f"console.{topic}.{code}"
    return text(key) if has(key) else code
