-- Numbers rung today, here or in another phone bank, and numbers rung here as often as they may be (rule C11).
UPDATE phonebank_listed l
   SET refusal = CASE WHEN n.tries >= %(cap)s::int THEN 'attempts_used' ELSE 'called_today' END
  FROM (SELECT c.contact_point_id,
               count(*) FILTER (WHERE c.phone_bank_id = %(bank)s::bigint) AS tries,
               count(*) FILTER (WHERE c.occurred_at >= %(today)s::timestamptz) AS tries_today
          FROM phonebank_call c
         WHERE c.is_dial AND c.undone_at IS NULL
           AND (c.phone_bank_id = %(bank)s::bigint OR c.occurred_at >= %(today)s::timestamptz)
         GROUP BY c.contact_point_id) n
 WHERE l.contact_point_id = n.contact_point_id AND l.refusal IS NULL
   AND (n.tries >= %(cap)s::int OR n.tries_today >= %(a_day)s::int)
