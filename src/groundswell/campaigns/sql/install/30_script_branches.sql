-- A question that hangs on an answer comes after it, in the same script. Checked at the end of the transaction, so that
-- an editor may move several steps at once.

CREATE OR REPLACE FUNCTION campaigns_script_branches_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    orphan bigint;
    the_script bigint;
BEGIN
    IF TG_TABLE_NAME = 'campaigns_scriptstep' THEN
        IF TG_OP = 'DELETE' THEN the_script := OLD.script_id; ELSE the_script := NEW.script_id; END IF;
    ELSE
        SELECT script_id INTO the_script FROM campaigns_scriptstep WHERE id = NEW.scriptstep_id;
    END IF;
    SELECT step.id INTO orphan
    FROM campaigns_scriptstep step
    JOIN campaigns_scriptstep_show_if branch ON branch.scriptstep_id = step.id
    JOIN campaigns_option option ON option.id = branch.option_id
    WHERE step.script_id = the_script
      AND NOT EXISTS (
          SELECT FROM campaigns_scriptstep earlier
          WHERE earlier.script_id = step.script_id
            AND earlier.question_id = option.question_id
            AND earlier.position < step.position
      )
    LIMIT 1;
    IF orphan IS NOT NULL THEN
        RAISE EXCEPTION 'Step % depends on an answer that no earlier step asks for.', orphan
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS campaigns_script_branches_hold ON campaigns_scriptstep;
CREATE CONSTRAINT TRIGGER campaigns_script_branches_hold AFTER UPDATE OR DELETE ON campaigns_scriptstep
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION campaigns_script_branches_hold();
DROP TRIGGER IF EXISTS campaigns_script_branches_hold ON campaigns_scriptstep_show_if;
CREATE CONSTRAINT TRIGGER campaigns_script_branches_hold AFTER INSERT OR UPDATE ON campaigns_scriptstep_show_if
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION campaigns_script_branches_hold();
