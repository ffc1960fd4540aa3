"""Enforcement leads (执法线索): from what was found to what became of it.

Pure: ``law`` (dated records), ``candidates`` (norms that may apply), ``calendar`` and ``clocks`` (what is due),
``steps`` and ``guards`` (who may do what), ``kinds``, ``bounds``. ``raising``, ``drafting``, ``reviews``,
``records``, ``papers`` and ``outcomes`` take the steps, all through ``actions``; ``snapshot`` takes the numbers,
``content`` is what a review is of, ``reading`` shows a lead. Software proposes and counts; a person chooses, reviews
and decides.
"""
