"""The factors that the judgement treats in a way of their own, by HJ 212 code (hj212.md §11)."""

from __future__ import annotations

OXYGEN = "a19001"
FLOW = "w00000"
PH = "w01001"
WATER_TEMPERATURE = "w01010"

FOLDED = frozenset(
    {
        # hj212.md §11.2: every pollutant whose unit is a mass per volume. Oxygen, flow, velocity, temperature, pressure and
        # moisture are not concentrations and never folded (regulation.md A.2); neither are mass flows, which are no factors.
        "a20025", "a20043", "a20057", "a20058",
        "a21001", "a21002", "a21003", "a21004", "a21005", "a21017", "a21018", "a21022", "a21024", "a21026", "a21028",
        "a23001", "a24046", "a24087", "a24088", "a25002", "a25003", "a25005", "a25010", "a25023", "a26001",
        "a30001", "a31001", "a34001", "a34002", "a34004", "a34013", "a34038", "a34039", "a34040", "a99051",
    }
)  # fmt: skip
"""Concentrations that are converted to the reference oxygen where the outlet has one."""

UNWEIGHTED = frozenset({FLOW, PH, WATER_TEMPERATURE, "w01002", "w01003", "w01014"})
"""Water factors with no flow-weighted mean: flow, pH (regulation.md B.2), temperature, colour, turbidity, conductance."""

ANALYSED = frozenset({"w01018", "w21001", "w21003", "w21011"})
"""Water factors of which there is one analysis per clock hour (regulation.md B.2): between two of them a logger repeats the last
result, so what it sends more often says nothing about the hour."""
