-- The newest election with known votes of each of these areas, and who stood in it: one row for each candidate, or one
-- without a party where only totals are known.
SELECT newest.area_id, newest.election, newest.held_on, newest.electorate, newest.valid_votes, newest.majority,
       coalesce(result.party, ''), coalesce(result.party_abbreviation, ''), coalesce(result.candidate, ''),
       coalesce(result.votes, 0)
  FROM (
      SELECT DISTINCT ON (contest.area_id) contest.*
        FROM places_contest contest
       WHERE contest.area_id = ANY(%(areas)s::bigint[]) AND contest.valid_votes > 0
       ORDER BY contest.area_id, contest.held_on DESC NULLS LAST, contest.election DESC) newest
  LEFT JOIN places_result result ON result.contest_id = newest.id
 ORDER BY newest.area_id
