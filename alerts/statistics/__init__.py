"""Statistics of an outlet over days, months, quarters and years (regulation.md B.1, B.2, D.2, D.3).

Pure core: ``spans`` (the calendar), ``facts`` (what is counted), ``counting``, ``capture``, ``transmission``, ``attainment``,
``validity``, ``emission``, ``substitution``, and ``report`` that puts them together. Shell: ``loading`` and ``publishing``.
A statistic never decides an exceedance: verdicts do, and substituted values enter the mass alone.
"""
