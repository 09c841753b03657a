-- A page asks for figures that may take long: what is known of them, in one round trip. The row notes that they are
-- wanted, and is queued (`is_due`: the page then enqueues the job) if they were never counted, are older than `good_from`, or
-- the job that was to count them has been silent for `lost`.
--
-- Of few people nothing is noted at all (no row comes back but that of the areas): the page counts them itself at once,
-- within `within`. How many there are is told by the size of their table, which costs nothing to ask and is never
-- out of date. The areas come with everything below them, for that count.
WITH RECURSIVE below (id) AS (
    SELECT unnest(%(areas)s::bigint[])
    UNION
    SELECT a.id FROM places_area a JOIN below b ON a.parent_id = b.id
), asked AS (
    INSERT INTO phonebank_reckoning AS r (campaign_id, kind, key, asked, wanted_at, queued_at)
    SELECT %(campaign)s::bigint, %(kind)s::text, %(key)s::text, %(asked)s::jsonb, %(now)s::timestamptz, %(now)s::timestamptz
     WHERE pg_relation_size('people_person') >= %(few)s::bigint
        ON CONFLICT (campaign_id, key) DO UPDATE
       SET wanted_at = excluded.wanted_at,
           queued_at = CASE WHEN r.queued_at IS NULL
                                 AND (r.counted_at IS NULL OR r.counted_at < %(good_from)s::timestamptz)
                              OR r.queued_at < excluded.wanted_at - %(lost)s::interval
                            THEN excluded.queued_at
                            ELSE r.queued_at END
    RETURNING r.id, r.figures, r.counted_at, r.queued_at)
SELECT ARRAY(SELECT id FROM below),
       set_config('statement_timeout', CASE WHEN asked.id IS NULL THEN %(within)s::text
                                            ELSE current_setting('statement_timeout') END, true),
       asked.id, asked.figures, asked.counted_at, asked.queued_at, asked.queued_at = %(now)s::timestamptz AS is_due
  FROM (VALUES (1)) one LEFT JOIN asked ON true
