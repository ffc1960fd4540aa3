"""The page of an outlet: chart, validity, verdicts, limits as they were, and from a point to the bytes it came in.

::

    choice     the address -> what is drawn, and the addresses of the windows beside it; pure
    thinning   which points of a long series are drawn; pure
    panels     rows -> the data of the chart; pure
    strip      rows -> the validity strip; pure
    table      rows -> the table that says what the chart shows; pure
    limits     the limits of the outlet with their history; pure
    tree       a piece of a message -> the decode tree in words; pure
    bytesview  bytes -> text with control characters made visible, and hexadecimal; pure
    explain    the revisions of a period -> why it is what it is; pure
    reads      the rows, from ``store/sql/console_outlet.sql``
    pages, readingpages, exports   the routes
"""
