-- Of those whose receipt was here before our own note, which then says what became of them: what they are billed as, and by
-- what name they went.
UPDATE messaging_delivery d
   SET segments = s.segments, provider_id = coalesce(nullif(d.provider_id, ''), s.provider_id)
  FROM unnest(%(ids)s::bigint[], %(provider_ids)s::text[], %(segments)s::int[]) AS s (id, provider_id, segments)
 WHERE d.id = s.id AND d.state IN ('sent', 'delivered', 'failed') AND d.segments = 0 AND s.segments > 0
