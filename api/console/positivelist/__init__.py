"""The positive list (正面清单): who stands on it, every stay as it was recorded, visits, removal proposals, the random sample."""
