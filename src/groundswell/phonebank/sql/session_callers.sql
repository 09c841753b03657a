-- Everybody in a session, for its host: when they came, were last seen, left or paused, since when they have a household
-- in hand, and when their last result came. One row a caller; each look-up is by an index on the caller.
SELECT person.id, person.name, caller.is_first_time, caller.practised_at IS NOT NULL,
       caller.joined_at,
       greatest(caller.last_seen_at, status.last_seen_at),
       caller.left_at,
       status.paused_at,
       CASE WHEN entry.leased_at IS NOT NULL THEN greatest(entry.leased_at, newest.recorded_at) END,
       newest.recorded_at
  FROM phonebank_sessioncaller caller
  JOIN accounts_user person ON person.id = caller.user_id
  LEFT JOIN phonebank_callerstatus status
         ON status.caller_id = caller.user_id AND status.phone_bank_id = %(bank)s::bigint
  LEFT JOIN phonebank_queueentry entry ON entry.leased_by_id = caller.user_id AND entry.state = 1
  LEFT JOIN LATERAL (
      SELECT max(call.recorded_at) AS recorded_at
        FROM phonebank_call call
       WHERE call.caller_id = caller.user_id AND call.recorded_at >= %(since)s::timestamptz) newest ON true
 WHERE caller.session_id = %(session)s::bigint
 ORDER BY person.name, person.id
