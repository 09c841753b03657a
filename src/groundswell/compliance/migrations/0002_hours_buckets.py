from django.db import migrations, models


class Migration(migrations.Migration):
    """Contact hours are compliance's: messages wait for them as calls do. The table keeps its rows under its new name."""

    dependencies = [
        ("compliance", "0001_initial"),
        ("phonebank", "0006_queue_builds"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE phonebank_hoursbucket RENAME TO compliance_hoursbucket",
                    "ALTER TABLE compliance_hoursbucket RENAME TO phonebank_hoursbucket",
                )
            ],
            state_operations=[
                migrations.CreateModel(
                    name="HoursBucket",
                    fields=[
                        ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                        ("time_zone", models.CharField(max_length=64)),
                        ("holiday_region", models.CharField(blank=True, max_length=32)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("time_zone", "holiday_region"), name="hours_bucket")
                        ],
                    },
                ),
            ],
        ),
    ]
