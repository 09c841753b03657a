-- Who called in these phone banks of a campaign: their work from the tallies, when last seen, their membership (to revoke),
-- and the fastest run of conversations since a moment, unless an organiser has reviewed it after it happened. All of it
-- from the tallies.
WITH banks AS (
    SELECT unnest(%(banks)s::bigint[]) AS id
), work AS (
    SELECT caller_id, sum(dials) AS dials, sum(contacts) AS contacts, sum(identified) AS identified,
           count(DISTINCT hour) AS hours
      FROM phonebank_tally WHERE phone_bank_id IN (SELECT id FROM banks) GROUP BY caller_id
), seen AS (
    SELECT caller_id, max(last_seen_at) AS last_seen_at, bool_and(paused_at IS NOT NULL) AS paused,
           max(reviewed_at) AS reviewed_at
      FROM phonebank_callerstatus WHERE phone_bank_id IN (SELECT id FROM banks) GROUP BY caller_id
), odd AS (
    SELECT tally.caller_id, max(tally.odd_calls) AS calls
      FROM phonebank_tally tally LEFT JOIN seen ON seen.caller_id = tally.caller_id
     WHERE tally.phone_bank_id IN (SELECT id FROM banks) AND tally.odd_until >= %(since)s::timestamptz
       AND (seen.reviewed_at IS NULL OR tally.odd_until > seen.reviewed_at)
     GROUP BY tally.caller_id
)
SELECT person.id, person.name,
       coalesce(work.dials, 0), coalesce(work.contacts, 0), coalesce(work.identified, 0), coalesce(work.hours, 0),
       seen.last_seen_at, coalesce(seen.paused, false), member.id, coalesce(odd.calls, 0)
  FROM accounts_user person
  LEFT JOIN work ON work.caller_id = person.id
  LEFT JOIN seen ON seen.caller_id = person.id
  LEFT JOIN odd ON odd.caller_id = person.id
  LEFT JOIN LATERAL (
      SELECT id FROM accounts_membership
       WHERE user_id = person.id AND campaign_id = %(campaign)s::bigint AND revoked_at IS NULL LIMIT 1) member ON true
 WHERE work.caller_id IS NOT NULL OR seen.caller_id IS NOT NULL
 ORDER BY coalesce(odd.calls, 0) DESC, coalesce(work.dials, 0) DESC, person.name, person.id
