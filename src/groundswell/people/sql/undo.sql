-- Taking an import back: what it made is deleted, what it changed is put back as it was. Rows of an erased person stay.

-- name: later_contacts
-- Phone files that came after, for people whom this import made.
SELECT DISTINCT b.file_name
FROM people_personcontact AS pc
JOIN people_person AS p ON p.id = pc.person_id
JOIN people_importbatch AS b ON b.id = pc.batch_id
WHERE p.batch_id = %(batch)s AND pc.batch_id <> %(batch)s
LIMIT 3

-- name: drop_electors
DELETE FROM people_elector WHERE batch_id = %(batch)s

-- name: restore_removed
-- Entries that the import brought back leave first: their numbers may belong to somebody who returns below.
UPDATE people_elector AS e
SET removed_on = (c.before ->> 'removed_on')::date
FROM people_importchange AS c
WHERE c.batch_id = %(batch)s AND c."table" = 'people_elector' AND c.row_id = e.id AND c.before ->> 'removed_on' IS NOT NULL

-- name: restore_electors
UPDATE people_elector AS e
SET removed_on = CASE WHEN c.before ? 'removed_on' THEN (c.before ->> 'removed_on')::date ELSE e.removed_on END,
    area_id = coalesce((c.before ->> 'area_id')::bigint, e.area_id),
    markers = coalesce(c.before ->> 'markers', e.markers),
    franchise = coalesce(c.before ->> 'franchise', e.franchise),
    attainment_date = CASE WHEN c.before ? 'attainment_date' THEN (c.before ->> 'attainment_date')::date ELSE e.attainment_date END,
    anonymous = coalesce((c.before ->> 'anonymous')::boolean, e.anonymous),
    opted_out_of_open_register = coalesce((c.before ->> 'opted_out_of_open_register')::boolean, e.opted_out_of_open_register),
    register_date = coalesce((c.before ->> 'register_date')::date, e.register_date)
FROM people_importchange AS c
WHERE c.batch_id = %(batch)s AND c."table" = 'people_elector' AND c.row_id = e.id

-- name: restore_people
UPDATE people_person AS p
SET title = c.before ->> 'title', given_names = c.before ->> 'given_names', family_name = c.before ->> 'family_name',
    name_key = c.before ->> 'name_key', household_id = (c.before ->> 'household_id')::bigint
FROM people_importchange AS c
WHERE c.batch_id = %(batch)s AND c."table" = 'people_person' AND c.row_id = p.id AND p.erased_at IS NULL

-- name: restore_households
UPDATE people_household AS h
SET area_id = (c.before ->> 'area_id')::bigint
FROM people_importchange AS c
WHERE c.batch_id = %(batch)s AND c."table" = 'people_household' AND c.row_id = h.id

-- name: drop_contacts
DELETE FROM people_personcontact WHERE batch_id = %(batch)s

-- name: drop_contact_points
-- A number that somebody else has told us as well stays.
DELETE FROM people_contactpoint AS n
WHERE n.batch_id = %(batch)s AND NOT EXISTS (SELECT FROM people_personcontact AS pc WHERE pc.contact_point_id = n.id)

-- name: drop_contacts_of_people
-- Numbers given to these people by hand go with them.
DELETE FROM people_personcontact WHERE person_id IN (SELECT id FROM people_person WHERE batch_id = %(batch)s)

-- name: drop_tags_of_people
DELETE FROM people_persontag WHERE person_id IN (SELECT id FROM people_person WHERE batch_id = %(batch)s)

-- name: drop_people
DELETE FROM people_person WHERE batch_id = %(batch)s AND erased_at IS NULL

-- name: drop_households
DELETE FROM people_household AS h
WHERE h.batch_id = %(batch)s AND NOT EXISTS (SELECT FROM people_person AS p WHERE p.household_id = h.id)

-- name: forget_changes
DELETE FROM people_importchange WHERE batch_id = %(batch)s
