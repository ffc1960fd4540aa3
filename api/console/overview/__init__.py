"""The overview: the units with their values against the limits, and how the bureau stands.

The cards are used by the pages of a unit and of an outlet too; ``pages`` is the router and is imported by its path.
"""

from api.console.overview.cards import (
    FactorRow,
    Facts,
    OutletBlock,
    SiteCard,
    judged_span,
    outlet_block,
    shown_kind,
    site_card,
    status_word,
)

__all__ = [
    "FactorRow",
    "Facts",
    "OutletBlock",
    "SiteCard",
    "judged_span",
    "outlet_block",
    "shown_kind",
    "site_card",
    "status_word",
]
