-- Staged in import_row (line, area_code, election, party, ...). The candidates of a contest are one list: a contest in
-- the file replaces ours as a whole, so a contest with one bad row is refused as a whole.
INSERT INTO import_reject (line, reason)
SELECT line, 'unknown_area' FROM import_row
WHERE NOT EXISTS (
    SELECT FROM places_area area WHERE area.boundary_set = %(boundary_set)s::text AND area.code = area_code
)
-- --------
INSERT INTO import_reject (line, reason)
SELECT line, 'duplicate' FROM (
    SELECT line, row_number() OVER (PARTITION BY area_code, election, party, candidate ORDER BY line) AS nth
    FROM import_row
) numbered
WHERE nth > 1
ON CONFLICT DO NOTHING
-- --------
INSERT INTO import_reject (line, reason)
SELECT line, 'contest' FROM import_row
WHERE (area_code, election) IN (
    SELECT area_code, election FROM import_row JOIN import_reject USING (line)
    UNION ALL
    SELECT area_code, election FROM import_spoilt
)
ON CONFLICT DO NOTHING
-- --------
DELETE FROM import_row USING import_reject WHERE import_row.line = import_reject.line
-- --------
-- Contests whose figures or candidates differ from ours; the rest is left alone, rows and all.
CREATE TEMPORARY TABLE import_contest ON COMMIT DROP AS
WITH polled AS (
    SELECT area.id AS area_id, staged.election, max(held_on) AS held_on, max(electorate) AS electorate,
           sum(votes)::bigint AS valid_votes,
           max(votes) - coalesce((array_agg(votes ORDER BY votes DESC))[2], 0) AS majority, max(result) AS result,
           array_agg(row(party, party_abbreviation, candidate, votes, sitting)::text ORDER BY party, candidate) AS list
    FROM import_row staged
    JOIN places_area area ON area.boundary_set = %(boundary_set)s::text AND area.code = staged.area_code
    GROUP BY area.id, staged.election
), ours AS (
    SELECT contest.id, contest.area_id, contest.election, contest.held_on, contest.electorate, contest.valid_votes,
           contest.majority, contest.result, contest.source,
           array_agg(
               row(party::text, party_abbreviation::text, candidate::text, votes, sitting)::text
               ORDER BY party::text, candidate::text
           ) FILTER (WHERE votes IS NOT NULL) AS list
    FROM places_contest contest
    LEFT JOIN places_result result ON result.contest_id = contest.id
    GROUP BY contest.id
)
SELECT polled.area_id, polled.election, polled.held_on, polled.electorate, polled.valid_votes, polled.majority,
       polled.result, ours.id IS NULL AS created
FROM polled
LEFT JOIN ours ON ours.area_id = polled.area_id AND ours.election = polled.election
WHERE ours.id IS NULL
   OR (ours.held_on, ours.electorate, ours.valid_votes, ours.majority, ours.result, ours.source, ours.list)
      IS DISTINCT FROM (polled.held_on, polled.electorate, polled.valid_votes, polled.majority, polled.result,
                        %(source)s::text, polled.list)
-- --------
INSERT INTO places_contest (area_id, election, held_on, electorate, valid_votes, majority, result, source)
SELECT area_id, election, held_on, electorate, valid_votes, majority, result, %(source)s::text FROM import_contest
ON CONFLICT (area_id, election) DO UPDATE
SET held_on = excluded.held_on, electorate = excluded.electorate, valid_votes = excluded.valid_votes,
    majority = excluded.majority, result = excluded.result, source = excluded.source
-- --------
DELETE FROM places_result
USING places_contest contest JOIN import_contest USING (area_id, election)
WHERE contest_id = contest.id
-- --------
INSERT INTO places_result (contest_id, party, party_abbreviation, candidate, votes, sitting)
SELECT contest.id, staged.party, staged.party_abbreviation, staged.candidate, staged.votes, staged.sitting
FROM import_row staged
JOIN places_area area ON area.boundary_set = %(boundary_set)s::text AND area.code = staged.area_code
JOIN import_contest ON import_contest.area_id = area.id AND import_contest.election = staged.election
JOIN places_contest contest ON contest.area_id = area.id AND contest.election = staged.election
-- --------
-- Counted in rows of the file, as everywhere.
SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created)
FROM import_row staged
JOIN places_area area ON area.boundary_set = %(boundary_set)s::text AND area.code = staged.area_code
JOIN import_contest ON import_contest.area_id = area.id AND import_contest.election = staged.election
