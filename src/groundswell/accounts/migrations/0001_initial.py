
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import groundswell.accounts.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('owner', 'owner'), ('organiser', 'organiser'), ('data_manager', 'data manager'), ('caller', 'caller')], max_length=16)),
                ('granted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.SmallAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('kind', models.CharField(choices=[('party', 'political party'), ('candidate', 'candidate'), ('registered_non_party', 'registered non-party campaigner'), ('union', 'trade union'), ('charity', 'charity'), ('other', 'other organisation')], max_length=32, verbose_name='kind')),
                ('jurisdiction', models.CharField(default='uk', max_length=16, verbose_name='jurisdiction')),
                ('contact_address', models.TextField(blank=True, verbose_name='postal address')),
                ('contact_phone', models.CharField(blank=True, max_length=32, verbose_name='telephone')),
                ('contact_email', models.EmailField(blank=True, max_length=254, verbose_name='email')),
                ('privacy_url', models.URLField(blank=True, verbose_name='privacy notice')),
                ('imprint', models.TextField(blank=True, verbose_name='imprint')),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(blank=True, max_length=254, null=True, unique=True, verbose_name='email')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('is_active', models.BooleanField(default=True)),
                ('is_demo', models.BooleanField(default=False)),
                ('date_joined', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('last_seen_at', models.DateTimeField(blank=True, null=True)),
                ('session_epoch', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('email', models.Func(models.F('email'), function='lower')), ('email__isnull', True), _connector='OR'), name='user_email_lower_case')],
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('action', models.CharField(choices=[('view', 'viewed'), ('export', 'exported'), ('create', 'created'), ('change', 'changed'), ('delete', 'deleted'), ('sign_in', 'signed in')], max_length=16)),
                ('verb', models.CharField(max_length=64)),
                ('subject_kind', models.CharField(blank=True, max_length=64)),
                ('subject_id', models.BigIntegerField(null=True)),
                ('campaign_id', models.BigIntegerField(null=True)),
                ('detail', models.JSONField(default=dict)),
                ('txid', models.BigIntegerField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.Cast(models.Func(function='pg_current_xact_id'), models.TextField()), models.BigIntegerField()))),
                ('actor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('after_txid', models.BigIntegerField(unique=True)),
                ('up_to_txid', models.BigIntegerField(unique=True)),
                ('events', models.PositiveIntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('previous_digest', models.BinaryField(max_length=32)),
                ('sealed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('forgotten_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('after_txid__lt', models.F('up_to_txid'))), name='seal_range')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(default=groundswell.accounts.models.new_token, max_length=64, unique=True)),
                ('label', models.CharField(blank=True, max_length=100)),
                ('role', models.CharField(choices=[('owner', 'owner'), ('organiser', 'organiser'), ('data_manager', 'data manager'), ('caller', 'caller')], default='caller', max_length=16)),
                ('requires_email', models.BooleanField(default=False)),
                ('expires_at', models.DateTimeField()),
                ('max_uses', models.PositiveIntegerField(default=1)),
                ('uses', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('areas', models.ManyToManyField(blank=True, related_name='+', to='places.area')),
            ],
        ),
    ]
