-- Whether a membership still holds, for statements that act on a signed session (the claim of the next household).
--
-- A signed session has no row that could be deleted, so revocation takes effect here: in the same statement that hands
-- out a household. `p_session_epoch` is what the session carries (CallerIdentity.session_epoch); a person who signed
-- out everywhere has a higher one. Pass NULL to leave that unasked.
-- Costs two primary-key look-ups. To join instead: accounts_membership m JOIN accounts_user u ON u.id = m.user_id with
-- the same three conditions.
CREATE OR REPLACE FUNCTION accounts_membership_live(p_membership bigint, p_session_epoch integer DEFAULT NULL)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT EXISTS (
        SELECT 1
        FROM accounts_membership m
        JOIN accounts_user u ON u.id = m.user_id
        WHERE m.id = p_membership
          AND m.revoked_at IS NULL
          AND u.is_active
          AND (p_session_epoch IS NULL OR u.session_epoch = p_session_epoch)
    )
$$;

-- The areas a membership is limited to, each with everything below it, however deep. No row at all: every area.
CREATE OR REPLACE FUNCTION accounts_areas_of(p_membership bigint)
RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200
AS $$
    WITH RECURSIVE below (id) AS (
        SELECT area_id FROM accounts_membership_areas WHERE membership_id = p_membership
        UNION
        SELECT child.id FROM places_area child JOIN below ON child.parent_id = below.id
    )
    SELECT id FROM below
$$;
