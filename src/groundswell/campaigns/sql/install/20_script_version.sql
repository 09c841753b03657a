-- A script's version rises with everything a caller is shown by it: its lines, steps, branches, questions, options,
-- the candidates, the crib sheets, the facts of seats that they fill in, and who we are. Web processes keep a built script by (id, version), so a version
-- that stood still would leave callers with old words.

CREATE OR REPLACE FUNCTION campaigns_script_raise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version < OLD.version THEN
        RAISE EXCEPTION 'The version of a script only rises.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.version = OLD.version AND NEW IS DISTINCT FROM OLD THEN
        NEW.version := OLD.version + 1;
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS campaigns_script_raise ON campaigns_script;
CREATE TRIGGER campaigns_script_raise BEFORE UPDATE ON campaigns_script
    FOR EACH ROW EXECUTE FUNCTION campaigns_script_raise();

CREATE OR REPLACE FUNCTION campaigns_script_raise_from() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    IF TG_OP = 'DELETE' THEN r := OLD; ELSE r := NEW; END IF;
    CASE TG_TABLE_NAME
        WHEN 'campaigns_scriptstep' THEN
            UPDATE campaigns_script SET version = version + 1 WHERE id = r.script_id;
        WHEN 'campaigns_scriptstep_show_if' THEN
            UPDATE campaigns_script SET version = version + 1
            WHERE id = (SELECT script_id FROM campaigns_scriptstep WHERE id = r.scriptstep_id);
        WHEN 'campaigns_option' THEN
            -- All scripts of the campaign: a plan carries every question, so that late results still find theirs.
            UPDATE campaigns_script SET version = version + 1
            WHERE campaign_id = (SELECT campaign_id FROM campaigns_question WHERE id = r.question_id);
        WHEN 'accounts_organisation' THEN
            UPDATE campaigns_script SET version = version + 1;
        WHEN 'campaigns_campaign' THEN
            UPDATE campaigns_script SET version = version + 1 WHERE campaign_id = r.id;
        ELSE
            UPDATE campaigns_script SET version = version + 1 WHERE campaign_id = r.campaign_id;
    END CASE;
    RETURN NULL;
END $$;

DO $$
DECLARE
    source text;
BEGIN
    FOREACH source IN ARRAY ARRAY[
        'campaigns_scriptstep', 'campaigns_scriptstep_show_if', 'campaigns_question', 'campaigns_option',
        'campaigns_candidate', 'campaigns_cribsheet'
    ] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS campaigns_script_raise_from ON %I', source);
        EXECUTE format(
            'CREATE TRIGGER campaigns_script_raise_from AFTER INSERT OR UPDATE OR DELETE ON %I '
            'FOR EACH ROW EXECUTE FUNCTION campaigns_script_raise_from()', source);
    END LOOP;
    FOREACH source IN ARRAY ARRAY['accounts_organisation', 'campaigns_campaign'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS campaigns_script_raise_from ON %I', source);
        EXECUTE format(
            'CREATE TRIGGER campaigns_script_raise_from AFTER INSERT OR UPDATE ON %I '
            'FOR EACH ROW EXECUTE FUNCTION campaigns_script_raise_from()', source);
    END LOOP;
END $$;

-- The facts a crib sheet fills in: results, Members, the names of seats. Once for each statement, as they come by the
-- thousand, and only for campaigns that have a sheet.
CREATE OR REPLACE FUNCTION campaigns_script_raise_from_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE campaigns_script script SET version = version + 1
    WHERE EXISTS (SELECT FROM campaigns_cribsheet sheet WHERE sheet.campaign_id = script.campaign_id);
    RETURN NULL;
END $$;

DO $$
DECLARE
    source text;
BEGIN
    FOREACH source IN ARRAY ARRAY['places_area', 'places_contest', 'places_result', 'places_officeholder'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS campaigns_script_raise_from_facts ON %I', source);
        EXECUTE format(
            'CREATE TRIGGER campaigns_script_raise_from_facts AFTER INSERT OR UPDATE OR DELETE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION campaigns_script_raise_from_facts()', source);
    END LOOP;
END $$;
