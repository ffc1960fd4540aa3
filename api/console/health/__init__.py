"""The health of Outfall itself: what it is, what would be wrong, and what to do then."""
