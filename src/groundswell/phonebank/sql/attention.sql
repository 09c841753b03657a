-- What waits for an organiser of this campaign: flags to solve, and callers whose conversations came faster than anybody
-- talks and that nobody has looked at since.
WITH banks AS (
    SELECT id FROM phonebank_phonebank WHERE campaign_id = %(campaign)s::bigint
), seen AS (
    SELECT caller_id, max(reviewed_at) AS reviewed_at
      FROM phonebank_callerstatus WHERE phone_bank_id IN (SELECT id FROM banks) GROUP BY caller_id
), run AS (
    SELECT call.caller_id, call.recorded_at, count(*) OVER w AS calls
      FROM phonebank_call call
     WHERE call.phone_bank_id IN (SELECT id FROM banks) AND call.recorded_at >= %(since)s::timestamptz
       AND call.is_contact AND call.undone_at IS NULL
    WINDOW w AS (PARTITION BY call.caller_id ORDER BY call.recorded_at
                 RANGE BETWEEN make_interval(secs => %(seconds)s::float8) PRECEDING AND CURRENT ROW)
)
SELECT (SELECT count(*) FROM phonebank_flag
         WHERE phone_bank_id IN (SELECT id FROM banks) AND solved_at IS NULL),
       (SELECT count(DISTINCT run.caller_id) FROM run LEFT JOIN seen ON seen.caller_id = run.caller_id
         WHERE run.calls >= %(odd)s::int AND (seen.reviewed_at IS NULL OR run.recorded_at > seen.reviewed_at))
