"""A process that delivers what is due once: ``python -m tests.integration.handover.delivering URL HOME``."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from alerts.handover.delivery import Delivery
from store.database import connect
from store.settings import load_settings
from tests.integration.handover.desk import start


def main(url: str, home: str) -> None:
    """One round, at the moment of the tests."""
    settings = load_settings(database_url=url, home=Path(home))
    moment: datetime = start()
    with connect(url, name="test", autocommit=True) as connection:
        Delivery(settings, clock=lambda: moment).run(connection)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
