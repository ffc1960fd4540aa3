"""The quick path says exactly what the tolerant path says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.hj212 import Frame, Rejected, StreamDecoder, stream
from ingest.hj212.quick import quick_frame
from tests.bench.codec import sample_frames
from tests.unit.hj212.build import HEADER, frame
from tests.unit.hj212.test_stream_properties import mutated_streams
from tests.unit.hj212.test_vectors import VECTORS, wire


def decoded(data: bytes, *, quick: bool) -> list[Frame | Rejected]:
    with pytest.MonkeyPatch.context() as patch:
        if not quick:
            patch.setattr(stream, "quick_frame", lambda buffer, start, offset: None)
        decoder = StreamDecoder()
        return [*decoder.feed(data), *decoder.flush()]


def test_the_second_frame_of_a_logger_takes_the_quick_path() -> None:
    first, second = sample_frames(2)
    decoded(first, quick=True)
    assert quick_frame(second, 0, 0) is not None


def test_every_vector_is_the_same_on_both_paths_also_when_it_was_seen_before() -> None:
    for vector in VECTORS * 2:
        assert decoded(wire(vector), quick=True) == decoded(wire(vector), quick=False)


CONTENTS = st.lists(
    st.sampled_from(
        [
            "DataTime=20160801085857",
            "DataTime=20160801085857000",
            "w01018-Rtd=1",
            "w01018-Rtd= 1",
            "w01018-Flag=N",
            "x-Rtd=",
            "=",
            "a",
            "i11001-Info=//x//",
            "w01018-Rtd=a=b",
            "Flag=N",
            "\t",
            "",
        ]
    ),
    max_size=5,
).flatmap(lambda pairs: st.sampled_from([";", ","]).map(lambda separator: separator.join(pairs)))
HEADERS = st.sampled_from(
    [
        HEADER,
        HEADER.replace("QN", "qn"),
        HEADER[:-1],
        HEADER.replace(";ST", ",ST"),
        HEADER + "QN=1;",
        "ST=32;CN=2011;",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(CONTENTS, HEADERS), min_size=1, max_size=3))
def test_any_frame_is_the_same_on_both_paths(parts: list[tuple[str, str]]) -> None:
    data = b"".join(frame(content, header) for content, header in parts * 2)
    assert decoded(data, quick=True) == decoded(data, quick=False)


@settings(max_examples=200, deadline=None)
@given(mutated_streams())
def test_any_stream_is_the_same_on_both_paths(data: bytes) -> None:
    assert decoded(data, quick=True) == decoded(data, quick=False)
