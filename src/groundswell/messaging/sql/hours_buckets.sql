-- A bucket for each clock and calendar of the seats. `regions` maps nations to bank-holiday calendars.
INSERT INTO compliance_hoursbucket (time_zone, holiday_region)
SELECT DISTINCT time_zone, coalesce(%(regions)s::jsonb ->> nation, '') FROM messaging_seats
    ON CONFLICT (time_zone, holiday_region) DO NOTHING
