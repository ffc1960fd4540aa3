"""Papers: what is printed and signed, as PDF/A by typst. Pure: the same facts give the same bytes."""
