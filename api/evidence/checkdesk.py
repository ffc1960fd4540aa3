"""Verifying packages that people upload: a process of its own for each, two at a time, each bounded in time, memory and disk.

What an upload is worth is told to who uploaded it and to nobody else, and kept for an hour. The file is deleted as soon as it was
verified.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Literal

from store import clock
from store.errors import Conflict, NotFound, Refused
from store.settings import Settings

logger = logging.getLogger(__name__)

AT_ONCE = 2
WAITING_EACH = 2
"""Uploads that one person may have waiting and being verified."""

WAITING_ALL = 8
KEPT = timedelta(hours=1)
KEPT_MOST = 200
REPORT_BYTES = 16 << 20
PROCESS = str(Path(__file__).with_name("checkprocess.py"))
_BLOCK = 1 << 20
_FOLDER = "checks"
_STEPS = ("bag", "records", "payloads", "redecoding", "judgement")

State = Literal["waiting", "running", "done", "failed"]


@dataclass(slots=True)
class Job:
    """One upload and what came of it.

    Attributes
    ----------
    title : name of the file as it was uploaded
    step, done, share : how far it is: the step of the verifier, how many of its things are done, percent of the steps
    report : what ``api.verifier.printing.as_json`` writes; None until it is done
    failure : code of why there is none: ``time``, ``memory``, ``broke_off``, ``stopped``
    """

    token: str
    owner: str
    title: str
    path: Path
    size: int
    sha256: str
    uploaded_at: datetime
    own_key: bool
    state: State = "waiting"
    step: str = ""
    done: int = 0
    share: int = 0
    report: dict[str, Any] | None = None
    failure: str | None = None
    finished_at: datetime | None = None
    keys: Sequence[str] = field(default=(), repr=False)


class CheckDesk:
    """Takes uploads and has them verified. Thread-safe; one a process."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.home / _FOLDER
        self._most = settings.check_bytes
        self._seconds = settings.check_seconds
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._running: set[subprocess.Popen[bytes]] = set()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="check")
        self._closed = False
        self._sweep()

    def take(
        self, owner: str, title: str, content: IO[bytes], keys: Sequence[str], *, own_key: bool = False
    ) -> Job:
        """Copy an upload into a file of ours and queue it.

        ``keys``: verifier keys that are trusted; ``own_key``: a person named them.
        Raises Conflict ``checks_full``; Refused ``check_empty``, ``check_too_large``.
        """
        self._tidy()
        token = secrets.token_urlsafe(24)
        job = Job(
            token, owner, title, self._folder / f"{token}.zip", 0, "", clock.now(), own_key, keys=tuple(keys)
        )
        with self._lock:
            waiting = [one for one in self._jobs.values() if one.state in ("waiting", "running")]
            if len(waiting) >= WAITING_ALL or sum(one.owner == owner for one in waiting) >= WAITING_EACH:
                raise Conflict(
                    "Too many packages are being verified: wait for one of them.", code="checks_full"
                )
            self._jobs[token] = job
        try:
            job.size, job.sha256 = self._copy(content, job.path)
        except BaseException:
            self._forget(job)
            raise
        self._pool.submit(self._check, job)
        return job

    def find(self, token: str, owner: str) -> Job:
        """An upload of this person. Raises NotFound ``check_not_found``, also for one of somebody else."""
        with self._lock:
            job = self._jobs.get(token)
        if job is None or job.owner != owner:
            raise NotFound("There is no such verification, or it is kept no longer.", code="check_not_found")
        return job

    def of(self, owner: str) -> list[Job]:
        """The uploads of a person that are still known, newest first."""
        self._tidy()
        with self._lock:
            found = [job for job in self._jobs.values() if job.owner == owner]
        return sorted(found, key=lambda job: job.uploaded_at, reverse=True)

    def close(self) -> None:
        """End what runs; nothing is kept."""
        with self._lock:
            self._closed = True
            running = list(self._running)
            jobs = list(self._jobs.values())
        for process in running:
            process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)
        for job in jobs:
            self._forget(job)

    def _copy(self, content: IO[bytes], path: Path) -> tuple[int, str]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        size, digest = 0, hashlib.sha256()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            while block := content.read(_BLOCK):
                size += len(block)
                if size > self._most:
                    raise Refused("The file is too large.", code="check_too_large", most=self._most)
                digest.update(block)
                file.write(block)
        if not size:
            raise Refused("The file is empty.", code="check_empty")
        return size, digest.hexdigest()

    def _check(self, job: Job) -> None:
        try:
            job.state = "running"
            self._run(job)
        except Exception:
            logger.exception("an upload could not be verified")
            job.failure = "broke_off"
        finally:
            job.path.unlink(missing_ok=True)
            job.finished_at = clock.now()
            job.state = "done" if job.report is not None else "failed"
            logger.info("an uploaded package of %d bytes was verified: %s", job.size, job.failure or "report")

    def _run(self, job: Job) -> None:
        # Nothing of our environment: a stranger's bytes are read there.
        environment = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-P", PROCESS, str(job.path), str(self._seconds)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
        with self._lock:
            self._running.add(process)
            closed = self._closed
        over = threading.Timer(self._seconds, process.kill)
        over.daemon = True
        over.start()
        began = time.monotonic()
        try:
            if closed:
                process.kill()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(json.dumps({"keys": list(job.keys) or None}).encode())
                process.stdin.close()
            except BrokenPipeError:
                pass
            self._listen(job, process.stdout)
        finally:
            process.kill()
            code = process.wait()
            over.cancel()
            if process.stdout is not None:
                process.stdout.close()
            with self._lock:
                self._running.discard(process)
        if job.report is None:
            spent = time.monotonic() - began >= self._seconds
            job.failure = "stopped" if self._closed else "time" if spent else "broke_off"
            logger.warning(
                "the verification of an upload ended without a report: exit %d, %s", code, job.failure
            )

    def _listen(self, job: Job, lines: IO[bytes]) -> None:
        """Hear how far it is until the report comes. A line that is too long ends it."""
        while line := lines.readline(REPORT_BYTES):
            if not line.endswith(b"\n"):
                return
            fact = json.loads(line)
            if "report" in fact:
                job.report, job.share = fact["report"], 100
                return
            job.step, job.done = str(fact["step"]), int(fact["done"])
            if job.step in _STEPS:
                job.share = 100 * _STEPS.index(job.step) // len(_STEPS)

    def _sweep(self) -> None:
        """Delete what a process left behind that was killed; a file that another process works on is younger."""
        for path in self._folder.glob("*.zip"):
            if time.time() - path.stat().st_mtime > self._seconds + KEPT.total_seconds():
                path.unlink(missing_ok=True)

    def _tidy(self) -> None:
        """Forget what is older than an hour, and the oldest where there are too many."""
        before = clock.now() - KEPT
        with self._lock:
            over = sorted(
                (job for job in self._jobs.values() if job.finished_at is not None),
                key=lambda job: job.uploaded_at,
            )
            surplus = len(self._jobs) - KEPT_MOST
            old = [job for place, job in enumerate(over) if _finished(job) < before or place < surplus]
        for job in old:
            self._forget(job)

    def _forget(self, job: Job) -> None:
        with self._lock:
            self._jobs.pop(job.token, None)
        job.path.unlink(missing_ok=True)


def _finished(job: Job) -> datetime:
    return job.finished_at or job.uploaded_at
