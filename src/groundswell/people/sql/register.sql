-- The import of a register, statement by statement. Whoever may be known already is staged in temporary tables first,
-- so that the tables callers read are locked only row by row, and only for the rows that change.

-- name: stage_rows
-- The default takes every newcomer's id while the row is copied: no second pass to number a million people.
CREATE TEMPORARY TABLE import_rows (
    line integer NOT NULL,
    change text NOT NULL,
    prefix text NOT NULL,
    number text NOT NULL,
    suffix text NOT NULL,
    title text NOT NULL,
    given_names text NOT NULL,
    family_name text NOT NULL,
    name_key text NOT NULL,
    home integer NOT NULL,
    spot integer NOT NULL,
    markers text NOT NULL,
    franchise text NOT NULL,
    attainment text NOT NULL,
    anonymous boolean NOT NULL,
    opted_out boolean NOT NULL,
    person_id bigint NOT NULL DEFAULT nextval('people_person_id_seq')
) ON COMMIT DROP

-- name: stage_homes
-- One row for each run of entries at one address; the household's id as if all were new.
CREATE TEMPORARY TABLE import_homes (
    home integer NOT NULL,
    postcode text NOT NULL,
    address_key text NOT NULL,
    address_lines text NOT NULL,
    uprn text NOT NULL,
    spot integer NOT NULL,
    household_id bigint NOT NULL DEFAULT nextval('people_household_id_seq')
) ON COMMIT DROP

-- name: stage_spots
CREATE TEMPORARY TABLE import_spots (
    spot integer NOT NULL,
    area_id bigint NOT NULL
) ON COMMIT DROP

-- name: stage_matches
CREATE TEMPORARY TABLE import_matches (
    line integer NOT NULL,
    elector_id bigint,
    person_id bigint NOT NULL,
    removed boolean NOT NULL
) ON COMMIT DROP

-- name: repeated_numbers
-- The second and later rows of one elector number. A change file may delete a number and give it to another.
SELECT r.line, first.line AS first_line, r.prefix || r.number || CASE WHEN r.suffix = '0' THEN '' ELSE '/' || r.suffix END
FROM import_rows AS r
JOIN (
    SELECT prefix, number, suffix, change = 'delete' AS gone, min(line) AS line
    FROM import_rows
    GROUP BY prefix, number, suffix, change = 'delete'
    HAVING count(*) > 1
) AS first ON (first.prefix, first.number, first.suffix, first.gone) = (r.prefix, r.number, r.suffix, r.change = 'delete')
WHERE r.line <> first.line
ORDER BY r.line

-- name: drop_lines
DELETE FROM import_rows WHERE line = ANY (%(lines)s)

-- name: insert_households
INSERT INTO people_household (id, area_id, constituency_id, address_lines, postcode, address_key, uprn, batch_id)
SELECT h.household_id, s.area_id, %(constituency)s, h.address_lines, h.postcode, h.address_key, h.uprn, %(batch)s
FROM import_homes AS h
JOIN import_spots AS s USING (spot)
WHERE h.home > %(after_home)s
-- Of an address written in several ways the first one stays.
ORDER BY h.home
ON CONFLICT (constituency_id, postcode, address_key) DO NOTHING

-- name: adopt_households
-- Addresses that were there before, and those that the file names in several places.
UPDATE import_homes AS h
SET household_id = known.id
FROM people_household AS known
WHERE h.home > %(after_home)s
  AND known.constituency_id = %(constituency)s
  AND known.postcode = h.postcode
  AND known.address_key = h.address_key
  AND known.id <> h.household_id

-- name: keep_moved_households
INSERT INTO people_importchange (batch_id, "table", row_id, before)
SELECT DISTINCT ON (known.id) %(batch)s, 'people_household', known.id, jsonb_build_object('area_id', known.area_id)
FROM import_homes AS h
JOIN import_spots AS s USING (spot)
JOIN people_household AS known ON known.id = h.household_id
WHERE known.area_id <> s.area_id

-- name: move_households
-- Polling districts are redrawn; the house stays.
UPDATE people_household AS known
SET area_id = s.area_id
FROM (SELECT DISTINCT ON (household_id) household_id, spot FROM import_homes ORDER BY household_id, home) AS h
JOIN import_spots AS s USING (spot)
WHERE known.id = h.household_id AND known.area_id <> s.area_id

