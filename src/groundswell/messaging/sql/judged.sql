-- What compliance says of deliveries at this moment (judge.sql leases by it, still.sql asks once more before they leave).
-- Whatever was taken away since it was prepared (the person, the address, that it is theirs) is a reason too. Who stops or
-- asks for help is answered also where nobody we know has that number. Letters have a rule of their own.
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
           CASE WHEN %(is_letter)s::boolean THEN compliance_letter_refusal(d.person_id, d.contact_point_id)
                WHEN d.contact_point_id IS NOT NULL AND d.person_id IS NULL AND %(is_to_strangers)s::boolean
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
