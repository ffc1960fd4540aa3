"""Limits and sites: dated records as they hold and as they were believed, and applying a sites file after its diff was seen."""
