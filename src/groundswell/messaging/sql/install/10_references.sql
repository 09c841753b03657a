-- The keys of deliveries, held once a statement.
--
-- A million deliveries are prepared in one statement, with five keys each: as foreign keys, checked and locked row by
-- row, they would take longer than all the rest. Instead whoever adds deliveries and whoever deletes what they name take
-- turns at one lock: an addition never meets a deletion half done, and needs to lock no row of people or addresses.
-- (An update checks row by row, and only rows whose key changes.)

CREATE OR REPLACE FUNCTION messaging_references_lock() RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT hashtextextended('groundswell.messaging.references', 0) $$;

CREATE OR REPLACE FUNCTION messaging_check_references() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    stray text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(messaging_references_lock());
    SELECT CASE WHEN m.id IS NULL THEN 'message ' || named.message_id
                WHEN b.id IS NULL THEN 'hours ' || named.bucket_id
                ELSE 'user ' || named.pressed_by_id END
      INTO stray
      FROM (SELECT DISTINCT message_id, bucket_id, pressed_by_id FROM fresh) named
      LEFT JOIN messaging_message m ON m.id = named.message_id
      LEFT JOIN compliance_hoursbucket b ON b.id = named.bucket_id
      LEFT JOIN accounts_user u ON u.id = named.pressed_by_id
     WHERE m.id IS NULL OR b.id IS NULL OR (u.id IS NULL AND named.pressed_by_id IS NOT NULL)
     LIMIT 1;
    IF stray IS NULL THEN
        SELECT 'person ' || f.person_id INTO stray FROM fresh f
         WHERE f.person_id IS NOT NULL AND NOT EXISTS (SELECT FROM people_person p WHERE p.id = f.person_id) LIMIT 1;
    END IF;
    IF stray IS NULL THEN
        SELECT 'contact point ' || f.contact_point_id INTO stray FROM fresh f
         WHERE f.contact_point_id IS NOT NULL
           AND NOT EXISTS (SELECT FROM people_contactpoint c WHERE c.id = f.contact_point_id) LIMIT 1;
    END IF;
    IF stray IS NOT NULL THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('a delivery names %s, which is not there', stray), TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER messaging_delivery_references AFTER INSERT ON messaging_delivery
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION messaging_check_references();

-- What is deleted is named no more, or may not be deleted. The arguments say by which column, and which of the two.
CREATE OR REPLACE FUNCTION messaging_let_go() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    named boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM gone) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(messaging_references_lock());
    IF TG_ARGV[1] = 'refuse' THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM messaging_delivery d JOIN gone ON gone.id = d.%I)', TG_ARGV[0])
            INTO named;
        IF named THEN
            RAISE foreign_key_violation USING
                MESSAGE = format('deliveries still name rows of %s', TG_TABLE_NAME), TABLE = TG_TABLE_NAME;
        END IF;
    ELSE
        EXECUTE format('UPDATE messaging_delivery d SET %1$I = NULL FROM gone WHERE d.%1$I = gone.id', TG_ARGV[0]);
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    -- Each key: its column, the table it refers to, and what a deletion there does.
    key text[];
BEGIN
    FOREACH key SLICE 1 IN ARRAY ARRAY[
        ['message_id', 'messaging_message', 'refuse'],
        ['person_id', 'people_person', 'empty'],
        ['contact_point_id', 'people_contactpoint', 'empty'],
        ['bucket_id', 'compliance_hoursbucket', 'refuse'],
        ['pressed_by_id', 'accounts_user', 'empty']]
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %1$I AFTER DELETE ON %2$I REFERENCING OLD TABLE AS gone FOR EACH STATEMENT '
            'EXECUTE FUNCTION messaging_let_go(%3$L, %4$L)',
            'messaging_delivery_lets_go', key[2], key[1], key[3]);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %1$I AFTER UPDATE OF %2$I ON messaging_delivery FOR EACH ROW '
            'WHEN (OLD.%2$I IS DISTINCT FROM NEW.%2$I) EXECUTE FUNCTION people_check_reference(%2$L, %3$L)',
            'messaging_delivery_' || key[1] || '_changed', key[1], key[2]);
    END LOOP;
END $$;

-- Every delivery is written three or four times on its way: what that leaves behind is cleared early.
ALTER TABLE messaging_delivery SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
