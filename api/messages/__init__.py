"""One message, opened: its exact bytes, the frames in them by today's decoder, and what of it a caller may see.

::

    reads      the message, what of its stream came before it, the registry of its time
    opening    bytes -> pieces with their place in the message; pure
    masking    what nobody reads (passwords, keys) and what a company does not (frames of others); pure
    checksum   the CRC that a frame says, and the one that its bytes give; pure
"""
