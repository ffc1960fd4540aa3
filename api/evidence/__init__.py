"""Evidence packages (证据包): what a lead, an alert or an outlet and period rest on, in one file that a stranger can check."""
