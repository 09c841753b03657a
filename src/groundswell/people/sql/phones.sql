-- The import of a phone file: whose is each number?

-- name: stage_phones
CREATE TEMPORARY TABLE import_phones (
    line integer NOT NULL,
    number_key text NOT NULL,
    name_key text NOT NULL,
    family_key text NOT NULL,
    postcode text NOT NULL,
    phone text NOT NULL,
    address_hash bytea NOT NULL,
    position integer NOT NULL
) ON COMMIT DROP

-- name: match_people
-- By elector number where the row has one, else by name and postcode: the whole name before its first words (a register
-- has middle names, a membership list has not). Anonymous entries are never matched (rule R7), nor are those removed.
CREATE TEMPORARY TABLE import_phone_people ON COMMIT DROP AS
WITH rows AS (
    SELECT DISTINCT line, number_key, name_key, family_key, postcode FROM import_phones
),
electors AS (
    SELECT e.person_id, e.prefix || e.number || CASE WHEN e.suffix IN ('', '0') THEN '' ELSE '/' || e.suffix END AS number_key,
           p.name_key, h.postcode
    FROM people_elector AS e
    JOIN people_person AS p ON p.id = e.person_id
    JOIN people_register AS r ON r.id = e.register_id
    LEFT JOIN people_household AS h ON h.id = p.household_id
    WHERE e.removed_on IS NULL AND NOT e.anonymous AND p.erased_at IS NULL
      AND (%(constituency)s::bigint IS NULL OR r.constituency_id = %(constituency)s::bigint)
),
found AS (
    SELECT r.line, e.person_id, 1 AS rank,
           r.family_key <> '' AND e.name_key <> r.name_key AND NOT starts_with(e.name_key, r.family_key || ' ')
               AND e.name_key <> r.family_key AS other_name
    FROM rows AS r JOIN electors AS e ON e.number_key = r.number_key
    WHERE r.number_key <> ''
    UNION
    SELECT r.line, e.person_id, 2, false
    FROM rows AS r JOIN electors AS e ON e.postcode = r.postcode AND e.name_key = r.name_key
    WHERE r.number_key = '' AND r.postcode <> ''
    UNION
    SELECT r.line, e.person_id, 3, false
    FROM rows AS r JOIN electors AS e ON e.postcode = r.postcode AND starts_with(e.name_key, r.name_key || ' ')
    WHERE r.number_key = '' AND r.postcode <> '' AND r.name_key <> r.family_key
),
best AS (
    SELECT f.*, rank() OVER (PARTITION BY line ORDER BY rank) AS place FROM found AS f
)
SELECT line, min(person_id) AS person_id, count(DISTINCT person_id) AS people, bool_or(other_name) AS other_name
FROM best WHERE place = 1
GROUP BY line

-- name: unmatched
SELECT DISTINCT r.line, coalesce(m.people, 0), coalesce(m.other_name, false), r.number_key
FROM import_phones AS r
LEFT JOIN import_phone_people AS m USING (line)
WHERE m.line IS NULL OR m.people > 1 OR m.other_name
ORDER BY r.line

-- name: names
SELECT m.line, concat_ws(' ', nullif(p.given_names, ''), nullif(p.family_name, ''))
FROM import_phone_people AS m
JOIN people_person AS p ON p.id = m.person_id

-- name: drop_lines
DELETE FROM import_phones WHERE line = ANY (%(lines)s)

-- name: insert_numbers
-- A number known already stays as it is: retired if somebody found it wrong, suppressed if somebody asked for it.
INSERT INTO people_contactpoint (kind, value, address_hash, retired_reason, batch_id)
SELECT DISTINCT 'phone', phone, address_hash, '', %(batch)s::bigint FROM import_phones
ON CONFLICT (kind, value) DO NOTHING

-- name: insert_contacts
INSERT INTO people_personcontact (person_id, contact_point_id, source_id, position, batch_id)
SELECT DISTINCT ON (m.person_id, n.id) m.person_id, n.id, %(source)s::bigint, r.position, %(batch)s::bigint
FROM import_phones AS r
JOIN import_phone_people AS m USING (line)
JOIN people_contactpoint AS n ON n.kind = 'phone' AND n.value = r.phone
ORDER BY m.person_id, n.id, r.position
ON CONFLICT (person_id, contact_point_id) DO NOTHING

-- name: count_lines
SELECT count(DISTINCT line), count(DISTINCT phone), count(DISTINCT person_id) FROM import_phones JOIN import_phone_people USING (line)

-- name: count_created_lines
-- Lines that gave somebody a number they did not have.
SELECT count(DISTINCT r.line)
FROM import_phones AS r
JOIN import_phone_people AS m USING (line)
JOIN people_contactpoint AS n ON n.kind = 'phone' AND n.value = r.phone
JOIN people_personcontact AS pc ON pc.person_id = m.person_id AND pc.contact_point_id = n.id
WHERE pc.batch_id = %(batch)s

-- name: sweep
DROP TABLE IF EXISTS import_phones, import_phone_people
