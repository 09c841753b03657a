-- Every number and address of one person, and for each number the answer to "may we call it now?". The answer is that of
-- the phone banks (compliance_call_status and, over it, the ledger of calls), without a phone bank of its own: a number
-- may be tried only so often in each, which no page can tell beforehand.
SELECT cp.id, cp.kind, cp.value, cp.address_hash, cp.retired_at, s.refusal, tps.screened_on, src.name
  FROM people_personcontact pc
  JOIN people_contactpoint cp ON cp.id = pc.contact_point_id
  JOIN people_datasource src ON src.id = pc.source_id
  LEFT JOIN phonebank_person_status(
       %(person)s::bigint, NULL, 2147483647, %(calls_a_day)s::int, %(today)s::timestamptz, %(now)s::timestamptz) s
    ON s.contact_point_id = cp.id
  LEFT JOIN compliance_screening tps ON tps.contact_point_id = cp.id AND tps.list = 'tps'
 WHERE pc.person_id = %(person)s::bigint
 ORDER BY cp.kind <> 'phone', pc.position, pc.id
