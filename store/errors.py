"""Every error that Outfall raises on purpose.

::

    OutfallError
    ├── SettingsError          an OUTFALL_* variable is wrong               exit 2
    ├── SitesFileError         the sites file cannot be applied             exit 2
    ├── ChannelsFileError      the channels file cannot be applied          exit 2
    ├── HandoverFileError      the connectors file cannot be applied        exit 2
    ├── StackError             the local stack cannot be brought up         exit 3
    ├── StoreError             the database refused or is away              exit 4
    │   └── SchemaError        the schema is older or newer than the code
    ├── DecodeError            bytes that give no frame or no payload
    ├── Refused                input that breaks a rule of the domain; nothing was written
    ├── NotFound               what was asked for does not exist
    ├── NotAllowed             the caller may not do this
    ├── LogError               the evidence log cannot go on, or is not what it was
    ├── PaperFailed            typst could not make a paper of its data
    └── Conflict               the thing has changed, or the step is not possible now

The code is for programs and never changes; the message is one English sentence for people that says what is wrong and
what to do. Chinese wording for the console comes from the text catalogue by the same code.
"""

from __future__ import annotations


class OutfallError(Exception):
    """Something went wrong that Outfall can explain.

    Attributes
    ----------
    code : short machine name, stable across releases, e.g. ``port_taken``
    facts : the values that the message speaks of, for logs and problem bodies
    """

    exit_code = 1
    default_code = "error"

    def __init__(self, message: str, *, code: str | None = None, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.facts = facts

    def __str__(self) -> str:
        return f"[{self.code}] {self.message}"


class SettingsError(OutfallError):
    """A setting is missing, malformed or contradicts another."""

    exit_code = 2
    default_code = "settings_wrong"


class SitesFileError(OutfallError):
    """The sites file has errors; nothing of it was applied."""

    exit_code = 2
    default_code = "sites_file_wrong"


class ChannelsFileError(OutfallError):
    """The channels file has errors; nothing of it was applied."""

    exit_code = 2
    default_code = "channels_file_wrong"


class HandoverFileError(OutfallError):
    """The connectors file of the hand-over has errors; nothing of it was applied."""

    exit_code = 2
    default_code = "handover_file_wrong"


class StackError(OutfallError):
    """The local database or broker cannot be installed, started or stopped."""

    exit_code = 3
    default_code = "stack_failed"


class StoreError(OutfallError):
    """The database cannot be reached or refused a statement."""

    exit_code = 4
    default_code = "store_failed"


class SchemaError(StoreError):
    """The database schema does not match this release."""

    default_code = "schema_mismatch"


class DecodeError(OutfallError):
    """Bytes from outside that cannot be understood."""

    default_code = "undecodable"


class Refused(OutfallError):
    """What was given breaks a rule of the domain; the code names the rule and nothing was written."""

    default_code = "refused"


class NotFound(OutfallError):
    """No such site, outlet, alert, user or file."""

    default_code = "not_found"


class NotAllowed(OutfallError):
    """The caller is not known or lacks the permission."""

    default_code = "not_allowed"


class LogError(OutfallError):
    """The evidence log cannot be continued: a key, a row, a tile or a file is not what the log says."""

    default_code = "log_broken"


class PaperFailed(OutfallError):
    """Typst could not make a paper of its data: a mistake of ours, never one of the data."""

    default_code = "paper_failed"


class Conflict(OutfallError):
    """The step is not possible in the present state."""

    default_code = "conflict"
