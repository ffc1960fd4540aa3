"""Two companies in one database: neither learns anything of the other."""
