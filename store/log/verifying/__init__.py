"""Holding the database against the evidence log: what differs, named by table, key and column.

::

    report      Difference, Report: what is found
    outside     what the log does not cover, and why
    rows        the tables against their records and digests, by SQL
    runs, tree  leaves against rows, tiles against leaves
    heads       checkpoints against the tree, the keys and the file outside the database
    gaps        what retention dropped lawfully

Only the database's present contents and what lies outside it are read; nothing is written. What needs the decoder stands in
``api.logcheck``.
"""

from __future__ import annotations
