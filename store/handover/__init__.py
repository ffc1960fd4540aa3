"""Hand-over (移送): to whom leads go, what exactly is handed over, and what they answered."""
