"""The shapes of answers, for the OpenAPI description; tests hold every answer against them.

Answers themselves are written straight from rows: a year of hours would take longer to validate than to read.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """An object with exactly these members."""

    model_config = ConfigDict(extra="forbid")
