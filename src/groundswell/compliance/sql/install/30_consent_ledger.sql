-- The consent ledger is append-only (rule M4): what was recorded stays as it was recorded.
CREATE OR REPLACE FUNCTION compliance_refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'The consent ledger is append-only: record a withdrawal instead of a %.', lower(TG_OP)
        USING ERRCODE = 'restrict_violation';
END;
$$;

DROP TRIGGER IF EXISTS consent_append_only ON compliance_consent;
CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON compliance_consent
    FOR EACH ROW EXECUTE FUNCTION compliance_refuse_change();
