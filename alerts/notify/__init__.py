"""Notifications: who is told (plan), in which words (wording), and how it gets there (delivery and the vendors' formats)."""
