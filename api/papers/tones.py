"""Colours and sizes of drawings. Every colour has a tone of its own, so that a black-and-white copy can be read."""

WIDTH = 174.0
"""Millimetres between the margins of a page."""

SMALL = 6.5
"""Points of words in a drawing."""

INK, GREY, FAINT = "#222222", "#6B6B6B", "#D9D9D9"
VALUE, BOUND = "#1F4E79", "#A61B12"
DEVICE, CONDITION, CONDITION_LINE = "#D6DEE8", "#F8EFDA", "#B98F3C"
EXEMPT = "#E3B04B"
