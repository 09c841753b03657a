-- What a count begins with, in one round trip: memory for the households (for this transaction only), and the areas with
-- everything below them.
WITH RECURSIVE below (id) AS (
    SELECT unnest(%(areas)s::bigint[])
    UNION
    SELECT a.id FROM places_area a JOIN below b ON a.parent_id = b.id
)
SELECT ARRAY(SELECT id FROM below), set_config('work_mem', '64MB', true)
