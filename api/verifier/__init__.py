"""The offline verifier of evidence packages (证据包).

It needs the package alone, Python 3.9 or newer and the library ``cryptography``: what is here and what it imports needs nothing
else, which ``tests/unit/verifier`` checks. ``bundle`` packs it into the one file ``verify.pyz`` that lies in every package;
``outfall evidence verify`` is the same from within Outfall.
"""
