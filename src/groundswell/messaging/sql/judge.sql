-- What was locked is leased, or closed with the reason.
UPDATE messaging_delivery d
   SET state = CASE WHEN j.reason IS NULL THEN 'leased' ELSE 'suppressed' END,
       reason = coalesce(j.reason, ''),
       leased_until = CASE WHEN j.reason IS NULL THEN %(until)s::timestamptz END,
       settled_at = CASE WHEN j.reason IS NOT NULL THEN %(at)s::timestamptz END,
       attempts = d.attempts + CASE WHEN j.reason IS NULL THEN 1 ELSE 0 END,
       variant = CASE WHEN d.wave > 0 AND %(winner)s::int IS NOT NULL THEN %(winner)s::int ELSE d.variant END
  FROM judged j
  LEFT JOIN people_contactpoint c ON c.id = j.contact_point_id
 WHERE d.id = j.id
RETURNING d.id, d.state, d.person_id, d.contact_point_id, d.bucket_id, d.variant, d.attempts, d.key, d.body, c.value,
          (SELECT p.given_names FROM people_person p WHERE p.id = d.person_id),
          (SELECT p.family_name FROM people_person p WHERE p.id = d.person_id),
          (SELECT a.name FROM people_person p
             LEFT JOIN people_household h ON h.id = p.household_id
             JOIN places_area a ON a.id = coalesce(h.constituency_id, p.constituency_id)
            WHERE p.id = d.person_id)
