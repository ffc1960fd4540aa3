"""The rules: small independent questions to judged and raw data, each with the same shape (design §5).

A rule finds nothing guilty. It says that something shows, with the numbers and the hours or minutes that show it, and which
innocent causes it has looked for and not found (regulation.md D.4: a lead for verification, never a finding).
"""
