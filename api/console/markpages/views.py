"""Marks, stretches and checks as the pages show them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from api.console import words
from api.console.markpages.effects import Part
from api.console.markpages.reads import Filed
from api.console.markpages.stretches import AUTOMATIC, EXCEEDED, Stretch
from api.console.spans import minute_field
from api.markread import BUREAU, Viewer
from store.errors import NotFound
from store.marklabels import CATEGORIES, CONDITION, Label, category_name, find_label, label_name, labels_of
from store.marks import Mark
from store.model import Exemption, Outlet, Registry, Site
from store.texts import has, text


@dataclass(frozen=True, slots=True)
class Place:
    """An outlet with the words for it; ``name`` holds the site's name too."""

    outlet: Outlet
    site: Site
    name: str


def places_of(registry: Registry) -> list[Place]:
    """Every outlet that reports, in the order of the sites file."""
    return [
        Place(outlet, site, f"{site.name} {outlet.name}")
        for site in registry.sites
        for outlet in site.outlets
        if outlet.monitor is not None
    ]


@dataclass(frozen=True, slots=True)
class StretchRow:
    """A stretch that needs a mark, with the way to file one.

    ``deadline`` is the earliest that has not passed, else the latest; ``open`` says which. ``links`` are (word, address) of the
    form: one for all factors, or one a factor.
    """

    place: Place
    kind: str
    kind_word: str
    factors: str
    start: datetime
    end: datetime
    hours: int
    said: str
    deadline: datetime
    open: bool
    days: int
    late_said: bool
    links: tuple[tuple[str, str], ...]


def stretch_row(one: Stretch, place: Place, parts: Sequence[Part]) -> StretchRow:
    """One stretch; ``parts`` are its days."""
    whole = set(one.factors) >= set(place.outlet.factors)
    waiting = [part.deadline for part in parts if not part.late]
    return StretchRow(
        place=place,
        kind=one.kind,
        kind_word=text(f"console.markpages.kind.{one.kind}"),
        factors=text("console.markpages.all_factors") if whole else _factors(one.factors),
        start=one.start,
        end=one.end,
        hours=one.hours,
        said=_said(one, place.site.industry),
        deadline=min(waiting) if waiting else max(part.deadline for part in parts),
        open=bool(waiting),
        days=len(parts),
        late_said=one.late_said,
        links=_links(one, place.outlet, whole),
    )


def _said(one: Stretch, industry: str) -> str:
    if one.kind == AUTOMATIC:
        return "、".join(label_name(industry, category, label) for category, label in one.labels)
    if one.kind == EXCEEDED:
        if one.multiple is None:
            return ""
        return text("console.markpages.multiple", multiple=words.computed(one.multiple, words.ZERO))
    return status_word(one.status)


def status_word(status: str) -> str:
    """The status of a period in Chinese; nothing for a normal one."""
    key = f"marks.{status}"
    return text(key) if has(key) and status != "normal" else ""


def _factors(codes: Iterable[str]) -> str:
    return "、".join(words.factor_name(code) for code in codes)


def _links(one: Stretch, outlet: Outlet, whole: bool) -> tuple[tuple[str, str], ...]:
    given = {"outlet": outlet.id, "from": minute_field(one.start), "to": minute_field(one.end)}
    if one.usual is not None:
        given["item"] = ":".join(one.usual)
    if whole:
        return ((text("console.markpages.file"), file_path(given)),)
    many = len(one.factors) > 1
    return tuple(
        (
            text("console.markpages.file_factor", factor=words.factor_name(code))
            if many
            else text("console.markpages.file"),
            file_path({**given, "factor": code}),
        )
        for code in one.factors
    )


def file_path(given: Mapping[str, str]) -> str:
    """The address of the form with these fields filled in."""
    return f"/marks/file?{urlencode(given)}"


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One mark. ``standing`` is effective, late or withdrawn; ``filed_by`` in words that the reader may know."""

    mark: Mark
    place: Place
    category: str
    label: str
    local: bool
    factor: str
    minutes: int
    channel: str
    filed_by: str
    standing: str
    standing_word: str
    withdrawn_by: str | None
    proof: tuple[tuple[str, str], ...]
    may_withdraw: bool


def mark_rows(
    found: Iterable[Filed], places: Mapping[int, Place], viewer: Viewer, *, files: bool
) -> list[MarkRow]:
    """Marks of known outlets. ``files``: whether the reader may withdraw what was filed."""
    return [mark_row(one, places[one.mark.outlet_key], viewer, files=files) for one in found]


def mark_row(one: Filed, place: Place, viewer: Viewer, *, files: bool) -> MarkRow:
    """One mark."""
    mark = one.mark
    label = find_label(place.site.industry, mark.category, mark.label)
    return MarkRow(
        mark=mark,
        place=place,
        category=category_name(mark.category),
        label=label.name if label else mark.label,
        local=label.local if label else True,
        factor=text("console.markpages.all_factors")
        if mark.factor is None
        else words.factor_name(mark.factor),
        minutes=int((mark.to_time - mark.from_time).total_seconds()) // 60,
        channel=text(f"marks.channel.{mark.channel}"),
        filed_by=who(viewer, mark.filed_by),
        standing=mark.standing,
        standing_word=text(f"console.markpages.standing.{mark.standing}"),
        withdrawn_by=None if mark.withdrawn_by is None else who(viewer, mark.withdrawn_by),
        proof=tuple(sorted(one.proof.items())),
        may_withdraw=files and mark.channel == "manual" and mark.withdrawn_at is None,
    )


def who(viewer: Viewer, name: str) -> str:
    """Who filed something, as the reader may know it."""
    shown = viewer.name(name)
    if shown == BUREAU:
        return text("console.actor_bureau")
    return text("console.markpages.device") if shown == "device" else shown


@dataclass(frozen=True, slots=True)
class Item:
    """What a mark can name: ``value`` for the form, and what it means for the data."""

    value: str
    label: Label
    name: str
    means: str


def items_of(industry: str) -> list[tuple[str, str, list[Item]]]:
    """The items that people can file in an industry: category code, its name, items."""
    return [
        (
            category,
            category_name(category),
            [
                Item(
                    f"{label.category}:{label.code}",
                    label,
                    label.name,
                    text(f"console.markpages.means.{label.category}_{label.code}"),
                )
                for label in labels_of(industry)
                if label.category == category and label.filed
            ],
        )
        for category in CATEGORIES
    ]


def exemption_words(one: Exemption, industry: str) -> str:
    """An exemption on record: for what, its caps, and the document that grants it (C.5)."""
    caps = (
        ("per_event", "hours", one.hours_per_event),
        ("per_year", "hours", one.hours_per_year),
        ("ceiling", "value", one.ceiling),
    )
    told = [
        text(
            "console.markpages.form.exemption",
            label=label_name(industry, CONDITION, one.label),
            factors=_factors(one.factors),
        )
    ]
    told += [
        text(f"console.markpages.form.{name}", **{fact: words.plain(value)})
        for name, fact, value in caps
        if value is not None
    ]
    return " · ".join([*told, text("console.markpages.form.source", source=one.source)])


def place_of(places: Iterable[Place], outlet_id: str) -> Place:
    """The place of an outlet id. Raises NotFound ``outlet_not_found``."""
    for place in places:
        if place.outlet.id == outlet_id:
            return place
    raise NotFound(f"There is no outlet {outlet_id!r}.", code="outlet_not_found")