-- name: match_electors
-- Who was on this register before. The number decides together with the name; a new surname with the same first names
-- at the same address is the same person married. An erased person's entry is recognised by its number alone, so that
-- nobody is brought back by the next register.
INSERT INTO import_matches (line, elector_id, person_id, removed)
SELECT DISTINCT ON (r.line) r.line, e.id AS elector_id, e.person_id, e.removed_on IS NOT NULL AS removed
FROM import_rows AS r
LEFT JOIN import_homes AS h ON h.home = r.home
JOIN people_elector AS e
    ON e.register_id = %(register)s AND (e.prefix, e.number, e.suffix) = (r.prefix, r.number, r.suffix)
JOIN people_person AS p ON p.id = e.person_id
WHERE (e.anonymous AND r.anonymous)
   OR p.erased_at IS NOT NULL
   OR (NOT e.anonymous AND NOT r.anonymous AND (
        p.name_key = r.name_key
        OR (r.given_names <> '' AND lower(p.given_names) = lower(r.given_names)
            AND (r.change = 'delete' OR p.household_id = h.household_id))))
ORDER BY r.line, p.name_key = r.name_key DESC, e.removed_on DESC NULLS FIRST, e.id DESC

-- name: index_matches
-- Right after a large first import the database still believes that this register has a handful of entries, and would
-- read all the matches again for each of them.
CREATE INDEX ON import_matches (elector_id)

-- name: mark_gone_full
-- In a full register, whoever is not named is gone; with `part`, only within the polling districts the file names.
CREATE TEMPORARY TABLE import_gone ON COMMIT DROP AS
SELECT e.id, e.person_id
FROM people_elector AS e
WHERE e.register_id = %(register)s
  AND e.removed_on IS NULL
  AND NOT EXISTS (SELECT FROM import_matches AS m WHERE m.elector_id = e.id)
  AND (NOT %(part)s OR e.prefix IN (SELECT DISTINCT prefix FROM import_rows))

-- name: mark_gone_changes
-- In a change file, whoever it deletes, and whoever had the number that it gives to somebody else.
CREATE TEMPORARY TABLE import_gone ON COMMIT DROP AS
SELECT e.id, e.person_id
FROM people_elector AS e
WHERE e.register_id = %(register)s
  AND e.removed_on IS NULL
  AND (
    EXISTS (
        SELECT FROM import_matches AS m JOIN import_rows AS r USING (line)
        WHERE m.elector_id = e.id AND r.change = 'delete')
    OR (NOT EXISTS (SELECT FROM import_matches AS m WHERE m.elector_id = e.id)
        AND EXISTS (
            SELECT FROM import_rows AS r
            WHERE r.change <> 'delete' AND (r.prefix, r.number, r.suffix) = (e.prefix, e.number, e.suffix))))

-- name: unknown_deletions
-- What a change file deletes and nobody has ever heard of.
SELECT r.line, r.prefix || r.number || CASE WHEN r.suffix = '0' THEN '' ELSE '/' || r.suffix END
FROM import_rows AS r
WHERE r.change = 'delete' AND NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = r.line)
ORDER BY r.line

-- name: match_renumbered
-- Registers are renumbered every December. Somebody whose old entry has gone and who stands under a new number at the
-- same address with the same name is the same person, if there is only one such pair.
INSERT INTO import_matches (line, elector_id, person_id, removed)
SELECT line, NULL, person_id, false
FROM (
    SELECT r.line, p.id AS person_id,
           count(*) OVER (PARTITION BY r.line) AS people,
           count(*) OVER (PARTITION BY p.id) AS entries
    FROM import_gone AS g
    JOIN people_person AS p ON p.id = g.person_id
    JOIN import_homes AS h ON h.household_id = p.household_id
    JOIN import_rows AS r ON r.home = h.home AND r.name_key = p.name_key
    WHERE NOT r.anonymous
      AND NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = r.line)
) AS pairs
WHERE people = 1 AND entries = 1

-- name: keep_gone
INSERT INTO people_importchange (batch_id, "table", row_id, before)
SELECT %(batch)s, 'people_elector', id, '{"removed_on": null}' FROM import_gone

-- name: remove_gone
-- Before anything is added: a number may pass from one person to another in the same file.
UPDATE people_elector SET removed_on = %(register_date)s WHERE id IN (SELECT id FROM import_gone)

