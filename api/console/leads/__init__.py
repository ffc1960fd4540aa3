"""Leads (执法线索) on the pages: the board, one lead with every step, the company's side, the law.

Pure: ``board``, ``offers``, ``stepline``, ``content``, ``clocksview``, ``reviewsview``, ``numbers``, ``history``, ``detail``,
``told``, ``newlead``, ``options``, ``lawview``. Thin: ``pages``, ``steps``, ``sidesteps``, ``handing``, ``companyside``,
``lawpage``. What a step does stands in ``store.leads``; a form is read with the shape that the API reads.
"""

from fastapi import APIRouter

from api.console.leads import companyside, handing, lawpage, pages, sidesteps, steps

router = APIRouter()
for _part in (pages, steps, sidesteps, companyside, handing, lawpage):
    router.include_router(_part.router)
