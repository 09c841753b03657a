-- A bucket for each clock and calendar met in the list. `regions` maps nations to bank-holiday calendars.
INSERT INTO compliance_hoursbucket (time_zone, holiday_region)
SELECT DISTINCT coalesce(a.time_zone, %(zone)s::text), coalesce(%(regions)s::jsonb ->> a.nation, '')
  FROM (SELECT DISTINCT h.constituency_id
          FROM phonebank_listed l LEFT JOIN people_household h ON h.id = l.household_id
         WHERE l.refusal IS NULL OR l.refusal = 'called_today') seats
  LEFT JOIN places_area a ON a.id = seats.constituency_id
    ON CONFLICT (time_zone, holiday_region) DO NOTHING
