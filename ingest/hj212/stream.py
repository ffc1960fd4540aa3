"""The streaming decoder: bytes in any portions in, frames and rejected pieces out (hj212.md section 2).

The length field leads; CRLF and ``&&`` never delimit, since an encrypted CP may hold any byte. When the length is wrong, the
CRC may still prove where the segment ends; otherwise the scan goes on at the next ``##`` so that one bad length swallows no
good frame.

Every decision is a function of the bytes seen so far and waits until no further byte could change it. So the portions in
which a stream arrives make no difference, and every byte ends in exactly one frame, one rejected piece or the tail, in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Final, Union

from ingest.hj212.anomalies import Anomaly, ordered
from ingest.hj212.cp import Items
from ingest.hj212.frame import Frame, Rejected
from ingest.hj212.packet import Keys, Proof, Refusal, prove, read, text_of
from ingest.hj212.quick import quick_frame

# A runtime union of the older spelling: this module also runs on Python 3.9, in the verifier of evidence packages.
Piece = Union[Frame, Rejected]  # noqa: UP007

#: ``##``, a length field of any number of digits, and the beginning of a header.
_HEAD: Final = re.compile(rb"##(\d{0,6})(?=[ ;,]{0,2}[A-Za-z]{2,6}=)")
_HEAD_LOOKAHEAD: Final = 17  # the longest text that _HEAD looks at
_CRC: Final = re.compile(rb"[0-9A-Fa-f]{4}|[0-9A-Fa-f]{1,3}(?=[\r\n])")
_END: Final = re.compile(rb"&&([0-9A-Fa-f]{4}|[0-9A-Fa-f]{1,3}(?=[\r\n]))")

#: The four digits of the length field allow no more.
LONGEST_SEGMENT: Final = 9999
#: Bytes between frames are given out in pieces of this size, so that the tail stays small however much garbage comes.
_GARBAGE_PIECE: Final = 16384
#: Anything shorter cannot be a frame with a header, so it is not worth a piece of its own.
_SHORTEST_PIECE: Final = 24
#: How many ``&&CCCC`` are tried before the search for the real end of a segment is given up.
_END_CANDIDATES: Final = 8
#: Beyond the standard's limit a length is believed only when no other head stands inside the segment.
_TRUSTED_LENGTH: Final = 1024

_NO_FRAME: Final = "bytes that belong to no frame"
_NO_CRC: Final = Refusal("crc_absent", "no CRC follows the closing &&", (Anomaly.CRC_ABSENT,))
_INCOMPLETE: Final = Refusal("incomplete", "the packet breaks off before its CRC", ())


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a head says of its packet: where it stands, where the segment begins, and the digits of the length field."""

    position: int
    begin: int
    digits: bytes

    @property
    def length(self) -> int | None:
        return int(self.digits) if self.digits else None

    def anomalies(self, buffer: bytes, end: int | None) -> tuple[Anomaly, ...]:
        """What is odd about the length field when the segment ends at ``end`` (None: as declared)."""
        odd = () if len(self.digits) == 4 else (Anomaly.LEN_DIGITS,)
        if end is None or not self.digits or end - self.begin == self.length:
            return odd
        characters = len(text_of(buffer[self.begin : end])[0])
        return (*odd, Anomaly.LENGTH_IN_CHARACTERS if characters == self.length else Anomaly.LEN_MISMATCH)

    def refusal(self, end: int, cause: Refusal, longest: int, *, complete: bool = True) -> Refusal:
        """The cause, or the deviation of the length field that explains it better."""
        found = end - self.begin
        detail = f"length field {self.digits.decode()!r}, {found} bytes found; {cause.detail}"
        if len(self.digits) != 4:
            return Refusal("length_digits", detail, (Anomaly.LEN_DIGITS, *cause.anomalies))
        if int(self.digits) > longest:
            return Refusal("too_long", f"{detail}; longest believed is {longest}", cause.anomalies)
        if complete and found != int(self.digits) and cause.error == "crc_mismatch":
            return Refusal("length_mismatch", detail, (Anomaly.LEN_MISMATCH, *cause.anomalies))
        return Refusal(cause.error, detail, cause.anomalies)


