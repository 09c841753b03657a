-- May a letter about what somebody signed up for go to this address (rules D4, D5, M5)? NULL means it may; else why not, in
-- the words of compliance.enums.MessageRefusal.
--
-- It is no marketing, so it needs no consent, a break does not hold it, and it goes at any hour. But an address that is closed
-- is closed, and who objected or asked to be forgotten is not written to, whatever was planned before.
CREATE OR REPLACE FUNCTION compliance_letter_refusal(person bigint, point bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT CASE
               WHEN p.id IS NULL OR cp.id IS NULL OR p.erased_at IS NOT NULL THEN 'erased'
               WHEN p.deceased_at IS NOT NULL THEN 'deceased'
               WHEN p.objected_at IS NOT NULL THEN 'objected'  -- D4
               WHEN compliance_closed_to_messages(cp.address_hash) THEN 'suppressed'  -- M5
               WHEN cp.retired_at IS NOT NULL THEN 'retired'
           END
      FROM (SELECT) one
      LEFT JOIN people_person p ON p.id = person
      LEFT JOIN people_contactpoint cp ON cp.id = point
$$;
