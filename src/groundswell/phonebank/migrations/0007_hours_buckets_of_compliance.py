import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The same column, to the same rows: only where the model lives has changed."""

    dependencies = [
        ("compliance", "0002_hours_buckets"),
        ("phonebank", "0006_queue_builds"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="queueentry",
                    name="bucket",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compliance.hoursbucket",
                    ),
                ),
                migrations.DeleteModel(name="HoursBucket"),
            ],
        ),
    ]
