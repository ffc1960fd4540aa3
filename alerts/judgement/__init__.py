"""Judgement as a pure core: readings in, period values and verdicts out. No clock, no database, no network.

``hour.judge_hour`` judges one hour of an outlet, ``day.judge_day`` one day; ``decision`` holds the order of regulation.md C.4.
"""
