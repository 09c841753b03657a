
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('campaigns', '0001_initial'),
        ('people', '0001_initial'),
        ('places', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HoursBucket',
            fields=[
                ('id', models.SmallAutoField(primary_key=True, serialize=False)),
                ('time_zone', models.CharField(max_length=64)),
                ('holiday_region', models.CharField(blank=True, max_length=32)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('time_zone', 'holiday_region'), name='hours_bucket')],
            },
        ),
        migrations.CreateModel(
            name='Outcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=32, unique=True)),
                ('label', models.CharField(max_length=60, verbose_name='label')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('effect', models.CharField(choices=[('none', 'nothing more'), ('person_moved', 'the person has moved'), ('person_deceased', 'the person has died'), ('number_retired', 'the number is retired'), ('number_suppressed', 'do not call again'), ('person_done', 'this person is finished, others may be asked')], default='none', max_length=24)),
                ('next', models.CharField(choices=[('done', 'finished'), ('retry', 'try again later'), ('call_back', 'call back at a time agreed'), ('next_number', 'try another number or person, else finished')], max_length=16)),
                ('retry_after_minutes', models.PositiveIntegerField(blank=True, null=True)),
                ('is_dial', models.BooleanField(default=True)),
                ('is_contact', models.BooleanField(default=False)),
                ('takes_answers', models.BooleanField(default=False)),
                ('icon', models.CharField(blank=True, max_length=40)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['position', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('effect__in', ['none', 'person_moved', 'person_deceased', 'number_retired', 'number_suppressed', 'person_done'])), name='outcome_effect_known'), models.CheckConstraint(condition=models.Q(('next__in', ['done', 'retry', 'call_back', 'next_number'])), name='outcome_next_known'), models.CheckConstraint(condition=models.Q(models.Q(('next', 'retry'), _negated=True), ('retry_after_minutes__gt', 0), _connector='OR'), name='outcome_retry_has_wait'), models.CheckConstraint(condition=models.Q(('is_contact', False), ('is_dial', True), _connector='OR'), name='outcome_contact_is_dial')],
            },
        ),
        migrations.CreateModel(
            name='PhoneBank',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('open', 'open'), ('paused', 'paused'), ('closed', 'closed')], default='draft', max_length=8)),
                ('hours', models.JSONField(blank=True, default=dict)),
                ('attempt_cap', models.PositiveSmallIntegerField(default=3, verbose_name='attempts for each number')),
                ('cooldown_minutes', models.PositiveIntegerField(default=1440, verbose_name='minutes between attempts')),
                ('priority_order', models.CharField(choices=[('random', 'mixed'), ('areas', 'area by area'), ('people', 'largest households first'), ('fresh', 'never called first')], default='random', max_length=16)),
                ('electoral_purpose', models.BooleanField(default=True, verbose_name='for an election')),
                ('ask_everyone', models.BooleanField(default=True, verbose_name='ask everyone in a household')),
                ('daily_limit', models.PositiveIntegerField(default=150, verbose_name='households for each caller a day')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('areas', models.ManyToManyField(blank=True, related_name='+', to='places.area')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='phone_banks', to='campaigns.campaign')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('script', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.script')),
                ('segment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.segment')),
            ],
        ),
        migrations.CreateModel(
            name='CallerStatus',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('last_seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('paused_at', models.DateTimeField(null=True)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('day', models.DateField(null=True)),
                ('households_today', models.PositiveIntegerField(db_default=0, default=0)),
                ('calls_today', models.PositiveIntegerField(db_default=0, default=0)),
                ('caller', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='caller_statuses', to=settings.AUTH_USER_MODEL)),
                ('phone_bank', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='caller_statuses', to='phonebank.phonebank')),
            ],
        ),
        migrations.CreateModel(
            name='QueueEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('campaign_id', models.BigIntegerField()),
                ('state', models.PositiveSmallIntegerField(choices=[(0, 'ready'), (1, "in a caller's hands"), (2, 'waiting'), (3, 'done'), (4, 'blocked by a flag')], default=0)),
                ('priority', models.SmallIntegerField(default=0)),
                ('position', models.IntegerField(default=0)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField(null=True)),
                ('is_call_back', models.BooleanField(default=False)),
                ('recheck', models.BooleanField(default=False)),
                ('leased_at', models.DateTimeField(null=True)),
                ('leased_until', models.DateTimeField(null=True)),
                ('lease_key', models.UUIDField(null=True)),
                ('done_reason', models.CharField(blank=True, max_length=32)),
                ('bucket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='phonebank.hoursbucket')),
                ('call_back_for', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('household', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='queue_entries', to='people.household')),
                ('leased_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='queue_entries', to='people.person')),
                ('phone_bank', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='queue', to='phonebank.phonebank')),
            ],
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('pk', models.CompositePrimaryKey('subject_kind', 'subject_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subject_kind', models.PositiveSmallIntegerField(choices=[(0, 'household'), (1, 'number'), (2, 'person')])),
                ('subject_id', models.BigIntegerField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holds', to='phonebank.queueentry')),
            ],
        ),
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('raised_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('note', models.TextField()),
                ('solved_at', models.DateTimeField(null=True)),
                ('solution', models.TextField(blank=True)),
                ('raised_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('solved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('phone_bank', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flags', to='phonebank.phonebank')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flags', to='phonebank.queueentry')),
            ],
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_uuid', models.UUIDField(unique=True)),
                ('campaign_id', models.BigIntegerField()),
                ('is_dial', models.BooleanField()),
                ('is_contact', models.BooleanField()),
                ('is_identified', models.BooleanField(default=False)),
                ('finishes_person', models.BooleanField(default=False)),
                ('note', models.TextField(blank=True)),
                ('before', models.JSONField(null=True)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('undone_at', models.DateTimeField(null=True)),
                ('caller', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to=settings.AUTH_USER_MODEL)),
                ('contact_point', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='calls', to='people.contactpoint')),
                ('household', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='calls', to='people.household')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='calls', to='people.person')),
                ('outcome', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='phonebank.outcome')),
                ('phone_bank', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='phonebank.phonebank')),
                ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='calls', to='phonebank.queueentry')),
            ],
        ),
        migrations.CreateModel(
            name='Skip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200)),
                ('skipped_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('caller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='skips', to='phonebank.queueentry')),
            ],
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField()),
                ('dials', models.PositiveIntegerField(default=0)),
                ('contacts', models.PositiveIntegerField(default=0)),
                ('identified', models.PositiveIntegerField(default=0)),
                ('caller', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('phone_bank', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tallies', to='phonebank.phonebank')),
            ],
        ),
        migrations.AddConstraint(
            model_name='phonebank',
            constraint=models.UniqueConstraint(fields=('campaign', 'name'), name='phone_bank_name'),
        ),
        migrations.AddConstraint(
            model_name='phonebank',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'open', 'paused', 'closed'])), name='phone_bank_status_known'),
        ),
        migrations.AddConstraint(
            model_name='phonebank',
            constraint=models.CheckConstraint(condition=models.Q(('attempt_cap__gte', 1), ('attempt_cap__lte', 10)), name='phone_bank_cap_range'),
        ),
        migrations.AddConstraint(
            model_name='phonebank',
            constraint=models.CheckConstraint(condition=models.Q(('daily_limit__gte', 1)), name='phone_bank_limit_range'),
        ),
        migrations.AddConstraint(
            model_name='callerstatus',
            constraint=models.UniqueConstraint(fields=('caller', 'phone_bank'), name='caller_status_once'),
        ),
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(condition=models.Q(('state', 0)), fields=['phone_bank', 'bucket', 'priority', 'position', 'id'], name='queue_ready'),
        ),
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(condition=models.Q(('state', 2)), fields=['phone_bank', 'bucket', 'due_at', 'id'], name='queue_waiting'),
        ),
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(condition=models.Q(('is_call_back', True), ('state', 2)), fields=['phone_bank', 'due_at', 'id'], name='queue_call_backs'),
        ),
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(condition=models.Q(('state', 1)), fields=['leased_until'], name='queue_leases'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.UniqueConstraint(condition=models.Q(('household__isnull', False)), fields=('household', 'phone_bank'), name='queue_household_once'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.UniqueConstraint(condition=models.Q(('person__isnull', False)), fields=('person', 'phone_bank'), name='queue_person_once'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('household__isnull', True), ('person__isnull', False)), models.Q(('household__isnull', False), ('person__isnull', True)), _connector='OR'), name='queue_household_or_person'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', [0, 1, 2, 3, 4])), name='queue_state_known'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_key__isnull', False), ('leased_at__isnull', False), ('leased_by__isnull', False), ('leased_until__isnull', False), ('state', 1)), models.Q(models.Q(('state', 1), _negated=True), ('lease_key__isnull', True), ('leased_at__isnull', True), ('leased_by__isnull', True), ('leased_until__isnull', True)), _connector='OR'), name='queue_lease_whole'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 2), _negated=True), ('due_at__isnull', False), _connector='OR'), name='queue_waiting_is_due'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 3), _negated=True), models.Q(('done_reason', ''), _negated=True), _connector='OR'), name='queue_done_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 1)), fields=('leased_by',), name='queue_one_lease_per_caller'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('subject_kind__in', [0, 1, 2])), name='hold_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.UniqueConstraint(condition=models.Q(('solved_at__isnull', True)), fields=('entry',), name='flag_one_open_per_entry'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='flag_has_note'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['phone_bank', 'recorded_at'], name='call_bank_time'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['caller', 'recorded_at'], name='call_caller_time'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['contact_point', 'occurred_at'], name='call_number_time'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['household', '-occurred_at'], name='call_household_time'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('is_contact', False), ('is_dial', True), _connector='OR'), name='call_contact_is_dial'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('is_identified', False), ('is_contact', True), _connector='OR'), name='call_identified_is_contact'),
        ),
        migrations.AddConstraint(
            model_name='skip',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='skip_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='tally',
            constraint=models.UniqueConstraint(fields=('phone_bank', 'caller', 'hour'), name='tally_once'),
        ),
    ]