-- name: find_person_changes
CREATE TEMPORARY TABLE import_people_changed ON COMMIT DROP AS
SELECT r.line, p.id, r.title, r.given_names, r.family_name, r.name_key, h.household_id
FROM import_matches AS m
JOIN import_rows AS r USING (line)
JOIN import_homes AS h ON h.home = r.home
JOIN people_person AS p ON p.id = m.person_id
WHERE NOT r.anonymous
  AND r.change <> 'delete'
  AND p.erased_at IS NULL
  AND (p.title, p.given_names, p.family_name, p.name_key, p.household_id)
      IS DISTINCT FROM (r.title, r.given_names, r.family_name, r.name_key, h.household_id)

-- name: keep_people
INSERT INTO people_importchange (batch_id, "table", row_id, before)
SELECT %(batch)s, 'people_person', p.id, jsonb_build_object(
    'title', p.title, 'given_names', p.given_names, 'family_name', p.family_name, 'name_key', p.name_key,
    'household_id', p.household_id)
FROM people_person AS p
JOIN import_people_changed AS c USING (id)

-- name: update_people
UPDATE people_person AS p
SET title = c.title, given_names = c.given_names, family_name = c.family_name, name_key = c.name_key,
    household_id = c.household_id
FROM import_people_changed AS c
WHERE c.id = p.id

-- name: find_elector_changes
CREATE TEMPORARY TABLE import_electors_changed ON COMMIT DROP AS
SELECT r.line, e.id, s.area_id, r.markers, r.franchise, nullif(r.attainment, '')::date AS attainment, r.anonymous, r.opted_out
FROM import_matches AS m
JOIN import_rows AS r USING (line)
JOIN import_spots AS s USING (spot)
JOIN people_elector AS e ON e.id = m.elector_id
WHERE r.change <> 'delete'
  AND (e.area_id, e.markers, e.franchise, e.attainment_date, e.anonymous, e.opted_out_of_open_register, e.removed_on)
      IS DISTINCT FROM
      (s.area_id, r.markers, r.franchise, nullif(r.attainment, '')::date, r.anonymous, r.opted_out, NULL::date)

-- name: keep_electors
INSERT INTO people_importchange (batch_id, "table", row_id, before)
SELECT %(batch)s, 'people_elector', e.id, jsonb_build_object(
    'area_id', e.area_id, 'markers', e.markers, 'franchise', e.franchise, 'attainment_date', e.attainment_date,
    'anonymous', e.anonymous, 'opted_out_of_open_register', e.opted_out_of_open_register,
    'removed_on', e.removed_on, 'register_date', e.register_date)
FROM people_elector AS e
JOIN import_electors_changed AS c USING (id)

-- name: update_electors
UPDATE people_elector AS e
SET area_id = c.area_id, markers = c.markers, franchise = c.franchise, attainment_date = c.attainment,
    anonymous = c.anonymous, opted_out_of_open_register = c.opted_out, removed_on = NULL,
    register_date = %(register_date)s
FROM import_electors_changed AS c
WHERE c.id = e.id

-- name: count_updated
-- Rows of the file, not rows of tables: a person and her entry changed by one line are one update.
SELECT count(*) FROM (
    SELECT line FROM import_people_changed
    UNION SELECT line FROM import_electors_changed
    UNION SELECT line FROM import_matches WHERE elector_id IS NULL
) AS lines

-- name: insert_people
INSERT INTO people_person (id, household_id, source_id, title, given_names, family_name, name_key, batch_id)
SELECT r.person_id, h.household_id, %(source)s, r.title, r.given_names, r.family_name, r.name_key, %(batch)s
FROM import_rows AS r
LEFT JOIN import_homes AS h ON h.home = r.home
WHERE r.change <> 'delete'
  AND NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = r.line)

-- name: insert_electors
INSERT INTO people_elector (
    person_id, register_id, area_id, prefix, number, suffix, markers, franchise, attainment_date, anonymous,
    opted_out_of_open_register, register_date, batch_id)
SELECT coalesce(m.person_id, r.person_id), %(register)s, s.area_id, r.prefix, r.number, r.suffix, r.markers, r.franchise,
       nullif(r.attainment, '')::date, r.anonymous, r.opted_out, %(register_date)s, %(batch)s
FROM import_rows AS r
JOIN import_spots AS s USING (spot)
LEFT JOIN import_matches AS m ON m.line = r.line
WHERE r.change <> 'delete' AND m.elector_id IS NULL

-- name: sweep
DROP TABLE IF EXISTS import_rows, import_homes, import_spots, import_matches, import_gone, import_people_changed,
    import_electors_changed
