"""The console is asked at the same running API as the endpoints for programs."""

from tests.integration.api.conftest import api, fresh_api

__all__ = ["api", "fresh_api"]
