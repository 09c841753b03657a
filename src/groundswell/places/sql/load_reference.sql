-- Puts the packaged rows (staged in the temporary tables packaged_area, packaged_contest, packaged_result and
-- packaged_holder) into the tables. Never touches a row that somebody made or changed: theirs carry another source.
-- Statements are separated by lines of dashes and run one by one in one transaction.

INSERT INTO places_area (kind, boundary_set, code, name, nation, region, latitude, longitude, time_zone, source)
SELECT kind, boundary_set, code, name, nation, region, latitude, longitude, 'Europe/London', %(source)s::text
FROM packaged_area
ON CONFLICT (boundary_set, code) DO UPDATE
SET kind = excluded.kind, name = excluded.name, nation = excluded.nation, region = excluded.region,
    latitude = excluded.latitude, longitude = excluded.longitude
WHERE places_area.source = %(source)s::text
-- --------
UPDATE places_area child
SET parent_id = parent.id
FROM packaged_area packaged
JOIN places_area parent ON parent.boundary_set = packaged.parent_set AND parent.code = packaged.parent_code
WHERE child.boundary_set = packaged.boundary_set AND child.code = packaged.code AND child.source = %(source)s::text
  AND child.parent_id IS DISTINCT FROM parent.id
-- --------
-- In one transaction the planner would otherwise still believe the tables empty, and loop where it should hash.
ANALYZE places_area
-- --------
INSERT INTO places_contest (area_id, election, held_on, electorate, valid_votes, majority, result, source)
SELECT area.id, election, held_on, electorate, valid_votes, majority, result, %(source)s::text
FROM packaged_contest
JOIN places_area area USING (boundary_set, code)
ON CONFLICT (area_id, election) DO UPDATE
SET held_on = excluded.held_on, electorate = excluded.electorate, valid_votes = excluded.valid_votes,
    majority = excluded.majority, result = excluded.result
WHERE places_contest.source = %(source)s::text
-- --------
ANALYZE places_contest
-- --------
-- A contest's candidates are one list: ours are replaced as a whole, in the contests that are still ours.
DELETE FROM places_result
USING places_contest contest
WHERE contest_id = contest.id AND contest.source = %(source)s::text
-- --------
INSERT INTO places_result (contest_id, party, party_abbreviation, candidate, votes, sitting)
SELECT contest.id, party, party_abbreviation, candidate, votes, sitting
FROM packaged_result
JOIN places_area area USING (boundary_set, code)
JOIN places_contest contest ON contest.area_id = area.id AND contest.election = packaged_result.election
WHERE contest.source = %(source)s::text
-- --------
-- Somebody else holds the seat since: the one we had left office by the day of this data at the latest.
UPDATE places_officeholder held
SET ends_on = greatest(%(as_of)s::date, held.starts_on)
FROM packaged_holder packaged
JOIN places_area area USING (boundary_set, code)
WHERE held.area_id = area.id AND held.office = packaged.office AND held.ends_on IS NULL
  AND held.source = %(source)s::text AND held.name <> packaged.name
-- --------
INSERT INTO places_officeholder (area_id, office, name, party, email, source)
SELECT area.id, office, packaged.name, party, email, %(source)s::text
FROM packaged_holder packaged
JOIN places_area area USING (boundary_set, code)
-- An office that somebody imported into, be it only to say that it is vacant, is theirs from then on.
WHERE NOT EXISTS (
    SELECT FROM places_officeholder own
    WHERE own.area_id = area.id AND own.office = packaged.office AND own.source <> %(source)s::text
)
ON CONFLICT (area_id, office) WHERE ends_on IS NULL DO UPDATE
SET party = excluded.party, email = excluded.email
-- --------
-- Our hexagon maps, as long as nobody has moved or added an area of the set: then it is drawn anew, and theirs.
INSERT INTO places_hexmap (boundary_set, kind, centres, source, drawn_at)
SELECT DISTINCT boundary_set, kind, '', %(source)s::text, now()
FROM packaged_hexagon
ON CONFLICT (boundary_set, kind) DO NOTHING
-- --------
DELETE FROM places_hexplace
USING places_hexmap map
WHERE hex_map_id = map.id AND map.source = %(source)s::text
-- --------
INSERT INTO places_hexplace (area_id, hex_map_id, q, r)
SELECT area.id, map.id, q, r
FROM packaged_hexagon packaged
JOIN places_hexmap map ON map.boundary_set = packaged.boundary_set AND map.kind = packaged.kind
JOIN places_area area ON area.boundary_set = packaged.boundary_set AND area.kind = packaged.kind AND area.code = packaged.code
WHERE map.source = %(source)s::text
