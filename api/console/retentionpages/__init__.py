"""Keeping and dropping on a page: what is kept how long and why, what goes next, legal holds, and what was dropped."""
