
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ScreeningFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list', models.CharField(choices=[('tps', 'Telephone Preference Service'), ('ctps', 'Corporate Telephone Preference Service')], max_length=8)),
                ('screened_on', models.DateField()),
                ('file_name', models.CharField(max_length=255)),
                ('file_sha256', models.CharField(max_length=64)),
                ('numbers_in_file', models.PositiveIntegerField()),
                ('numbers_screened', models.PositiveIntegerField()),
                ('numbers_listed', models.PositiveIntegerField()),
                ('imported_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.importbatch')),
                ('imported_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Screening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list', models.CharField(choices=[('tps', 'Telephone Preference Service'), ('ctps', 'Corporate Telephone Preference Service')], db_default='tps', default='tps', max_length=8)),
                ('screened_on', models.DateField()),
                ('listed', models.BooleanField()),
                ('contact_point', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='screenings', to='people.contactpoint')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.screeningfile')),
            ],
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_hash', models.BinaryField(max_length=32)),
                ('kind', models.CharField(max_length=8)),
                ('scope', models.CharField(choices=[('calls', 'calls'), ('messages', 'messages'), ('all', 'everything')], max_length=16)),
                ('reason', models.CharField(choices=[('asked', 'asked not to be contacted'), ('objected', 'objected to marketing'), ('imported', 'on an imported do-not-call list'), ('erased', 'erased on request'), ('organisation', 'closed by the organisation')], max_length=16)),
                ('source', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('lifted_reason', models.CharField(blank=True, max_length=300)),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.importbatch')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_hash', models.BinaryField(max_length=32)),
                ('channel', models.CharField(choices=[('call', 'telephone calls'), ('voicemail', 'voicemail messages'), ('sms', 'text messages'), ('email', 'email'), ('post', 'post')], max_length=16)),
                ('purpose', models.CharField(default='campaigning', max_length=64)),
                ('state', models.CharField(choices=[('given', 'given'), ('withdrawn', 'withdrawn')], max_length=16)),
                ('wording', models.TextField()),
                ('wording_version', models.CharField(max_length=32)),
                ('source', models.CharField(max_length=200)),
                ('evidence', models.TextField()),
                ('given_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('captured_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='people.person')),
            ],
            options={
                'indexes': [models.Index(fields=['address_hash', 'channel', 'purpose', 'given_at'], name='consent_current'), models.Index(fields=['person'], name='consent_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('channel__in', ['call', 'voicemail', 'sms', 'email', 'post'])), name='consent_channel_known'), models.CheckConstraint(condition=models.Q(('state__in', ['given', 'withdrawn'])), name='consent_state_known'), models.CheckConstraint(condition=models.Q(('state', 'withdrawn'), models.Q(models.Q(('evidence', ''), _negated=True), models.Q(('wording', ''), _negated=True)), _connector='OR'), name='consent_needs_evidence')],
            },
        ),
        migrations.CreateModel(
            name='Figure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jurisdiction', models.CharField(max_length=16)),
                ('key', models.CharField(max_length=64)),
                ('organisation_kind', models.CharField(blank=True, choices=[('', 'every organisation'), ('party', 'political party'), ('candidate', 'candidate'), ('registered_non_party', 'registered non-party campaigner'), ('union', 'trade union'), ('charity', 'charity'), ('other', 'other organisation')], max_length=32)),
                ('value', models.JSONField()),
                ('valid_from', models.DateField()),
                ('source', models.CharField(max_length=300)),
                ('packaged', models.BooleanField(db_default=False, default=False)),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('jurisdiction', 'key', 'organisation_kind', 'valid_from'), name='figure_once'), models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='figure_has_source')],
            },
        ),
        migrations.AddIndex(
            model_name='screeningfile',
            index=models.Index(fields=['file_sha256'], name='screening_file_hash'),
        ),
        migrations.AddConstraint(
            model_name='screeningfile',
            constraint=models.CheckConstraint(condition=models.Q(('list__in', ['tps', 'ctps'])), name='screening_list_known'),
        ),
        migrations.AddConstraint(
            model_name='screening',
            constraint=models.UniqueConstraint(fields=('contact_point', 'list'), name='screening_newest_per_list'),
        ),
        migrations.AddConstraint(
            model_name='screening',
            constraint=models.CheckConstraint(condition=models.Q(('list__in', ['tps', 'ctps'])), name='screening_of_known_list'),
        ),
        migrations.AddConstraint(
            model_name='suppression',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('address_hash', 'scope'), name='suppression_once'),
        ),
        migrations.AddConstraint(
            model_name='suppression',
            constraint=models.CheckConstraint(condition=models.Q(('scope__in', ['calls', 'messages', 'all'])), name='suppression_scope_known'),
        ),
        migrations.AddConstraint(
            model_name='suppression',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['asked', 'objected', 'imported', 'erased', 'organisation'])), name='suppression_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='suppression',
            constraint=models.CheckConstraint(condition=models.Q(('lifted_at__isnull', True), models.Q(('lifted_reason', ''), _negated=True), _connector='OR'), name='suppression_lifted_with_reason'),
        ),
    ]
