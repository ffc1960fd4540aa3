"""Shape of a message with its bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from api.shapes import Shape


class MessagePiece(Shape):
    """One frame or record, or bytes that gave none."""

    start: int = Field(
        description="Place of its first byte in the message; negative when it began in an earlier one."
    )
    end: int
    complete: bool = Field(description="Whether its end came in this message.")
    outlet: str | None = Field(description="Whose it is; null when its MN is nobody's.")
    decoded: dict[str, Any] = Field(description="As `outfall decode` prints it, made by today's decoder.")


class Message(Shape):
    """One MQTT publish (报文). Passwords and keys in it read `*`, for a company also what is not of its own outlets."""

    id: int
    channel: Literal["hj212", "json", "neuron", "status"]
    gateway: str
    received_at: datetime
    digest: Annotated[
        str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the bytes as they were received.")
    ]
    bytes: str = Field(description="Base64.", json_schema_extra={"contentEncoding": "base64"})
    exact: bool = Field(
        description="Whether these are the bytes as received, nothing masked: then the digest is theirs."
    )
    hidden: int = Field(description="Pieces of other units that are left out.")
    leaf: int | None = Field(
        description="Leaf of the evidence log; null while it is not sealed, and for a company."
    )
    frames: list[MessagePiece]
