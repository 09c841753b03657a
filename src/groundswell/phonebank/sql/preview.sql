-- How many households the phone bank will ring, and how many it will not, each by the reason nearest to calling.
SELECT reason, count(*)
  FROM (SELECT CASE WHEN bool_or(refusal IS NULL) THEN NULL
                    ELSE (array_agg(refusal ORDER BY array_position(%(order)s::text[], refusal) DESC))[1]
               END AS reason
          FROM phonebank_listed GROUP BY household_id, person_id) each
 GROUP BY reason
