-- What was locked is judged by compliance as it is at this moment, and then leased, or closed with the reason. Whatever was
-- taken away since it was prepared (the person, the address, that it is theirs) is a reason too. Who stops or asks for help
-- is answered also where nobody we know has that number.
--
-- The people are named by a list: so the plan looks up these few, whatever it believes of the size of the ledgers.
WITH asked AS MATERIALIZED (
    SELECT s.person_id, s.contact_point_id,
           CASE WHEN s.refusal = 'no_consent' AND %(is_asked_for)s::boolean THEN NULL
                WHEN s.refusal IN ('suppressed', 'objected') AND %(is_stop)s::boolean THEN NULL
                ELSE s.refusal END AS refusal
      FROM compliance_message_status(%(at)s::timestamptz, %(channel)s::text, %(purpose)s::text) s
     WHERE s.person_id = ANY (%(people)s::bigint[])
), judged AS (
    SELECT d.id, d.contact_point_id,
           CASE WHEN d.contact_point_id IS NOT NULL AND d.person_id IS NULL AND %(is_to_strangers)s::boolean
                THEN CASE WHEN NOT %(is_stop)s::boolean AND compliance_closed_to_messages(
                              (SELECT p.address_hash FROM people_contactpoint p WHERE p.id = d.contact_point_id))
                          THEN 'suppressed' END
                WHEN d.contact_point_id IS NULL OR d.person_id IS NULL THEN 'erased'
                WHEN a.person_id IS NULL THEN 'retired'
                ELSE a.refusal END AS reason
      FROM messaging_delivery d
      LEFT JOIN asked a ON a.person_id = d.person_id AND a.contact_point_id = d.contact_point_id
     WHERE d.id = ANY (%(ids)s::bigint[])
)
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
RETURNING d.id, d.state, d.person_id, d.contact_point_id, d.bucket_id, d.variant, d.attempts, d.body, c.value,
          (SELECT p.given_names FROM people_person p WHERE p.id = d.person_id),
          (SELECT p.family_name FROM people_person p WHERE p.id = d.person_id),
          (SELECT a.name FROM people_person p
             JOIN people_household h ON h.id = p.household_id
             JOIN places_area a ON a.id = h.constituency_id
            WHERE p.id = d.person_id)
