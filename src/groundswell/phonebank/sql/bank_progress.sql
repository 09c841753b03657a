-- Every phone bank of a campaign and where its households stand. One pass over each queue, and only over the columns of
-- it that a count needs; whoever asks keeps the answer for some seconds. `only` these phone banks, or NULL: all.
SELECT bank.id, bank.name, bank.status, script.name,
       coalesce(queue.total, 0)::bigint, coalesce(queue.called, 0)::bigint, coalesce(queue.not_called, 0)::bigint,
       coalesce(queue.ready, 0)::bigint, coalesce(queue.waiting, 0)::bigint, coalesce(queue.leased, 0)::bigint, coalesce(queue.blocked, 0)::bigint
  FROM phonebank_phonebank bank
  JOIN campaigns_script script ON script.id = bank.script_id
  LEFT JOIN (
      SELECT phone_bank_id,
             sum(rows) AS total,
             sum(rows) FILTER (WHERE state = 3 AND done_reason = ANY(%(called)s::text[])) AS called,
             sum(rows) FILTER (WHERE state = 3 AND NOT done_reason = ANY(%(called)s::text[])) AS not_called,
             sum(rows) FILTER (WHERE state = 0) AS ready,
             sum(rows) FILTER (WHERE state = 2) AS waiting,
             sum(rows) FILTER (WHERE state = 1) AS leased,
             sum(rows) FILTER (WHERE state = 4) AS blocked
        FROM (
            SELECT phone_bank_id, state, done_reason, count(*) AS rows
              FROM phonebank_queueentry
             WHERE phone_bank_id IN (SELECT id FROM phonebank_phonebank WHERE campaign_id = %(campaign)s::bigint)
               AND (%(only)s::bigint[] IS NULL OR phone_bank_id = ANY (%(only)s::bigint[]))
             GROUP BY phone_bank_id, state, done_reason) counted
       GROUP BY phone_bank_id) queue ON queue.phone_bank_id = bank.id
 WHERE bank.campaign_id = %(campaign)s::bigint
   AND (%(only)s::bigint[] IS NULL OR bank.id = ANY (%(only)s::bigint[]))
 ORDER BY array_position(ARRAY['open', 'paused', 'draft', 'closed'], bank.status::text), bank.created_at DESC, bank.id
