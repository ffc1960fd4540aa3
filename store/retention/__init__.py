"""How long raw data are kept, what may not be dropped, and the dropping.

Raw data (messages, readings, device records, quarantine) go in whole chunks once they are older than OUTFALL_RETENTION_YEARS and
no legal hold touches them. The evidence log, period values, verdicts and every record stay for good. Both editions of TimescaleDB
drop the same way, by this code: a retention policy of the community edition would drop by age alone and knows no hold.
"""

from __future__ import annotations
