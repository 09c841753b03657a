
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('campaigns', '0001_initial'),
        ('places', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='DataSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True, verbose_name='name')),
                ('lawful_basis', models.CharField(max_length=200, verbose_name='lawful basis')),
                ('purpose', models.CharField(max_length=200, verbose_name='purpose')),
                ('is_register', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lawful_basis', ''), _negated=True), models.Q(('purpose', ''), _negated=True)), name='data_source_says_why')],
            },
        ),
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('register', 'electoral register'), ('phones', 'phone numbers'), ('screening', 'screening list'), ('do_not_call', 'do-not-call list')], max_length=16)),
                ('status', models.CharField(choices=[('uploaded', 'uploaded'), ('queued', 'waiting'), ('running', 'running'), ('done', 'done'), ('refused', 'refused'), ('undone', 'undone')], default='uploaded', max_length=16)),
                ('file', models.FileField(blank=True, upload_to='imports/')),
                ('file_name', models.CharField(max_length=255)),
                ('file_sha256', models.CharField(max_length=64)),
                ('layout', models.CharField(blank=True, max_length=40)),
                ('mapping', models.JSONField(default=dict)),
                ('wishes', models.JSONField(db_default=models.Value({}, output_field=models.JSONField()), default=dict)),
                ('entitlement', models.CharField(blank=True, max_length=300)),
                ('purpose', models.CharField(blank=True, max_length=300)),
                ('register_date', models.DateField(null=True)),
                ('counts', models.JSONField(default=dict)),
                ('rejects_file', models.FileField(blank=True, upload_to='imports/')),
                ('refusal', models.TextField(blank=True)),
                ('stage', models.CharField(blank=True, choices=[('reading', 'reading the file'), ('matching', 'matching people and households'), ('writing', 'writing'), ('finishing', 'finishing')], max_length=16)),
                ('progress_rows', models.PositiveIntegerField(default=0)),
                ('total_rows', models.PositiveIntegerField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('constituency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='people.datasource')),
            ],
        ),
        migrations.CreateModel(
            name='Household',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_lines', models.TextField()),
                ('postcode', models.CharField(blank=True, max_length=10)),
                ('address_key', models.CharField(max_length=400)),
                ('uprn', models.CharField(blank=True, max_length=12)),
                ('area', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='households', to='places.area')),
                ('constituency', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area')),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.importbatch')),
            ],
        ),
        migrations.CreateModel(
            name='Elector',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(max_length=16)),
                ('number', models.CharField(max_length=12)),
                ('suffix', models.CharField(default='0', max_length=8)),
                ('markers', models.CharField(blank=True, max_length=16)),
                ('franchise', models.CharField(choices=[('full', 'all elections'), ('overseas', 'overseas (F): UK Parliament only'), ('eu', 'EU citizen (G): local only'), ('eu_retained', 'EU citizen with retained rights (B): local only'), ('peer', 'member of the Lords (L): local only'), ('foreign', 'qualifying foreign citizen (M): local only')], default='full', max_length=16)),
                ('attainment_date', models.DateField(blank=True, null=True)),
                ('anonymous', models.BooleanField(default=False)),
                ('opted_out_of_open_register', models.BooleanField(default=False)),
                ('register_date', models.DateField()),
                ('removed_on', models.DateField(blank=True, null=True)),
                ('area', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='electors', to='places.area')),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.importbatch')),
            ],
        ),
        migrations.CreateModel(
            name='ContactPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('phone', 'telephone'), ('email', 'email'), ('handle', 'handle')], max_length=8)),
                ('value', models.CharField(max_length=254)),
                ('address_hash', models.BinaryField(max_length=32)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('retired_reason', models.CharField(blank=True, max_length=32)),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.importbatch')),
            ],
        ),
        migrations.CreateModel(
            name='ImportChange',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('table', models.CharField(max_length=64)),
                ('row_id', models.BigIntegerField()),
                ('before', models.JSONField()),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='people.importbatch')),
            ],
        ),
        migrations.CreateModel(
            name='MarkedRegister',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('election', models.CharField(max_length=64)),
                ('voted', models.BooleanField(null=True)),
                ('postal_voter', models.BooleanField(null=True)),
                ('purpose', models.CharField(max_length=300)),
                ('elector', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marks', to='people.elector')),
            ],
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(blank=True, max_length=35)),
                ('given_names', models.CharField(blank=True, max_length=150)),
                ('family_name', models.CharField(blank=True, max_length=150)),
                ('name_key', models.CharField(blank=True, max_length=300)),
                ('date_of_birth', models.DateField(blank=True, null=True)),
                ('moved_at', models.DateTimeField(blank=True, null=True)),
                ('deceased_at', models.DateTimeField(blank=True, null=True)),
                ('objected_at', models.DateTimeField(blank=True, null=True)),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.importbatch')),
                ('household', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='people', to='people.household')),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='people.datasource')),
            ],
        ),
        migrations.AddField(
            model_name='elector',
            name='person',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='electors', to='people.person'),
        ),
        migrations.CreateModel(
            name='PersonContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.importbatch')),
                ('contact_point', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='person_contacts', to='people.contactpoint')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='person_contacts', to='people.person')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.datasource')),
            ],
        ),
        migrations.AddField(
            model_name='contactpoint',
            name='people',
            field=models.ManyToManyField(related_name='contact_points', through='people.PersonContact', to='people.person'),
        ),
        migrations.CreateModel(
            name='Register',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entitlement', models.CharField(max_length=300, verbose_name='entitlement')),
                ('purpose', models.CharField(max_length=300, verbose_name='permitted purpose')),
                ('register_date', models.DateField(verbose_name='register date')),
                ('constituency', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='register', to='places.area')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='registers', to='people.datasource')),
            ],
        ),
        migrations.AddField(
            model_name='elector',
            name='register',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='electors', to='people.register'),
        ),
        migrations.CreateModel(
            name='Segment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('expression', models.JSONField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('campaign', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='segments', to='campaigns.campaign')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='PersonTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='person_tags', to='people.person')),
                ('tag', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.tag')),
            ],
        ),
        migrations.AddIndex(
            model_name='importbatch',
            index=models.Index(fields=['file_sha256'], name='import_file_hash'),
        ),
        migrations.AddConstraint(
            model_name='importbatch',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['register', 'phones', 'screening', 'do_not_call'])), name='import_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='importbatch',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['uploaded', 'queued', 'running', 'done', 'refused', 'undone'])), name='import_status_known'),
        ),
        migrations.AddConstraint(
            model_name='importbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'register'), _negated=True), ('status__in', ['uploaded', 'refused']), models.Q(models.Q(('entitlement', ''), _negated=True), models.Q(('purpose', ''), _negated=True), ('register_date__isnull', False)), _connector='OR'), name='import_register_declared'),
        ),
        migrations.AddIndex(
            model_name='household',
            index=models.Index(fields=['area'], name='household_area'),
        ),
        migrations.AddIndex(
            model_name='household',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['batch'], name='household_batch'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.UniqueConstraint(fields=('constituency', 'postcode', 'address_key'), name='household_address'),
        ),
        migrations.AddIndex(
            model_name='importchange',
            index=models.Index(fields=['batch', 'table'], name='import_change_batch'),
        ),
        migrations.AddIndex(
            model_name='importchange',
            index=models.Index(fields=['table', 'row_id'], name='import_change_row'),
        ),
        migrations.AddConstraint(
            model_name='markedregister',
            constraint=models.UniqueConstraint(fields=('elector', 'election'), name='marked_register_once'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['household'], name='person_household'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['name_key'], name='person_name', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='person',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['batch'], name='person_batch'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), models.Q(('date_of_birth__isnull', True), ('family_name', ''), ('given_names', ''), ('household__isnull', True), ('name_key', ''), ('title', '')), _connector='OR'), name='person_erased_is_empty'),
        ),
        migrations.AddIndex(
            model_name='personcontact',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['batch'], name='person_contact_batch'),
        ),
        migrations.AddConstraint(
            model_name='personcontact',
            constraint=models.UniqueConstraint(fields=('person', 'contact_point'), name='person_contact_once'),
        ),
        migrations.AddIndex(
            model_name='contactpoint',
            index=models.Index(fields=['address_hash'], name='contact_point_hash'),
        ),
        migrations.AddIndex(
            model_name='contactpoint',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['batch'], name='contact_point_batch'),
        ),
        migrations.AddConstraint(
            model_name='contactpoint',
            constraint=models.UniqueConstraint(fields=('kind', 'value'), name='contact_point_value'),
        ),
        migrations.AddConstraint(
            model_name='contactpoint',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['phone', 'email', 'handle'])), name='contact_point_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='contactpoint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'phone'), _negated=True), ('value__regex', '^\\+[1-9][0-9]{6,14}$'), _connector='OR'), name='contact_point_phone_e164'),
        ),
        migrations.AddConstraint(
            model_name='contactpoint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('retired_at__isnull', True), ('retired_reason', '')), models.Q(('retired_at__isnull', False), models.Q(('retired_reason', ''), _negated=True)), _connector='OR'), name='contact_point_retired_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='register',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('entitlement', ''), _negated=True), models.Q(('purpose', ''), _negated=True)), name='register_entitled'),
        ),
        migrations.AddIndex(
            model_name='elector',
            index=models.Index(fields=['person'], name='elector_person'),
        ),
        migrations.AddIndex(
            model_name='elector',
            index=models.Index(condition=models.Q(('removed_on__isnull', False)), fields=['register'], name='elector_removed'),
        ),
        migrations.AddIndex(
            model_name='elector',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['batch'], name='elector_batch'),
        ),
        migrations.AddConstraint(
            model_name='elector',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_on__isnull', True)), fields=('register', 'prefix', 'number', 'suffix'), name='elector_number_once'),
        ),
        migrations.AddConstraint(
            model_name='elector',
            constraint=models.CheckConstraint(condition=models.Q(('franchise__in', ['full', 'overseas', 'eu', 'eu_retained', 'peer', 'foreign'])), name='elector_franchise_known'),
        ),
        migrations.AddConstraint(
            model_name='segment',
            constraint=models.UniqueConstraint(fields=('campaign', 'name'), name='segment_name', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='persontag',
            constraint=models.UniqueConstraint(fields=('tag', 'person'), name='person_tag_once'),
        ),
    ]
