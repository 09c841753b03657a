-- Foreign keys that are checked once a statement.
--
-- PostgreSQL checks a foreign key with one query a row: 2.4 s for each key and million rows, more than inserting them.
-- The import of a register writes a million rows with seven keys. So the keys of households, people and electors have
-- no constraint of their own; these triggers hold them instead, as strictly: the rows referred to are locked FOR KEY
-- SHARE, as a foreign key would, so that nobody can delete them before this transaction ends. Rows that this same
-- transaction has made need no lock: nobody else can see them.
-- (An update checks row by row, and only rows whose key changes.)

CREATE OR REPLACE FUNCTION people_check_references() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    -- Arguments come in pairs: the column, and the table whose id it holds.
    pair integer := 0;
    stray bigint;
    foreign_made bigint;
    entries bigint;
    bounds bigint[];
    span bigint;
    present bigint;
    expressions text := '';
BEGIN
    -- Smallest and largest of every key in one pass.
    WHILE pair < TG_NARGS LOOP
        expressions := expressions || format(', min(%1$I), max(%1$I)', TG_ARGV[pair]);
        pair := pair + 2;
    END LOOP;
    EXECUTE 'SELECT count(*), ARRAY[' || substr(expressions, 3) || ']::bigint[] FROM fresh' INTO entries, bounds;
    pair := 0;
    <<keys>>
    WHILE pair < TG_NARGS LOOP
        -- What a load writes names one row, or all rows of a range: if every id of the range is there, so is every key.
        span := bounds[pair + 2] - bounds[pair + 1] + 1;
        IF span IS NULL THEN
            pair := pair + 2;
            CONTINUE keys;
        END IF;
        IF span <= entries THEN
            EXECUTE format(
                'SELECT count(*), count(*) FILTER (WHERE xmin <> pg_current_xact_id()::xid) FROM %I '
                'WHERE id BETWEEN $1 AND $2', TG_ARGV[pair + 1])
                INTO present, foreign_made USING bounds[pair + 1], bounds[pair + 2];
            IF present = span AND foreign_made > 0 THEN
                EXECUTE format(
                    'SELECT count(*) FROM (SELECT FROM %I WHERE id BETWEEN $1 AND $2 '
                    'AND xmin <> pg_current_xact_id()::xid FOR KEY SHARE) AS locked', TG_ARGV[pair + 1])
                    USING bounds[pair + 1], bounds[pair + 2];
                -- Once more, for what another transaction deleted between the first look and the lock.
                EXECUTE format('SELECT count(*) FROM %I WHERE id BETWEEN $1 AND $2', TG_ARGV[pair + 1])
                    INTO present USING bounds[pair + 1], bounds[pair + 2];
            END IF;
            IF present = span THEN
                pair := pair + 2;
                CONTINUE keys;
            END IF;
        END IF;
        -- The second look is for what another transaction deleted between the first and the lock.
        FOR look IN 1..2 LOOP
            EXECUTE format(
                'SELECT min(fresh.%1$I) FILTER (WHERE held.id IS NULL), count(held.id) '
                'FROM fresh LEFT JOIN %2$I AS held ON held.id = fresh.%1$I '
                'WHERE fresh.%1$I IS NOT NULL AND (held.id IS NULL OR held.xmin <> pg_current_xact_id()::xid)',
                TG_ARGV[pair], TG_ARGV[pair + 1]) INTO stray, foreign_made;
            IF stray IS NOT NULL THEN
                RAISE foreign_key_violation USING
                    MESSAGE = format('%s.%s names %s, which is not in %s',
                                     TG_TABLE_NAME, TG_ARGV[pair], stray, TG_ARGV[pair + 1]),
                    TABLE = TG_TABLE_NAME, COLUMN = TG_ARGV[pair];
            END IF;
            EXIT WHEN foreign_made = 0 OR look = 2;
            EXECUTE format(
                'SELECT count(*) FROM (SELECT FROM %2$I AS held '
                'WHERE held.id IN (SELECT %1$I FROM fresh) AND held.xmin <> pg_current_xact_id()::xid '
                'FOR KEY SHARE) AS locked',
                TG_ARGV[pair], TG_ARGV[pair + 1]);
        END LOOP;
        pair := pair + 2;
    END LOOP;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION people_check_reference() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint;
    found boolean;
