"""The verification of a package from beginning to end: each check is guarded, so that none keeps the others from being made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

from api.verifier.bag import check_bag, check_names
from api.verifier.believed import Believed
from api.verifier.container import Container, check_container, read_container
from api.verifier.description import Description, check_description, read_description
from api.verifier.heads import Head, check_checkpoint, check_earlier, check_signature
from api.verifier.keys import Keys, check_key, read_own
from api.verifier.outcome import Check, Detail, Malformed, NotAPackage, Report
from api.verifier.payloads import check_attachments, check_payloads
from api.verifier.progress import Progress
from api.verifier.proofs import check_inclusion, check_times
from api.verifier.records import Records, check_records
from api.verifier.redecoding import Redecoding
from api.verifier.rejudging import check_judgement
from api.verifier.sources import BAG_MARK, FolderSource, Source, ZipSource
from api.verifier.stamps import check_stamps
from store.log.notes import VerifierKey

CHECKS = (
    "container", "names", "bag", "description", "signature", "key", "checkpoint", "records", "inclusion", "earlier", "times",
    "stamps", "payloads", "attachments", "redecoding", "uploads", "refused", "judgement",
)  # fmt: skip
"""Every check, in the order of making and telling."""

RECOMPUTED = ("redecoding", "uploads", "refused", "judgement")
"""Those that compute anew; ``proofs_only`` leaves them out."""


@dataclass(frozen=True)
class Options:
    """How to verify.

    Attributes
    ----------
    keys : verifier keys that are trusted; None = none was given
    authorities : certificates of time-stamping authorities that are trusted; None = none was given
    sm4_keys : keys of encrypting loggers by MN, the one in use first
    """

    keys: Sequence[VerifierKey] | None = None
    authorities: Sequence[x509.Certificate] | None = None
    sm4_keys: Mapping[str, Sequence[bytes]] = field(default_factory=dict)
    proofs_only: bool = False


def verify(path: Path, options: Options, progress: Progress) -> Report:
    """Verify a package: a ZIP, or the folder that one was unpacked into. Never raises for what is in it."""
    report = Report(str(path))
    source: Source | None = None
    try:
        if path.is_dir():
            container, source = None, FolderSource(path)
        else:
            container, source = read_container(path), ZipSource(path)
        if BAG_MARK not in source and "data/package.json" not in source:
            raise NotAPackage("no_bag")
        _Verification(source, container, options, progress, report).run()
    except NotAPackage as error:
        report.results.clear()
        report.no_package = Detail(error.code, error.facts)
    finally:
        progress.end()
        if source is not None:
            source.close()
    return report


class _Verification:
    def __init__(
        self,
        source: Source,
        container: Container | None,
        options: Options,
        progress: Progress,
        report: Report,
    ) -> None:
        self._source = source
        self._container = container
        self._options = options
        self._progress = progress
        self._report = report
        self._records = Records()
        self._results: dict[str, Check] = {}

    def run(self) -> None:
        source = self._source
        self._make("names", lambda: check_names(source))
        self._make("bag", lambda: check_bag(source, self._progress.stretch("bag")))
        description = self._description()
        keys = Keys(self._options.keys, self._own_keys())
        self._make("container", lambda: check_container(self._container, keys))
        signer = self._signature(description, keys)
        self._make("key", lambda: check_key(keys, signer))
        head = self._checkpoint(description, keys) if description is not None else None
        self._make("records", lambda: check_records(source, self._records, self._progress.stretch("records")))
        if head is not None:
            self._proofs(head, keys)
        self._make(
            "payloads", lambda: check_payloads(source, self._records, self._progress.stretch("payloads"))
        )
        self._make("attachments", lambda: check_attachments(source, self._records))
        if description is not None and head is not None and not self._options.proofs_only:
            self._recompute(description, head)
        self._close()

    def _make(self, code: str, make: Callable[[], Check]) -> None:
        """Make one check. Whatever goes wrong in it is its failure, and the others are made all the same."""
        try:
            self._results[code] = make()
        except NotAPackage:
            raise
        except Malformed as error:
            self._failed(code, error)
        except Exception as error:  # bytes that nobody thought of: the check fails, and says how
            self._failed(code, Malformed("check_broke_off", why=f"{type(error).__name__}: {error}"[:200]))

    def _failed(self, code: str, error: Malformed) -> None:
        check = self._results.setdefault(code, Check(code))
        check.fail(error.code, **error.facts)

    def _description(self) -> Description | None:
        found: list[Description] = []

        def make() -> Check:
            found.append(read_description(self._source))
            return check_description(self._source, found[0])

        self._make("description", make)
        if found:
            self._report.identifier = found[0].identifier
        return found[0] if found else None

    def _own_keys(self) -> list[VerifierKey]:
        try:
            return read_own(self._source)
        except Malformed as error:
            self._failed("description", error)
            return []

    def _signature(self, description: Description | None, keys: Keys) -> VerifierKey | None:
        found: list[VerifierKey | None] = [None]

        def make() -> Check:
            check, found[0] = check_signature(self._source, description, keys)
            return check

        self._make("signature", make)
        return found[0]

    def _checkpoint(self, description: Description, keys: Keys) -> Head | None:
        found: list[Head | None] = [None]

        def make() -> Check:
            check, found[0] = check_checkpoint(self._source, description, keys)
            return check

        self._make("checkpoint", make)
        return found[0]

    def _proofs(self, head: Head, keys: Keys) -> None:
        heads: list[Head] = []

        def earlier() -> Check:
            check, found = check_earlier(self._source, head, keys)
            heads.extend(found)
            return check

        self._make("inclusion", lambda: check_inclusion(self._source, self._records, head))
        self._make("earlier", earlier)
        heads.append(head)
        self._make("times", lambda: check_times(self._records, heads))
        self._make("stamps", lambda: check_stamps(self._source, heads, self._options.authorities))

    def _recompute(self, description: Description, head: Head) -> None:
        believed: list[Believed] = []
        work: list[Redecoding] = []

        def redecode() -> Check:
            believed.append(Believed(self._records, self._options.sm4_keys))
            step = self._progress.stretch("redecoding")
            work.append(Redecoding(self._source, description, self._records, believed[0], step))
            for check in work[0].run():
                self._results[check.code] = check
            return self._results["redecoding"]

        self._make("redecoding", redecode)
        # Hours judged from readings that could not all be read would all differ, and tell nothing.
        if {"uploads", "refused"} <= self._results.keys():
            step = self._progress.stretch("judgement")
            self._make(
                "judgement",
                lambda: check_judgement(
                    description,
                    self._records,
                    believed[0],
                    work[0].readings,
                    head.checkpoint.sealed_at,
                    step,
                ),
            )

    def _close(self) -> None:
        """The results in order. What could not be made because something before it failed is not proved."""
        for code in CHECKS:
            if code in RECOMPUTED and self._options.proofs_only:
                continue
            check = self._results.get(code)
            if check is None:
                check = Check(code)
                check.doubt("not_made")
            self._report.results.append(check.result())
