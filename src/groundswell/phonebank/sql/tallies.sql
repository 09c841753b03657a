-- Tallies from the ledger, for the hours from `since` on (all of them if it is NULL). Only rows that differ are written;
-- an hour whose every call was undone goes.
--
-- Odd speed: `odd` conversations or more of one caller within `seconds`, in whichever phone banks of the campaign. It is
-- looked for here, once a minute in the newest hours, and not by each page in a whole month of calls. A conversation ends
-- such a run if the one `odd` - 1 before it is so near; only where there is one, the run is counted. Runs reach over the
-- hour's beginning: what was before it is read too.
WITH counted AS (
    SELECT c.phone_bank_id, c.caller_id, date_trunc('hour', c.recorded_at, 'UTC') AS hour,
           count(*) FILTER (WHERE c.is_dial) AS dials,
           count(*) FILTER (WHERE c.is_contact) AS contacts,
           count(*) FILTER (WHERE c.is_identified) AS identified
      FROM phonebank_call c
     WHERE c.undone_at IS NULL
       AND (%(since)s::timestamptz IS NULL OR c.recorded_at >= date_trunc('hour', %(since)s::timestamptz, 'UTC'))
     GROUP BY 1, 2, 3
), talk AS (
    SELECT c.campaign_id, c.phone_bank_id, c.caller_id, c.recorded_at,
           lag(c.recorded_at, %(odd)s::int - 1) OVER (PARTITION BY c.campaign_id, c.caller_id ORDER BY c.recorded_at) AS began
      FROM phonebank_call c
     WHERE c.is_contact AND c.undone_at IS NULL
       AND (%(since)s::timestamptz IS NULL
            OR c.recorded_at >= date_trunc('hour', %(since)s::timestamptz, 'UTC') - make_interval(secs => %(seconds)s::float8))
), odd AS (
    SELECT ended.phone_bank_id, ended.caller_id, date_trunc('hour', ended.recorded_at, 'UTC') AS hour,
           max(ended.recorded_at) AS until, max(run.calls) AS calls
      FROM talk ended
     CROSS JOIN LATERAL (
          SELECT count(*) AS calls FROM phonebank_call c
           WHERE c.campaign_id = ended.campaign_id AND c.caller_id = ended.caller_id AND c.is_contact
             AND c.undone_at IS NULL AND c.recorded_at <= ended.recorded_at
             AND c.recorded_at >= ended.recorded_at - make_interval(secs => %(seconds)s::float8)) run
     WHERE ended.began >= ended.recorded_at - make_interval(secs => %(seconds)s::float8)
     GROUP BY 1, 2, 3
), found AS (
    SELECT counted.*, odd.until AS odd_until, coalesce(odd.calls, 0) AS odd_calls
      FROM counted LEFT JOIN odd USING (phone_bank_id, caller_id, hour)
), gone AS (
    DELETE FROM phonebank_tally t
     WHERE (%(since)s::timestamptz IS NULL OR t.hour >= date_trunc('hour', %(since)s::timestamptz, 'UTC'))
       AND NOT EXISTS (SELECT 1 FROM counted c
                        WHERE (c.phone_bank_id, c.caller_id, c.hour) = (t.phone_bank_id, t.caller_id, t.hour))
    RETURNING 1
), written AS (
    INSERT INTO phonebank_tally AS t
           (phone_bank_id, caller_id, hour, dials, contacts, identified, odd_until, odd_calls)
    SELECT phone_bank_id, caller_id, hour, dials, contacts, identified, odd_until, odd_calls FROM found
        ON CONFLICT (phone_bank_id, caller_id, hour) DO UPDATE
       SET dials = excluded.dials, contacts = excluded.contacts, identified = excluded.identified,
           odd_until = excluded.odd_until, odd_calls = excluded.odd_calls
     WHERE (t.dials, t.contacts, t.identified, t.odd_until, t.odd_calls)
           IS DISTINCT FROM (excluded.dials, excluded.contacts, excluded.identified, excluded.odd_until, excluded.odd_calls)
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
