-- A phone bank that rings a segment ("has not been asked X") must not ring on what was true when its queue was built.
-- Whatever a segment may ask about a person marks their queued households; the claim that meets such a household has
-- the segment asked again before anybody sees it. Compliance needs no mark: every claim asks it anyway.
CREATE OR REPLACE FUNCTION phonebank_recheck_people() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE phonebank_queueentry q
       SET recheck = true
      FROM (SELECT DISTINCT p.id, p.household_id
              FROM changed JOIN people_person p ON p.id = changed.person_id) p,
           phonebank_phonebank b
     WHERE (q.household_id = p.household_id OR (q.person_id = p.id AND q.household_id IS NULL))
       AND q.state IN (0, 2) AND NOT q.recheck
       AND b.id = q.phone_bank_id AND b.segment_id IS NOT NULL;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER phonebank_recheck_new AFTER INSERT ON campaigns_answer
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION phonebank_recheck_people();
CREATE OR REPLACE TRIGGER phonebank_recheck_changed AFTER UPDATE ON campaigns_answer
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION phonebank_recheck_people();
CREATE OR REPLACE TRIGGER phonebank_recheck_new AFTER INSERT ON people_persontag
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION phonebank_recheck_people();
CREATE OR REPLACE TRIGGER phonebank_recheck_gone AFTER DELETE ON people_persontag
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION phonebank_recheck_people();
