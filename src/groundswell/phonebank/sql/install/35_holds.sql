-- Hold a queue entry's household (or lone person) and all its numbers, across phone banks, without ever waiting.
-- False: one of them is in somebody's hands, or just being taken; then nothing was changed.
CREATE OR REPLACE FUNCTION phonebank_hold_entry(entry bigint, household bigint, lone_person bigint)
RETURNS boolean
LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
DECLARE
    numbers bigint[];
    kind CONSTANT smallint := CASE WHEN household IS NOT NULL THEN 0 ELSE 2 END;
    subject CONSTANT bigint := coalesce(household, lone_person);
BEGIN
    IF household IS NOT NULL THEN
        SELECT coalesce(array_agg(DISTINCT cp.id), '{}') INTO numbers
          FROM people_person p
          JOIN people_personcontact pc ON pc.person_id = p.id
          JOIN people_contactpoint cp ON cp.id = pc.contact_point_id AND cp.kind = 'phone'
         WHERE p.household_id = household;
    ELSE
        SELECT coalesce(array_agg(cp.id), '{}') INTO numbers
          FROM people_personcontact pc
          JOIN people_contactpoint cp ON cp.id = pc.contact_point_id AND cp.kind = 'phone'
         WHERE pc.person_id = lone_person;
    END IF;
    -- The locks first, so that what is read next is true until we commit: whoever holds one of them is just taking the
    -- same household or number elsewhere.
    IF EXISTS (
        SELECT 1 FROM (
            SELECT (n << 2) | 1 AS k FROM unnest(numbers) n
            UNION ALL SELECT (subject << 2) | kind::bigint
            ORDER BY 1) wanted
         WHERE NOT pg_try_advisory_xact_lock(k)) THEN
        RETURN false;
    END IF;
    IF EXISTS (
        SELECT 1
          FROM unnest(array_fill(1::smallint, ARRAY[cardinality(numbers)]) || kind, numbers || subject) AS w(kind, id)
          JOIN phonebank_hold h ON h.subject_kind = w.kind AND h.subject_id = w.id) THEN
        RETURN false;
    END IF;
    INSERT INTO phonebank_hold (subject_kind, subject_id, entry_id)
    SELECT 1, n, entry FROM unnest(numbers) n
    UNION ALL
    SELECT kind, subject, entry;
    RETURN true;
END;
$$;
