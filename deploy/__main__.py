"""``python -m deploy`` is the command ``outfall``."""

from __future__ import annotations

from deploy.cli import main

main()
