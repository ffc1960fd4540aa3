"""Tasks (核查任务): what officers are asked to do about an alert, and what the positive list (正面清单) changes in that.

The list changes tasks and nothing else: whether a unit is listed is looked up here, when a task is made, and nowhere in the
judgement. ``routing`` and ``sample`` are pure; the other modules bring them what is known and write what they decide.
"""
