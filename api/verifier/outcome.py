"""What a verification says: named results with their details, and the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

OK, FAILED, NOT_PROVED, NOT_APPLICABLE = "ok", "failed", "not_proved", "not_applicable"

KEPT_MOST = 20
"""Details that are kept of each kind and check; all are counted."""

NO_PACKAGE = 2
"""Exit code for what is no package at all, and for wrong arguments."""


@dataclass(frozen=True)
class Detail:
    """One thing that was noticed: a code of the texts (``verifier.detail.*``), and what it speaks of."""

    code: str
    facts: Mapping[str, object]


@dataclass(frozen=True)
class Result:
    """The outcome of one check.

    Attributes
    ----------
    code : which check (``verifier.check.*``), stable
    outcome : OK, FAILED, NOT_PROVED or NOT_APPLICABLE
    facts : what its sentence speaks of
    details : what was noticed, at most KEPT_MOST of a kind; ``counts`` counts all by code
    """

    code: str
    outcome: str
    facts: Mapping[str, object]
    details: tuple[Detail, ...]
    counts: Mapping[str, int]


class Malformed(Exception):
    """Something in the package is not as it must be; ``code`` and ``facts`` are those of a detail."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class NotAPackage(Malformed):
    """The file is no package at all, so nothing of it can be checked."""


class Check:
    """A check under way."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._facts: dict[str, object] = {}
        self._details: list[Detail] = []
        self._counts: Counter[str] = Counter()
        self._failed = self._doubted = False
        self._skipped = False

    @property
    def failed(self) -> bool:
        """Whether anything failed so far."""
        return self._failed

    def say(self, **facts: object) -> None:
        """What the sentence of the check speaks of."""
        self._facts.update(facts)

    def fail(self, detail: str, **facts: object) -> None:
        """Something is not as it must be."""
        self._failed = True
        self._note(detail, facts)

    def doubt(self, detail: str, **facts: object) -> None:
        """Something cannot be proved."""
        self._doubted = True
        self._note(detail, facts)

    def skip(self) -> None:
        """The package has nothing that this check is about."""
        self._skipped = True

    def _note(self, detail: str, facts: Mapping[str, object]) -> None:
        self._counts[detail] += 1
        if self._counts[detail] <= KEPT_MOST:
            self._details.append(Detail(detail, facts))

    def result(self) -> Result:
        """How it came out."""
        outcome = OK
        if self._failed:
            outcome = FAILED
        elif self._doubted:
            outcome = NOT_PROVED
        elif self._skipped:
            outcome = NOT_APPLICABLE
        return Result(self.code, outcome, self._facts, tuple(self._details), dict(self._counts))


@dataclass
class Report:
    """Everything that a verification found, in the order of checking.

    Attributes
    ----------
    package : path as it was given
    identifier : what the package calls itself, None when that cannot be read
    no_package : why the file is no package at all; then there are no results
    """

    package: str
    identifier: str | None = None
    results: list[Result] = field(default_factory=list)
    no_package: Detail | None = None

    def outcome_of(self, code: str) -> str | None:
        """How a check came out; None when it was not made."""
        return next((result.outcome for result in self.results if result.code == code), None)

    @property
    def failed(self) -> bool:
        """Whether anything failed."""
        return any(result.outcome == FAILED for result in self.results)

    @property
    def exit_code(self) -> int:
        """0: nothing failed; what could not be proved is named. 1: something failed. 2: no package."""
        if self.no_package is not None:
            return NO_PACKAGE
        return 1 if self.failed else 0
