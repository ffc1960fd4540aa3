"""``python -m alerts``."""

from alerts.service import main

if __name__ == "__main__":
    raise SystemExit(main())
