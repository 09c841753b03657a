-- Tallies from the ledger, for the hours from `since` on (all of them if it is NULL). Only rows that differ are written;
-- an hour whose every call was undone goes.
WITH counted AS (
    SELECT c.phone_bank_id, c.caller_id, date_trunc('hour', c.recorded_at, 'UTC') AS hour,
           count(*) FILTER (WHERE c.is_dial) AS dials,
           count(*) FILTER (WHERE c.is_contact) AS contacts,
           count(*) FILTER (WHERE c.is_identified) AS identified
      FROM phonebank_call c
     WHERE c.undone_at IS NULL
       AND (%(since)s::timestamptz IS NULL OR c.recorded_at >= date_trunc('hour', %(since)s::timestamptz, 'UTC'))
     GROUP BY 1, 2, 3
), gone AS (
    DELETE FROM phonebank_tally t
     WHERE (%(since)s::timestamptz IS NULL OR t.hour >= date_trunc('hour', %(since)s::timestamptz, 'UTC'))
       AND NOT EXISTS (SELECT 1 FROM counted c
                        WHERE (c.phone_bank_id, c.caller_id, c.hour) = (t.phone_bank_id, t.caller_id, t.hour))
    RETURNING 1
), written AS (
    INSERT INTO phonebank_tally AS t (phone_bank_id, caller_id, hour, dials, contacts, identified)
    SELECT * FROM counted
        ON CONFLICT (phone_bank_id, caller_id, hour) DO UPDATE
       SET dials = excluded.dials, contacts = excluded.contacts, identified = excluded.identified
     WHERE (t.dials, t.contacts, t.identified) IS DISTINCT FROM (excluded.dials, excluded.contacts, excluded.identified)
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
