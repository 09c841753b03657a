-- The newest answers to one question by the area of the household, sorted into what they mean.
SELECT area.name, coalesce(seat.name, ''),
       count(*) FILTER (WHERE newest.meaning IN ('strong_support', 'weak_support', 'yes', 'has')),
       count(*) FILTER (WHERE newest.meaning IN ('undecided', 'maybe', 'wants')),
       count(*) FILTER (WHERE newest.meaning IN ('opposed', 'weak_opposed', 'no')),
       count(*) FILTER (WHERE newest.meaning IN ('wont_say', 'non_voter', 'other', ''))
  FROM (
      SELECT DISTINCT ON (answer.person_id) answer.person_id, answer.meaning
        FROM campaigns_answer answer
       WHERE answer.campaign_id = %(campaign)s::bigint AND answer.question_id = %(question)s::bigint
         AND answer.withdrawn_at IS NULL
       ORDER BY answer.person_id, answer.answered_at DESC, answer.id DESC) newest
  JOIN people_person person ON person.id = newest.person_id
  JOIN people_household home ON home.id = person.household_id
  JOIN places_area area ON area.id = home.area_id
  LEFT JOIN places_area seat ON seat.id = home.constituency_id AND seat.id <> area.id
 WHERE %(membership)s::bigint IS NULL OR home.area_id = ANY (ARRAY(SELECT accounts_areas_of(%(membership)s::bigint)))
 GROUP BY area.id, area.name, seat.name
 ORDER BY seat.name NULLS FIRST, area.name
