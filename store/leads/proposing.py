"""The candidates of legal basis for a lead as it stands, in the form in which it keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from store.clock import BEIJING
from store.errors import Refused
from store.leads.candidates import candidates_of
from store.leads.keeping import act_end
from store.leads.law import Law

MEDIA = ("gas", "water")


def candidates_for(
    law: Law, lead: Mapping[str, Any], media: Iterable[str], at: datetime
) -> list[dict[str, Any]]:
    """Candidates for the acts and the time of a lead; an act that goes on lasts until now. Without an outlet both media count.

    Raises Refused ``act_unknown``.
    """
    known = {act.code for act in law.acts}
    strange = [act for act in lead["acts"] if act not in known]
    if strange:
        raise Refused(
            f"The law file has no act {', '.join(strange)}; it has {', '.join(sorted(known))}.",
            code="act_unknown",
        )
    first = lead["from_time"].astimezone(BEIJING).date()
    last = (act_end(lead["to_time"]) or at).astimezone(BEIJING).date()
    wanted = tuple(media) or MEDIA
    return [one.record() for one in candidates_of(law, lead["acts"], wanted, first, max(first, last))]
