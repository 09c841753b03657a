-- Everybody the segment means (`messaging_meant`), each with the address they would be written to, the reason
-- against it as compliance has it, and their seat (0: none is known). An address that is allowed comes before one that is
-- not, and of several the one that was known first. Who has none for this channel has an empty one.
CREATE TEMPORARY TABLE messaging_asked ON COMMIT DROP AS
SELECT DISTINCT ON (p.id) p.id AS person_id, s.contact_point_id, s.refusal,
       coalesce(h.constituency_id, p.constituency_id, 0) AS constituency_id
  FROM messaging_meant meant
  JOIN people_person p ON p.id = meant.id
  LEFT JOIN people_household h ON h.id = p.household_id
  LEFT JOIN (SELECT s.person_id, s.contact_point_id,
                    -- What somebody has just asked for needs no consent to campaigning.
                    CASE WHEN %(is_asked_for)s::boolean AND s.refusal = 'no_consent' THEN NULL ELSE s.refusal END AS refusal
               FROM compliance_message_status(%(at)s::timestamptz, %(channel)s::text, %(purpose)s::text) s) s
         ON s.person_id = p.id
 ORDER BY p.id, s.refusal IS NOT NULL, s.contact_point_id
