"""Files that people write, as YAML: everything is checked, every error told with its line, and one error refuses the whole.

The sites file, the channels file and the connectors file are read by this. A file may hold secrets: then no message repeats a
value, and none has the parser's own error as its cause, which would show pieces of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from store.errors import OutfallError
from store.located_yaml import LocatedError, load_located

Document = TypeVar("Document", bound=BaseModel)
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class FileKind(Generic[Document]):
    """One kind of file.

    Attributes
    ----------
    name : what it is called in messages, e.g. ``channels file``
    model : what it holds
    refused : the error that names everything wrong with it
    unreadable : code of that error for a file that is not there, or is no text
    must_be : what the whole of it is
    bytes_most, too_large : its largest size, and what is said beyond it
    secret : whether it holds secrets
    path_of : the place of an error in the file, where the model has it otherwise
    message_of : what is said of an error, None for the usual words
    context : given to the validators of the model
    """

    name: str
    model: type[Document]
    refused: type[OutfallError]
    unreadable: str
    must_be: str
    bytes_most: int
    too_large: str
    secret: bool = True
    path_of: Callable[[Place], Place] = lambda path: path
    message_of: Callable[[Mapping[str, Any], Place], str | None] = lambda item, path: None
    context: Any = None


def read_checked(kind: FileKind[Document], text: str) -> Document:
    """Read and check the text of a file.

    Raises the kind's error, whose message lists everything wrong as ``line N: where: what``, one a line; its facts carry the same
    as ``errors``.
    """
    if len(text.encode("utf-8", "replace")) > kind.bytes_most:
        raise _refusal(kind, [(1, "", kind.too_large)])
    try:
        located = load_located(text)
    except LocatedError as error:
        raise _refusal(kind, error.errors) from (None if kind.secret else error)
    if not isinstance(located.value, dict):
        raise _refusal(kind, [(1, "", f"the file must be {kind.must_be}")])
    try:
        return kind.model.model_validate(located.value, context=kind.context)
    except ValidationError as error:
        found = [_describe(kind, item, located.lines) for item in error.errors()]
        raise _refusal(kind, found) from (None if kind.secret else error)


def read_checked_file(kind: FileKind[Document], file: Path) -> Document:
    """The same for a file on disk. Raises the kind's error, with its ``unreadable`` code for what is not there or no text."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise kind.refused(f"{file} cannot be read: {error.strerror}.", code=kind.unreadable) from error
    except UnicodeDecodeError as error:
        # Without the cause, which shows the bytes around.
        raise kind.refused(f"{file} is not UTF-8 text (byte {error.start}).", code=kind.unreadable) from None
    return read_checked(kind, text)


def _describe(kind: FileKind[Any], item: Any, lines: Mapping[Place, int]) -> tuple[int, str, str]:
    path = kind.path_of(tuple(item["loc"]))
    known = path
    while known and known not in lines:
        known = known[:-1]
    message = kind.message_of(item, path)
    if message is None:
        message = _USUAL.get(item["type"], str(item["msg"]).removeprefix("Value error, "))
    return lines.get(known, 1), ".".join(str(part) for part in path), message


_USUAL = {
    "extra_forbidden": "there is no such key; check its spelling",
    "missing": "is missing",
    "string_type": "must be text; put it in quotes",
}


def _refusal(kind: FileKind[Any], errors: Sequence[tuple[int, str, str]]) -> OutfallError:
    ordered = sorted(errors)
    listed = "\n".join(
        f"  line {line}: {where + ': ' if where else ''}{message}" for line, where, message in ordered
    )
    count = "1 error" if len(ordered) == 1 else f"{len(ordered)} errors"
    return kind.refused(
        f"The {kind.name} has {count}; nothing was applied.\n{listed}",
        errors=[{"line": line, "where": where, "message": message} for line, where, message in ordered],
    )
