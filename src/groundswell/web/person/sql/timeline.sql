-- What happened to one person's record, newest first: who looked, who changed what, which imports made or changed it.
-- A caller looks by being handed the household, so that the log names the queue entry there.
WITH entries AS (
    SELECT q.id FROM phonebank_queueentry q
     WHERE q.household_id = %(household)s::bigint OR q.person_id = %(person)s::bigint
), closed AS (
    SELECT s.id
      FROM people_personcontact pc
      JOIN people_contactpoint cp ON cp.id = pc.contact_point_id
      JOIN compliance_suppression s ON s.address_hash = cp.address_hash
     WHERE pc.person_id = %(person)s::bigint
), looked_or_changed AS (
    (SELECT id, at, action, verb, actor_id, coalesce(detail ->> 'tag', '') AS tag FROM accounts_auditevent
      WHERE subject_kind = 'people.person' AND subject_id = %(person)s::bigint
      ORDER BY id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT id, at, action, verb, actor_id, '' FROM accounts_auditevent
      WHERE subject_kind = 'phonebank.queueentry' AND subject_id IN (SELECT id FROM entries)
      ORDER BY id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT id, at, action, verb, actor_id, '' FROM accounts_auditevent
      WHERE subject_kind = 'compliance.suppression' AND subject_id IN (SELECT id FROM closed)
      ORDER BY id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT id, at, action, verb, actor_id, '' FROM accounts_auditevent
      WHERE subject_kind = 'people.contactpoint'
        AND subject_id IN (SELECT contact_point_id FROM people_personcontact WHERE person_id = %(person)s::bigint)
      ORDER BY id DESC LIMIT %(limit)s)
), imported AS (
    SELECT batch_id, 'made' AS what FROM people_person WHERE id = %(person)s::bigint
    UNION
    SELECT batch_id, 'register' FROM people_elector WHERE person_id = %(person)s::bigint
    UNION
    SELECT batch_id, 'number' FROM people_personcontact WHERE person_id = %(person)s::bigint
    UNION
    SELECT batch_id, 'changed' FROM people_importchange
     WHERE "table" = 'people_person' AND row_id = %(person)s::bigint
    UNION
    SELECT batch_id, 'changed' FROM people_importchange
     WHERE "table" = 'people_elector'
       AND row_id IN (SELECT id FROM people_elector WHERE person_id = %(person)s::bigint)
)
SELECT e.at, e.action, e.verb, coalesce(u.name, ''), e.tag
  FROM looked_or_changed e LEFT JOIN accounts_user u ON u.id = e.actor_id
UNION ALL
SELECT coalesce(b.finished_at, b.created_at), 'import', i.what, b.file_name, ''
  FROM imported i JOIN people_importbatch b ON b.id = i.batch_id
 ORDER BY 1 DESC
 LIMIT %(limit)s
