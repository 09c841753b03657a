-- Where people stand by their newest voter ID, sorted into what it means. A campaign may ask in more than one way: the
-- newest answer counts, whichever the question. Numbers for parties carry no meaning and are not counted here.
SELECT count(*) FILTER (WHERE newest.meaning IN ('strong_support', 'yes')),
       count(*) FILTER (WHERE newest.meaning = 'weak_support'),
       count(*) FILTER (WHERE newest.meaning IN ('undecided', 'maybe')),
       count(*) FILTER (WHERE newest.meaning IN ('opposed', 'weak_opposed', 'no')),
       count(*) FILTER (WHERE newest.meaning IN ('wont_say', 'non_voter', 'other'))
  FROM (
      SELECT DISTINCT ON (answer.person_id) answer.person_id, answer.meaning
        FROM campaigns_answer answer
        JOIN campaigns_question question ON question.id = answer.question_id AND question.is_voter_id
       WHERE answer.campaign_id = %(campaign)s::bigint AND answer.withdrawn_at IS NULL AND answer.meaning <> ''
         AND (%(membership)s::bigint IS NULL OR EXISTS (
              SELECT 1 FROM people_person person JOIN people_household home ON home.id = person.household_id
               WHERE person.id = answer.person_id AND home.area_id = ANY (ARRAY(SELECT accounts_areas_of(%(membership)s::bigint)))))
       ORDER BY answer.person_id, answer.answered_at DESC, answer.id DESC) newest
