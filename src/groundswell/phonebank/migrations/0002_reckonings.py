import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0002_references'),
        ('phonebank', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='tally',
            name='odd_calls',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='tally',
            name='odd_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='Reckoning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('reach', 'how many households would be rung, and why the others would not'), ('areas', 'what people said to a question, by area')], max_length=8)),
                ('key', models.CharField(max_length=64)),
                ('asked', models.JSONField()),
                ('wanted_at', models.DateTimeField()),
                ('queued_at', models.DateTimeField(null=True)),
                ('figures', models.JSONField(null=True)),
                ('counted_at', models.DateTimeField(null=True)),
                ('campaign', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campaigns.campaign')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('campaign', 'key'), name='reckoning_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['reach', 'areas'])), name='reckoning_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('counted_at__isnull', True), ('figures__isnull', True)), models.Q(('counted_at__isnull', False), ('figures__isnull', False)), _connector='OR'), name='reckoning_is_dated')],
            },
        ),
        # Without any tally the next roll-up, a minute later at most, reckons all of them anew, odd speed and all.
        migrations.RunSQL('DELETE FROM phonebank_tally', migrations.RunSQL.noop),
    ]
