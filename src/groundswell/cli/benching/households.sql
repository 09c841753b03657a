-- Households %(first)s to %(last)s of a measurement: 40%% with one person, 40%% with two, 20%% with three; the first two
-- people of a household have a number each, screened and not listed, from +999, which nobody can be given.
-- Every person is on the register, as in a real campaign. Ids are ours to choose: the database is new.
INSERT INTO people_household (id, area_id, constituency_id, address_lines, postcode, address_key, uprn)
OVERRIDING SYSTEM VALUE
SELECT h, (%(wards)s::bigint[])[h %% cardinality(%(wards)s::bigint[]) + 1], %(seat)s,
       h || ' Measured Road', 'ZZ99 9ZZ', h || ' measured road', ''
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) h;

INSERT INTO people_person (id, household_id, source_id, title, given_names, family_name, name_key, created_at)
OVERRIDING SYSTEM VALUE
SELECT h * 4 + n, h, %(source)s, '', (ARRAY['Sian', 'Tom', 'Mair'])[n + 1], 'Number ' || h, 'number ' || h, now()
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) h
 CROSS JOIN LATERAL generate_series(0, (ARRAY[0, 0, 1, 1, 2])[h %% 5 + 1]) n;

INSERT INTO people_contactpoint (id, kind, value, address_hash, retired_reason)
OVERRIDING SYSTEM VALUE
SELECT id, 'phone', '+999' || lpad(id::text, 9, '0'), sha256(id::text::bytea), ''
  FROM people_person WHERE id BETWEEN %(first)s::bigint * 4 AND %(last)s::bigint * 4 + 3 AND id %% 4 < 2;

INSERT INTO people_personcontact (person_id, contact_point_id, source_id, position)
SELECT id, id, %(source)s, 0 FROM people_contactpoint
 WHERE id BETWEEN %(first)s::bigint * 4 AND %(last)s::bigint * 4 + 3;

INSERT INTO compliance_screening (contact_point_id, file_id, list, screened_on, listed)
SELECT id, %(file)s, 'tps', %(screened)s::date, false FROM people_contactpoint
 WHERE id BETWEEN %(first)s::bigint * 4 AND %(last)s::bigint * 4 + 3;

INSERT INTO people_elector (person_id, register_id, area_id, prefix, number, suffix, markers, franchise, anonymous,
                            opted_out_of_open_register, register_date)
SELECT id, %(register)s, (%(wards)s::bigint[])[id / 4 %% cardinality(%(wards)s::bigint[]) + 1], 'ZZ', id::text, '0', '', 'full', false, false, %(screened)s::date
  FROM people_person WHERE id BETWEEN %(first)s::bigint * 4 AND %(last)s::bigint * 4 + 3;
