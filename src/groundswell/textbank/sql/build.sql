-- An entry for everybody asked, those who get no text with the reason; run again, the list follows what has changed since.
-- Whoever was texted, is in a volunteer's hands or was taken out by one stays as they are.
--
-- A number goes to one of those who share it: to whoever has it on this list already, else to somebody who may be written
-- to. `position`: by lot, so that a list is not gone through street by street.
INSERT INTO textbank_entry (campaign_id, text_bank_id, person_id, contact_point_id, bucket_id, state, position, reason)
WITH seats AS (
    SELECT s.id, b.id AS bucket_id
      FROM messaging_seats s
      JOIN compliance_hoursbucket b
        ON b.time_zone = s.time_zone AND b.holiday_region = coalesce(%(regions)s::jsonb ->> s.nation, '')
), shared AS (
    SELECT a.person_id, a.contact_point_id, a.refusal, a.constituency_id,
           a.contact_point_id IS NOT NULL AND (
               row_number() OVER (PARTITION BY a.contact_point_id
                                  ORDER BY held.person_id IS DISTINCT FROM a.person_id, a.refusal IS NOT NULL, a.person_id) > 1
               OR coalesce(held.person_id <> a.person_id, false)) AS is_shared
      FROM messaging_asked a
      LEFT JOIN textbank_entry held
        ON held.text_bank_id = %(bank)s::bigint AND held.contact_point_id = a.contact_point_id
), judged AS (
    SELECT person_id, constituency_id,
           CASE WHEN NOT is_shared THEN contact_point_id END AS contact_point_id,
           CASE WHEN contact_point_id IS NULL THEN 'no_address'
                WHEN refusal IS NOT NULL THEN refusal
                WHEN is_shared THEN 'shared' END AS reason
      FROM shared
)
SELECT %(campaign)s::bigint, %(bank)s::bigint, j.person_id, j.contact_point_id, seats.bucket_id,
       CASE WHEN j.reason IS NULL THEN 0 ELSE 3 END, floor(random() * %(pass)s::int)::int, coalesce(j.reason, '')
  FROM judged j
  JOIN seats ON seats.id = j.constituency_id
 ORDER BY j.person_id
    ON CONFLICT (person_id, text_bank_id) DO UPDATE
   SET state = excluded.state, reason = excluded.reason, contact_point_id = excluded.contact_point_id,
       bucket_id = excluded.bucket_id
 WHERE (textbank_entry.state = 0 OR (textbank_entry.state = 3 AND textbank_entry.reason NOT IN ('removed', 'missing_field')))
   AND (textbank_entry.state, textbank_entry.reason, textbank_entry.contact_point_id, textbank_entry.bucket_id)
       IS DISTINCT FROM (excluded.state, excluded.reason, excluded.contact_point_id, excluded.bucket_id)
