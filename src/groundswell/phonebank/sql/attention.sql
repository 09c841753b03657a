-- What waits for an organiser of these phone banks: flags to solve, and callers whose conversations came faster than anybody
-- talks and that nobody has looked at since. The tallies know who was too fast (tallies.sql), a minute later at most.
WITH banks AS (
    SELECT unnest(%(banks)s::bigint[]) AS id
), seen AS (
    SELECT caller_id, max(reviewed_at) AS reviewed_at
      FROM phonebank_callerstatus WHERE phone_bank_id IN (SELECT id FROM banks) GROUP BY caller_id
)
SELECT (SELECT count(*) FROM phonebank_flag
         WHERE phone_bank_id IN (SELECT id FROM banks) AND solved_at IS NULL),
       (SELECT count(DISTINCT tally.caller_id) FROM phonebank_tally tally LEFT JOIN seen ON seen.caller_id = tally.caller_id
         WHERE tally.phone_bank_id IN (SELECT id FROM banks) AND tally.odd_until >= %(since)s::timestamptz
           AND (seen.reviewed_at IS NULL OR tally.odd_until > seen.reviewed_at)),
       pg_relation_size('campaigns_answer')
