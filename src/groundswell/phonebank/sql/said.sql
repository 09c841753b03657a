-- The newest answer of each person to each question of the campaign, counted. A question with several options has several
-- rows from one call, all of the same moment.
SELECT counted.question_id, counted.option_id, counted.number,
       coalesce(option.label, counted.number::text, '') AS label, counted.meaning, counted.people
  FROM (
  SELECT newest.question_id, newest.option_id, newest.number, newest.meaning, count(*) AS people
    FROM (
      SELECT answer.question_id, answer.option_id, answer.number, answer.meaning, answer.answered_at,
             max(answer.answered_at) OVER (PARTITION BY answer.person_id, answer.question_id) AS newest_at
        FROM campaigns_answer answer
       WHERE answer.campaign_id = %(campaign)s::bigint AND answer.withdrawn_at IS NULL
         AND (%(membership)s::bigint IS NULL OR EXISTS (
              SELECT 1 FROM people_person person JOIN people_household home ON home.id = person.household_id
               WHERE person.id = answer.person_id AND home.area_id = ANY (ARRAY(SELECT accounts_areas_of(%(membership)s::bigint)))))
    ) newest
   WHERE newest.answered_at = newest.newest_at
   GROUP BY 1, 2, 3, 4) counted
  LEFT JOIN campaigns_option option ON option.id = counted.option_id
 ORDER BY 1, option.position, 3, 2
