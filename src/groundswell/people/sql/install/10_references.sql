-- Foreign keys to small tables, checked once a statement.
--
-- PostgreSQL checks a foreign key with one query a row: 2.4 s for each key and million rows, more than the insert
-- itself. An import of a register writes a million rows that all name one register, one source and a hundred areas.
-- So the keys to those tables have no constraint of their own; these triggers hold them instead, and as strictly:
-- the rows referred to are locked FOR KEY SHARE, so that nobody can delete them before this transaction ends.

CREATE OR REPLACE FUNCTION people_check_references() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    -- Arguments come in pairs: the column, and the table whose id it holds.
    pair integer := 0;
    wanted bigint[];
    found bigint;
BEGIN
    WHILE pair < TG_NARGS LOOP
        EXECUTE format('SELECT array_agg(id) FROM (SELECT DISTINCT %1$I AS id FROM fresh WHERE %1$I IS NOT NULL) AS d',
                       TG_ARGV[pair]) INTO wanted;
        IF wanted IS NOT NULL THEN
            EXECUTE format('SELECT count(*) FROM (SELECT 1 FROM %I WHERE id = ANY ($1) FOR KEY SHARE) AS held',
                           TG_ARGV[pair + 1]) INTO found USING wanted;
            IF found <> cardinality(wanted) THEN
                RAISE foreign_key_violation USING
                    MESSAGE = format('%s.%s names a row that is not in %s', TG_TABLE_NAME, TG_ARGV[pair], TG_ARGV[pair + 1]),
                    TABLE = TG_TABLE_NAME, COLUMN = TG_ARGV[pair];
            END IF;
        END IF;
        pair := pair + 2;
    END LOOP;
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

CREATE OR REPLACE TRIGGER people_household_references_new AFTER INSERT ON people_household
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION people_check_references('area_id', 'places_area', 'constituency_id', 'places_area', 'batch_id', 'people_importbatch');
CREATE OR REPLACE TRIGGER people_household_references_changed AFTER UPDATE ON people_household
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION people_check_references('area_id', 'places_area', 'constituency_id', 'places_area', 'batch_id', 'people_importbatch');

CREATE OR REPLACE TRIGGER people_person_references_new AFTER INSERT ON people_person
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION people_check_references('source_id', 'people_datasource', 'batch_id', 'people_importbatch');
CREATE OR REPLACE TRIGGER people_person_references_changed AFTER UPDATE ON people_person
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION people_check_references('source_id', 'people_datasource', 'batch_id', 'people_importbatch');

CREATE OR REPLACE TRIGGER people_elector_references_new AFTER INSERT ON people_elector
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION people_check_references('register_id', 'people_register', 'area_id', 'places_area', 'batch_id', 'people_importbatch');
CREATE OR REPLACE TRIGGER people_elector_references_changed AFTER UPDATE ON people_elector
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION people_check_references('register_id', 'people_register', 'area_id', 'places_area', 'batch_id', 'people_importbatch');

CREATE OR REPLACE TRIGGER people_area_still_referenced AFTER DELETE ON places_area
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
    EXECUTE FUNCTION people_check_still_referenced('people_household', 'area_id', 'people_household', 'constituency_id', 'people_elector', 'area_id');
CREATE OR REPLACE TRIGGER people_register_still_referenced AFTER DELETE ON people_register
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
    EXECUTE FUNCTION people_check_still_referenced('people_elector', 'register_id');
CREATE OR REPLACE TRIGGER people_source_still_referenced AFTER DELETE ON people_datasource
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
    EXECUTE FUNCTION people_check_still_referenced('people_person', 'source_id');
CREATE OR REPLACE TRIGGER people_batch_still_referenced AFTER DELETE ON people_importbatch
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
    EXECUTE FUNCTION people_check_still_referenced('people_household', 'batch_id', 'people_person', 'batch_id', 'people_elector', 'batch_id');
