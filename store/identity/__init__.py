"""Who somebody is, beyond name and password: second factor, recovery codes, OpenID subjects, password rules, limits."""
