-- People %(first)s to %(last)s of a mailing list: each with an address that nobody can have (at .invalid, or of a country code
-- that is none) and consent to be written to there; one in a hundred has stopped since. Ids are ours to choose: the database is new.
INSERT INTO people_household (id, area_id, constituency_id, address_lines, postcode, address_key, uprn)
OVERRIDING SYSTEM VALUE
SELECT n, (%(wards)s::bigint[])[n %% cardinality(%(wards)s::bigint[]) + 1], %(seat)s,
       n || ' Measured Road', 'ZZ99 9ZZ', n || ' measured road', ''
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;

INSERT INTO people_person (id, household_id, source_id, title, given_names, family_name, name_key, created_at)
OVERRIDING SYSTEM VALUE
SELECT n, n, %(source)s, '', (ARRAY['Sian', 'Tom', 'Mair'])[n %% 3 + 1], 'Number ' || n, 'number ' || n, now()
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;

INSERT INTO people_contactpoint (id, kind, value, address_hash, retired_reason)
OVERRIDING SYSTEM VALUE
SELECT n, %(kind)s, CASE %(kind)s WHEN 'email' THEN 'person' || n || '@measurement.invalid' ELSE '+999' || lpad(n::text, 9, '0') END,
       sha256(n::text::bytea), ''
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;

INSERT INTO people_personcontact (person_id, contact_point_id, source_id, position)
SELECT n, n, %(source)s, 0 FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;

INSERT INTO people_persontag (tag_id, person_id)
SELECT %(tag)s, n FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;

INSERT INTO compliance_consent (person_id, address_hash, channel, purpose, state, wording, wording_version, source,
                                evidence, given_at)
SELECT n, sha256(n::text::bytea), %(channel)s, 'campaigning', 'given', 'You may write to me.', '1', 'a form', 'the form',
       now() - interval '90 days'
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;

INSERT INTO compliance_suppression (address_hash, kind, scope, reason, source, lifted_reason)
SELECT sha256(n::text::bytea), %(kind)s, 'messages', 'asked', 'a measurement', ''
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) n WHERE n %% 100 = 0;
