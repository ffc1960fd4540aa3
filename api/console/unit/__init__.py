"""The page of one unit: what is registered, how it stands, and what its company has to do."""
