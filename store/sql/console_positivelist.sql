-- What the page of the positive list reads.

-- name: off_site_done
-- Off-site verifications of each unit that were done in a time; for a company its own alone.
select t.site_key, count(*) as done
from task t
join task_event e on e.task_id = t.id and e.action = 'done'
where t.kind = 'off_site' and e.at >= %(from_time)s and e.at < %(to_time)s
  and (%(site_key)s::integer is null or t.site_key = %(site_key)s)
group by t.site_key

-- name: removal_proposals
-- Proposals to take a unit off the list, newest first.
select t.id, t.number, s.id as site, t.reason, t.statement, t.state, t.outcome, t.created_at, t.due_at
from task t join site s on s.key = t.site_key
where t.kind = 'removal_proposal'
order by t.created_at desc, t.id desc
limit %(most)s
