-- The newest answer of each person to each question of the campaign, counted. A question with several options has several
-- rows from one call, all of the same moment.
SELECT newest.question_id, newest.option_id, newest.number,
       coalesce(option.label, newest.number::text, '') AS label, newest.meaning, count(*)
  FROM (
      SELECT answer.question_id, answer.option_id, answer.number, answer.meaning, answer.answered_at,
             max(answer.answered_at) OVER (PARTITION BY answer.person_id, answer.question_id) AS newest_at
        FROM campaigns_answer answer
       WHERE answer.campaign_id = %(campaign)s::bigint AND answer.withdrawn_at IS NULL
         AND (%(membership)s::bigint IS NULL OR EXISTS (
              SELECT 1 FROM people_person person JOIN people_household home ON home.id = person.household_id
               WHERE person.id = answer.person_id AND home.area_id IN (SELECT accounts_areas_of(%(membership)s::bigint))))
  ) newest
  LEFT JOIN campaigns_option option ON option.id = newest.option_id
 WHERE newest.answered_at = newest.newest_at
 GROUP BY 1, 2, 3, 4, 5, option.position
 ORDER BY 1, option.position, 3, 2
