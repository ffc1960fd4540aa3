"""Shapes of health answers and problems."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from api.shapes import Shape


class Health(Shape):
    status: str
    version: str


class Check(Shape):
    ok: bool
    detail: str


class Readiness(Shape):
    ready: bool
    checks: dict[str, Check]


class Problem(BaseModel):
    """RFC 9457. Facts of the error follow as further members."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    text: str | None = None
