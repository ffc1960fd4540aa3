"""The report of an evidence package, section by section. Pure: facts of ``api.evidence.facts`` in, blocks of a paper out."""
