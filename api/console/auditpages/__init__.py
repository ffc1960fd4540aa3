"""The audit trail on a page: who wrote what, who looked at evidence, and the proof that nothing of it was changed."""
