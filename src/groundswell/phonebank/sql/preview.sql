-- How many households the phone bank will ring, and how many it will not, each by the place in `order` of the reason
-- nearest to calling; the last place, '', is for those who will be rung. One pass that keeps nothing: LISTED
-- stands for listed.sql, and what the ledger of calls says (as refuse_called_today.sql) is joined to it.
--
-- `refusal` is named once only, for PostgreSQL writes out compliance's whole definition wherever it stands.
SELECT nearest, count(*)
  FROM (SELECT max(array_position(%(order)s::text[], coalesce(l.refusal, n.reason, ''))) AS nearest
          FROM (LISTED) l
          LEFT JOIN (SELECT contact_point_id,
                            CASE WHEN tries >= %(cap)s::int THEN 'attempts_used'
                                 WHEN tries_today >= %(a_day)s::int THEN 'called_today'
                            END AS reason
                       FROM (SELECT c.contact_point_id,
                                    count(*) FILTER (WHERE c.phone_bank_id = %(bank)s::bigint) AS tries,
                                    count(*) FILTER (WHERE c.occurred_at >= %(today)s::timestamptz) AS tries_today
                               FROM phonebank_call c
                              WHERE c.is_dial AND c.undone_at IS NULL
                                AND (c.phone_bank_id = %(bank)s::bigint OR c.occurred_at >= %(today)s::timestamptz)
                              GROUP BY c.contact_point_id) t) n
            ON n.contact_point_id = l.contact_point_id
         GROUP BY l.household_id, l.person_id) each
 GROUP BY nearest
