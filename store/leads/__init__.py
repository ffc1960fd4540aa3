"""Enforcement leads (执法线索): from what was found to what became of it.

``law``, ``candidates``, ``calendar``, ``clocks``, ``steps``, ``guards``, ``kinds`` and ``bounds`` are pure: the law as dated records, the
norms that may apply, what is due, who may do what. ``raising``, ``drafting``, ``reviews``, ``records``, ``papers`` and ``outcomes`` take
the steps, all through ``actions``; ``snapshot`` takes the numbers, ``content`` is what a review is of, ``reading`` shows a lead.
Software proposes and counts; a person chooses, reviews and decides.
"""
