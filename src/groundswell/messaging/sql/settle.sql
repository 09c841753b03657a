-- What came of a batch. Also of one that took so long that it was given up meanwhile: now it is known.
UPDATE messaging_delivery d
   SET state = s.state, reason = s.reason, leased_until = NULL, due_at = s.due_at, problem = s.problem,
       provider_id = s.provider_id, segments = s.segments,
       -- It did not leave: that was no try.
       attempts = d.attempts - CASE WHEN s.state = 'pending' THEN 1 ELSE 0 END,
       sent_at = CASE WHEN s.state = 'sent' THEN %(at)s::timestamptz ELSE d.sent_at END,
       settled_at = CASE WHEN s.state NOT IN ('pending', 'held') THEN %(at)s::timestamptz END
  FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(reasons)s::text[], %(due)s::timestamptz[], %(problems)s::text[],
              %(provider_ids)s::text[], %(segments)s::int[])
       AS s (id, state, reason, due_at, problem, provider_id, segments)
 WHERE d.id = s.id AND d.state IN ('leased', 'unknown')
