"""The console's pure parts, its templates and its texts."""
