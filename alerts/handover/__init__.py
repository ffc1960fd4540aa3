"""Handing leads over: what is due is sent to its receiver, as often as it takes, and every answer is kept."""
