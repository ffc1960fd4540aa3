"""Papers and pictures of a lead: kept with their digest, never changed. Media types and sizes are those of alerts."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Literal

from store.database import Connection, rows
from store.errors import NotFound, Refused
from store.handling import Caller
from store.handling.attachments import Paper, check_paper
from store.leads.actions import Step, Taken, check, lock, write
from store.leads.clocks import Rules
from store.leads.records import company_due, reopen
from store.leads.steps import Action
from store.people import Role
from store.queries import queries

MOST_PAPERS = 500
"""Papers of one lead."""

Part = Literal["evidence", "record"]


def attach(
    connection: Connection,
    lead_id: int,
    paper: Paper,
    part: Part,
    caller: Caller,
    *,
    rules: Rules,
    most: int,
    at: datetime,
) -> tuple[int, Taken]:
    """File a paper: ``evidence`` is reviewed and changes what the lead is, a ``record`` of a step does not.

    Raises as ``take_step``, ``store.handling.attachments.attach``, and Refused ``too_many_papers``.
    """
    check_paper(paper, most)
    lead = lock(connection, lead_id, caller)
    action = Action.ATTACH if part == "evidence" else Action.RECORD
    after = check(connection, lead, action, caller, reason=None)
    paper_id, facts = _keep(connection, lead_id, paper, part, caller, at, None)
    step = Step(action, paper.note, {"paper": paper_id, **facts})
    return paper_id, write(connection, lead, step, caller, after, rules=rules, at=at)


def attach_to_statement(
    connection: Connection,
    lead_id: int,
    statement_id: int,
    paper: Paper,
    caller: Caller,
    *,
    rules: Rules,
    most: int,
    at: datetime,
) -> tuple[int, Taken]:
    """The company's proof for a statement of its own. Raises as ``attach``, and NotFound ``statement_not_found``."""
    check_paper(paper, most)
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, Action.STATE, caller, reason=paper.name)
    found = connection.execute(
        queries("leads")["find_statement"], {"id": statement_id, "lead_id": lead_id}
    ).fetchone()
    if found is None:
        raise NotFound(f"Lead {lead_id} has no statement {statement_id}.", code="statement_not_found")
    paper_id, facts = _keep(connection, lead_id, paper, "statement", caller, at, statement_id)
    step = Step(Action.STATE, paper.note, {"paper": paper_id, "statement": statement_id, **facts})
    taken = write(connection, lead, step, caller, after, rules=rules, at=at)
    if at < company_due(lead, rules):
        taken = reopen(connection, taken, {"paper": paper_id}, rules=rules, at=at)
    return paper_id, taken


def papers_of(connection: Connection, lead_id: int, *, for_company: bool) -> list[dict[str, Any]]:
    """The papers of a lead without their content, oldest first; for a company the public ones."""
    with rows(connection) as cursor:
        arguments = {"lead_id": lead_id, "for_company": for_company}
        return cursor.execute(queries("leads")["papers"], arguments).fetchall()


def read_paper(
    connection: Connection, lead_id: int, paper_id: int, *, site_key: int | None
) -> dict[str, Any]:
    """One paper with its content. Raises NotFound ``paper_not_found``, also for one that a company may not see."""
    with rows(connection) as cursor:
        arguments = {"lead_id": lead_id, "id": paper_id, "site_key": site_key}
        found = cursor.execute(queries("leads")["paper"], arguments).fetchone()
    if found is None:
        raise NotFound(f"Lead {lead_id} has no paper {paper_id}.", code="paper_not_found", lead=lead_id)
    return found


def _keep(
    connection: Connection,
    lead_id: int,
    paper: Paper,
    part: str,
    caller: Caller,
    at: datetime,
    statement_id: int | None,
) -> tuple[int, dict[str, Any]]:
    sql = queries("leads")
    counted = connection.execute(sql["count_papers"], {"lead_id": lead_id}).fetchone()
    if counted is not None and counted[0] >= MOST_PAPERS:
        raise Refused(
            f"A lead has {MOST_PAPERS} papers at the most.", code="too_many_papers", most=MOST_PAPERS
        )
    digest = hashlib.sha256(paper.content).digest()
    by_company = caller.role == Role.COMPANY
    row = connection.execute(
        sql["add_paper"],
        {
            "lead_id": lead_id,
            "part": part,
            "name": paper.name,
            "media_type": paper.media_type,
            "digest": digest,
            "content": paper.content,
            "note": paper.note,
            "public": paper.public or part == "statement",
            "by_company": by_company,
            "statement_id": statement_id,
            "filed_by": caller.name,
            "filed_at": at,
        },
    ).fetchone()
    assert row is not None
    return int(row[0]), {
        "name": paper.name,
        "bytes": len(paper.content),
        "sha256": digest.hex(),
        "part": part,
    }
