"""The evidence centre (证据) on the pages: building packages, what they hold, who fetched them, verifying one, the log.

Pure: ``views``, ``reportview``, ``logview``, ``asking``. Thin: ``pages`` (list and build), ``package`` (one), ``verifying``,
``logpages``. What is built stands in ``api.evidence``, what is verified in ``api.verifier``, the log in ``store.log``.
"""

from fastapi import APIRouter

from api.console.evidence import logpages, package, pages, verifying

router = APIRouter()
# Names before numbers: /evidence/verify and /evidence/log are no packages.
for _part in (verifying, logpages, pages, package):
    router.include_router(_part.router)
