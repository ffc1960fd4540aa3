"""What a channels file would change, before it is applied. Pure. No secret is ever in it: only that one is set, new or gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from api.console.notifications.planwords import plan_lines
from store.channels import Channel
from store.channelsentries import Plan
from store.channelsfile import ChannelsFile
from store.texts import text

SECTIONS = ("default", "quiet", "shifts", "fallback", "roster", "routes")


@dataclass(frozen=True, slots=True)
class Field:
    """One property before and after; None = there was none, or is none any more."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """A channel that would be ``opened``, ``changed`` or ``ended``."""

    id: str
    kind: str
    what: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class SectionChange:
    """Lines of a section of the plan that would go, and that would come."""

    section: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that a file would change."""

    channels: tuple[ChannelChange, ...]
    sections: tuple[SectionChange, ...]
    unchanged: int

    @property
    def nothing(self) -> bool:
        """Whether it would change nothing at all."""
        return not self.channels and not self.sections


def difference(
    current: Iterable[Channel], plan: Plan | None, file: ChannelsFile, names: Mapping[str, str] | None = None
) -> Difference:
    """What applying the file would change of the channels and the plan in force."""
    left = {channel.id: channel for channel in current}
    changes: list[ChannelChange] = []
    unchanged = 0
    for entry in file.channels:
        wanted = Channel(entry.id, entry.kind, entry.options(), entry.secrets())
        known = left.pop(entry.id, None)
        if known == wanted:
            unchanged += 1
            continue
        what = "opened" if known is None else "changed"
        changes.append(ChannelChange(entry.id, entry.kind, what, _fields(known, wanted)))
    changes += [ChannelChange(one.id, one.kind, "ended", _fields(one, None)) for one in left.values()]
    return Difference(tuple(changes), _sections(plan, file.plan(), names), unchanged)


def _fields(before: Channel | None, after: Channel | None) -> tuple[Field, ...]:
    fields: list[Field] = []
    if before is not None and after is not None and before.kind != after.kind:
        fields.append(Field("kind", before.kind, after.kind))
    old, new = _shown(before), _shown(after)
    fields += [
        Field(name, old.get(name), new.get(name))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]
    old_secrets = {} if before is None else before.secrets
    new_secrets = {} if after is None else after.secrets
    for name in dict.fromkeys([*old_secrets, *new_secrets]):
        was, will_be = old_secrets.get(name), new_secrets.get(name)
        if was == will_be:
            continue
        changed = was is not None and will_be is not None
        fields.append(Field(name, _masked(was), _masked(will_be, other=changed)))
    return tuple(fields)


def _shown(channel: Channel | None) -> dict[str, str]:
    options: Mapping[str, Any] = {} if channel is None else channel.options
    return {
        name: "，".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)
        for name, value in options.items()
        if value is not None
    }


def _masked(secret: object, *, other: bool = False) -> str | None:
    if secret is None:
        return None
    return text("console.notifications.secret_other" if other else "console.notifications.secret")


def _sections(plan: Plan | None, wanted: Plan, names: Mapping[str, str] | None) -> tuple[SectionChange, ...]:
    before = {} if plan is None else plan_lines(plan, names)
    after = plan_lines(wanted, names)
    found = []
    for section in SECTIONS:
        old, new = before.get(section, ()), after[section]
        gone = tuple(line for line in old if line not in new)
        come = tuple(line for line in new if line not in old)
        if gone or come:
            found.append(SectionChange(section, gone, come))
    return tuple(found)
