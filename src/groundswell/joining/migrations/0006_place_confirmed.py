from django.db import migrations

# Whoever confirmed before what they typed counted (people 0002) lives where they said last; what is known stays.
PLACE = """
WITH told AS (
    SELECT DISTINCT ON (s.person_id) s.person_id, s.constituency_id
      FROM joining_signup s
      JOIN campaigns_action a ON a.id = s.action_id AND a.state = 'confirmed'
      JOIN people_person p ON p.id = s.person_id AND p.constituency_id IS NULL AND p.erased_at IS NULL
     WHERE s.constituency_id IS NOT NULL
     ORDER BY s.person_id, s.signed_up_at DESC
), placed AS (
    UPDATE people_person p SET constituency_id = told.constituency_id
      FROM told WHERE p.id = told.person_id
    RETURNING p.id, p.constituency_id
)
INSERT INTO accounts_auditevent (action, verb, subject_kind, subject_id, detail)
SELECT 'change', 'place_supporter', 'people.person', id, jsonb_build_object('area_id', constituency_id) FROM placed
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_campaigns'),
        ('campaigns', '0007_volunteer_and_survey'),
        ('joining', '0005_outbox'),
        ('people', '0002_constituency_told'),
    ]

    operations = [migrations.RunSQL(PLACE, migrations.RunSQL.noop)]
