"""``outfall log verify``: everything of the evidence log, computed again from the stored bytes.

The messages are decoded again here, because this room may use the decoder; what compares tables, leaves, tiles and checkpoints
stands in ``store.log.verifying``.
"""

from __future__ import annotations
