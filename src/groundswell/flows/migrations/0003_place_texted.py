from django.db import migrations

# Whoever texted a postcode before that counted (people 0002) lives where they said last; what is known stays.
PLACE = """
WITH told AS (
    SELECT DISTINCT ON (r.person_id) r.person_id, r.constituency_id
      FROM flows_run r
      JOIN people_person p ON p.id = r.person_id AND p.constituency_id IS NULL AND p.erased_at IS NULL
     WHERE r.constituency_id IS NOT NULL
     ORDER BY r.person_id, r.started_at DESC
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
        ('flows', '0002_email_yes'),
        ('people', '0002_constituency_told'),
    ]

    operations = [migrations.RunSQL(PLACE, migrations.RunSQL.noop)]