BEGIN
    EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO wanted USING NEW;
    IF wanted IS NOT NULL THEN
        EXECUTE format('SELECT true FROM %I WHERE id = $1 FOR KEY SHARE', TG_ARGV[1]) INTO found USING wanted;
        IF found IS NULL THEN
            RAISE foreign_key_violation USING
                MESSAGE = format('%s.%s names %s, which is not in %s', TG_TABLE_NAME, TG_ARGV[0], wanted, TG_ARGV[1]),
                TABLE = TG_TABLE_NAME, COLUMN = TG_ARGV[0];
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION people_check_still_referenced() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    -- Arguments come in pairs: the referring table and its column.
    pair integer := 0;
    referred boolean;
BEGIN
    WHILE pair < TG_NARGS LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I AS r JOIN gone ON gone.id = r.%I)', TG_ARGV[pair], TG_ARGV[pair + 1])
            INTO referred;
        IF referred THEN
            RAISE foreign_key_violation USING
                MESSAGE = format('rows of %s are still named by %s.%s', TG_TABLE_NAME, TG_ARGV[pair], TG_ARGV[pair + 1]),
                TABLE = TG_TABLE_NAME;
        END IF;
        pair := pair + 2;
    END LOOP;
    RETURN NULL;
END $$;

DO $$
DECLARE
    -- Each key: the table, its column, and the table it refers to.
    key text[];
    keys text[][] := ARRAY[
        ['people_household', 'area_id', 'places_area'],
        ['people_household', 'constituency_id', 'places_area'],
        ['people_household', 'batch_id', 'people_importbatch'],
        ['people_person', 'household_id', 'people_household'],
        ['people_person', 'constituency_id', 'places_area'],
        ['people_person', 'source_id', 'people_datasource'],
        ['people_person', 'batch_id', 'people_importbatch'],
        ['people_elector', 'person_id', 'people_person'],
        ['people_elector', 'register_id', 'people_register'],
        ['people_elector', 'area_id', 'places_area'],
        ['people_elector', 'batch_id', 'people_importbatch']];
    arguments text;
    name text;
BEGIN
    FOR name IN SELECT DISTINCT k FROM unnest(keys[:][1:1]) AS k LOOP
        SELECT string_agg(quote_literal(keys[i][2]) || ', ' || quote_literal(keys[i][3]), ', ')
            INTO arguments FROM generate_subscripts(keys, 1) AS i WHERE keys[i][1] = name;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT '
            'EXECUTE FUNCTION people_check_references(%s)', name || '_references', name, arguments);
    END LOOP;
    FOREACH key SLICE 1 IN ARRAY keys LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %1$I AFTER UPDATE OF %2$I ON %3$I FOR EACH ROW '
            'WHEN (OLD.%2$I IS DISTINCT FROM NEW.%2$I) EXECUTE FUNCTION people_check_reference(%2$L, %4$L)',
            key[1] || '_' || key[2] || '_changed', key[2], key[1], key[3]);
    END LOOP;
    FOR name IN SELECT DISTINCT k FROM unnest(keys[:][3:3]) AS k LOOP
        SELECT string_agg(quote_literal(keys[i][1]) || ', ' || quote_literal(keys[i][2]), ', ')
            INTO arguments FROM generate_subscripts(keys, 1) AS i WHERE keys[i][3] = name;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %I AFTER DELETE ON %I REFERENCING OLD TABLE AS gone FOR EACH STATEMENT '
            'EXECUTE FUNCTION people_check_still_referenced(%s)', name || '_still_referenced', name, arguments);
    END LOOP;
END $$;