class StreamDecoder:
    """Decodes one stream (one topic, one connection).

    Parameters
    ----------
    keys : gives the SM4 keys of an MN, newest first, each of 16 bytes; None when no monitor encrypts
    max_segment : longest segment that is believed, in bytes
    tail : what an earlier decoder of the same stream had left over
    eager : give out a frame whose CRC ends the data without waiting for a terminator. With False the pieces are byte for byte
        the same however the stream is cut; with True a terminator that comes late stands in front of the next piece's ``raw``.
    """

    def __init__(
        self,
        *,
        keys: Keys | None = None,
        max_segment: int = LONGEST_SEGMENT,
        tail: bytes = b"",
        eager: bool = True,
    ) -> None:
        self._keys = keys
        self._max_segment = max_segment
        self._eager = eager
        self._buffer = bytes(tail)
        self._start = 0  # first byte that is in no piece yet
        self._scan = 0  # no head begins before this position
        self._offset = 0  # position of buffer[0] in the stream
        self._final = False
        self._pieces: list[Piece] = []

    @property
    def tail(self) -> bytes:
        """Bytes kept for the next feed."""
        return self._buffer

    def feed(self, data: bytes) -> list[Piece]:
        """Take in the next bytes of the stream; gives the pieces that they complete, in order. Never raises."""
        if self._buffer:
            self._buffer += data
            return self._run(final=False)
        data = bytes(data)
        if data.find(b"##", 2) < 0:  # one frame at the most, as in almost every message
            frame = quick_frame(data, 0, self._offset)
            if frame is not None and len(frame.raw) == len(data):
                self._offset += len(data)
                return [frame]
        self._buffer = data
        return self._run(final=False)

    def flush(self) -> list[Piece]:
        """End of the stream, or the gap timer: what is kept becomes pieces. Only line ends may stay behind."""
        return self._run(final=True)

    def _run(self, *, final: bool) -> list[Piece]:
        self._final = final
        pieces: list[Piece] = []
        self._pieces = pieces
        while self._start < len(self._buffer) and self._step():
            pass
        if self._start:
            self._buffer = self._buffer[self._start :]
            self._offset += self._start
            self._scan -= self._start
            self._start = 0
        self._pieces = []
        return pieces

    def _step(self) -> bool:
        """Deal with the next head; False when more bytes are needed."""
        frame = quick_frame(self._buffer, self._start, self._offset + self._start)
        if frame is not None:
            self._pieces.append(frame)
            self._start = self._scan = self._start + len(frame.raw)
            return True
        head = _HEAD.search(self._buffer, self._scan)
        if head is None:
            self._without_head()
            return False
        position = head.start()
        self._scan = position
        self._give_garbage(position)
        claim = _Claim(position, head.end(), head[1])
        if claim.length is None or claim.length > self._max_segment:
            return self._recover(claim)
        return self._at_declared_end(claim, claim.length)

    def _without_head(self) -> None:
        size = len(self._buffer)
        self._scan = size if self._final else max(self._scan, size - _HEAD_LOOKAHEAD)
        self._give_garbage(self._scan)
        if self._final and self._buffer[self._start :].strip(b"\r\n"):
            self._reject(size, "garbage", _NO_FRAME)

    def _at_declared_end(self, claim: _Claim, length: int) -> bool:
        buffer = self._buffer
        end = claim.begin + length
        crc = _CRC.match(buffer, end)
        closed = buffer[end - 2 : end] == b"&&"
        if crc is None:
            if len(buffer) < end + 4 and not self._final:
                return False
            absent = closed and buffer[end : end + 1] in (b"\r", b"\n", b"#", b"")
            return self._refuse(claim, end, end, _NO_CRC) if absent else self._recover(claim)
        if length > _TRUSTED_LENGTH and _HEAD.search(buffer, claim.begin, end):
            return self._recover(claim)
        proof = prove(buffer[claim.begin : end], crc[0], self._keys)
        if isinstance(proof, Proof):
            return self._emit(claim, proof, crc.end())
        if not closed or _HEAD.search(buffer, claim.begin, end):
            return self._recover(claim)
        return self._refuse(claim, end, crc.end(), proof)

    def _recover(self, claim: _Claim) -> bool:
        """The length field is wrong: let the CRC say where the segment ends, or give the piece up at the next head."""
        buffer, begin = self._buffer, claim.begin
        window = begin + self._max_segment + 6
        following = _HEAD.search(buffer, begin, window)
        limit = following.start() if following else min(len(buffer), window)
        content = buffer.find(b"CP=&&", begin, limit)
        ends = _END.finditer(buffer, content + 5 if content >= 0 else begin, limit)
        first: tuple[int, int, Refusal] | None = None
        for candidate in islice(ends, _END_CANDIDATES):
            end = candidate.start() + 2
            proof = prove(buffer[begin:end], candidate[1], self._keys)
            if isinstance(proof, Proof):
                return self._emit(claim, proof, candidate.end(), end)
            first = first or (end, candidate.end(), proof)
        if following is None and len(buffer) < window and not self._final:
            return False
        if limit - claim.position < _SHORTEST_PIECE:
            self._scan = claim.position + 2
            return True
        if first is None:
            return self._cut_short(claim, limit)
        end, after, refusal = first
        return self._refuse(claim, end, after, claim.refusal(end, refusal, self._max_segment))

    def _emit(self, claim: _Claim, proof: Proof, after: int, end: int | None = None) -> bool:
        """Give out a frame whose CRC ends at ``after``; ``end`` is where its segment ends when the length field is wrong."""
        terminator = self._terminator(after)
        if terminator is None:
            return False
        stop, odd_end = terminator
        reading = read(proof.segment)
        anomalies = reading.anomalies
        odd = (*claim.anomalies(self._buffer, end), *proof.anomalies)
        if odd or odd_end:
            anomalies = ordered((*anomalies, *odd, *((odd_end,) if odd_end else ())))
        self._pieces.append(
            Frame(
                self._buffer[self._start : stop],
                self._offset + self._start,
                proof.segment,
                reading.header.fields,
                reading.header.flag,
                reading.content,
                anomalies,
                proof.variant,
                reading.header.version,
                reading.data_time,
            )
        )
        self._start = self._scan = stop
        return True

    def _refuse(self, claim: _Claim, end: int, after: int, refusal: Refusal) -> bool:
        """Give out a whole packet that does not hold; its segment ends at ``end`` and its CRC at ``after``."""
        terminator = self._terminator(after)
        if terminator is None:
            return False
        stop, odd_end = terminator
        reading = read(self._buffer[claim.begin : end])
        odd = (*claim.anomalies(self._buffer, end), *((odd_end,) if odd_end else ()))
        readable = refusal.error not in ("key_missing", "decryption_failed")
        self._reject(
            stop,
            refusal.error,
            refusal.detail,
            reading.header.fields,
            ordered(
                (*(reading.anomalies if readable else reading.header.anomalies), *odd, *refusal.anomalies)
            ),
            reading.content.items() if readable else (),
        )
        return True

    def _cut_short(self, claim: _Claim, limit: int) -> bool:
        """Give out the beginning of a packet whose end never came."""
        reading = read(self._buffer[claim.begin : limit])
        refusal = claim.refusal(limit, _INCOMPLETE, self._max_segment, complete=False)
        self._reject(
            limit,
            refusal.error,
            refusal.detail,
            reading.header.fields,
            refusal.anomalies,
            reading.content.items(),
        )
        return True

    def _terminator(self, after: int) -> tuple[int, Anomaly | None] | None:
        """Where the packet stops and what is odd about its line end; None when that is not known yet."""
        end = self._buffer[after : after + 3]
        if end.startswith(b"\r\n"):
            return after + 2, None
        if end.startswith(b"\n"):
            return after + 1, Anomaly.LF_ONLY
        if end == b"\r\r\n":
            return after + 3, Anomaly.TRAILING_CR
        undecided = end in (b"\r", b"\r\r") or (not end and not self._eager)
        if undecided and not self._final:
            return None
        return (after + 1, Anomaly.CR_ONLY) if end.startswith(b"\r") else (after, None)

    def _give_garbage(self, stop: int) -> None:
        """Give out what stands between the last piece and ``stop``; line ends stay for the next piece's ``raw``."""
        while stop - self._start >= _GARBAGE_PIECE:
            self._reject(self._start + _GARBAGE_PIECE, "garbage", _NO_FRAME)
        at_head = stop < len(self._buffer) and _HEAD.match(self._buffer, stop)
        if at_head and self._buffer[self._start : stop].strip(b"\r\n"):
            self._reject(stop, "garbage", _NO_FRAME)

    def _reject(
        self,
        stop: int,
        error: str,
        detail: str,
        fields: dict[str, str] | None = None,
        anomalies: tuple[str, ...] = (),
        cp: Items = (),
    ) -> None:
        raw = self._buffer[self._start : stop]
        self._pieces.append(
            Rejected(raw, self._offset + self._start, error, detail, fields or {}, anomalies, cp)
        )
        self._start = stop
        self._scan = max(self._scan, stop)


def decode_bytes(data: bytes, *, keys: Keys | None = None, max_segment: int = LONGEST_SEGMENT) -> list[Piece]:
    """Decode a whole stream that ends here: feed and flush. Line ends behind the last packet are in no piece."""
    decoder = StreamDecoder(keys=keys, max_segment=max_segment)
    return [*decoder.feed(data), *decoder.flush()]
