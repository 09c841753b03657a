-- The seats of everybody asked, with their clocks; under 0 that of the organisation, for whom no seat is known.
CREATE TEMPORARY TABLE messaging_seats ON COMMIT DROP AS
SELECT a.id, a.time_zone, a.nation
  FROM places_area a
 WHERE a.id IN (SELECT constituency_id FROM messaging_asked)
 UNION ALL SELECT 0, %(zone)s::text, ''
