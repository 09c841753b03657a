-- What was locked is judged by compliance as it is at this moment, and then leased, or left out with the reason. A number
-- that another text bank has texted within a day is left out until the list is made anew.
--
-- The people are named by a list: so the plan looks up these few, whatever it believes of the size of the ledgers.
WITH asked AS MATERIALIZED (
    SELECT s.person_id, s.contact_point_id, s.refusal
      FROM compliance_message_status(%(at)s::timestamptz, 'sms', %(purpose)s::text) s
     WHERE s.person_id = ANY (%(people)s::bigint[])
), judged AS (
    SELECT e.id,
           CASE WHEN a.person_id IS NULL THEN 'retired'
                WHEN a.refusal IS NOT NULL THEN a.refusal
                WHEN EXISTS (SELECT FROM messaging_delivery d
                               JOIN messaging_message m ON m.id = d.message_id
                              WHERE d.contact_point_id = e.contact_point_id AND m.kind = 'text_bank'
                                AND m.id <> %(message)s::bigint AND d.key = ''
                                AND d.created_at > %(lately)s::timestamptz) THEN 'texted_lately'
           END AS reason
      FROM textbank_entry e
      LEFT JOIN asked a ON a.person_id = e.person_id AND a.contact_point_id = e.contact_point_id
     WHERE e.id = ANY (%(ids)s::bigint[])
)
UPDATE textbank_entry e
   SET state = CASE WHEN j.reason IS NULL THEN 1 ELSE 3 END,
       reason = coalesce(j.reason, ''),
       leased_by_id = CASE WHEN j.reason IS NULL THEN %(texter)s::bigint END,
       leased_until = CASE WHEN j.reason IS NULL THEN %(until)s::timestamptz END
  FROM judged j
 WHERE e.id = j.id
RETURNING e.id, e.state
