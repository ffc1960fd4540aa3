"""Users and tokens, as an administrator manages them."""
