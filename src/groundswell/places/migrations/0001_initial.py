
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ReferenceSet',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64)),
                ('loaded_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'packaged data set',
                'verbose_name_plural': 'packaged data sets',
            },
        ),
        migrations.CreateModel(
            name='Area',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('nation', 'Nation'), ('region', 'Region'), ('constituency', 'Constituency'), ('council', 'Council'), ('ward', 'Ward'), ('polling_district', 'Polling district'), ('other', 'Other')], max_length=20, verbose_name='kind')),
                ('boundary_set', models.CharField(help_text='For example uk-parliament-2024.', max_length=60, verbose_name='boundary set')),
                ('code', models.CharField(max_length=60, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('nation', models.CharField(blank=True, max_length=100, verbose_name='nation')),
                ('region', models.CharField(blank=True, max_length=100, verbose_name='region')),
                ('latitude', models.FloatField(blank=True, null=True, verbose_name='latitude')),
                ('longitude', models.FloatField(blank=True, null=True, verbose_name='longitude')),
                ('time_zone', models.CharField(default='Europe/London', max_length=60, verbose_name='time zone')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='places.area')),
            ],
            options={
                'verbose_name': 'area',
                'verbose_name_plural': 'areas',
                'ordering': ('name', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Contest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('election', models.CharField(help_text='For example 2024.', max_length=60, verbose_name='election')),
                ('held_on', models.DateField(blank=True, null=True, verbose_name='held on')),
                ('electorate', models.PositiveIntegerField(blank=True, null=True, verbose_name='electorate')),
                ('valid_votes', models.PositiveIntegerField(blank=True, null=True, verbose_name='valid votes')),
                ('majority', models.PositiveIntegerField(blank=True, null=True, verbose_name='majority')),
                ('result', models.CharField(blank=True, help_text='For example Lab gain from Con.', max_length=100, verbose_name='result')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contests', to='places.area')),
            ],
            options={
                'verbose_name': 'election result',
                'verbose_name_plural': 'election results',
                'ordering': ('area', '-election'),
            },
        ),
        migrations.CreateModel(
            name='OfficeHolder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('office', models.CharField(default='MP', max_length=60, verbose_name='office')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('party', models.CharField(blank=True, max_length=200, verbose_name='party')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='official email')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='in office since')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='left office on')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='office_holders', to='places.area')),
            ],
            options={
                'verbose_name': 'office-holder',
                'verbose_name_plural': 'office-holders',
                'ordering': ('area', 'office', '-starts_on', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Postcode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('boundary_set', models.CharField(max_length=60, verbose_name='boundary set')),
                ('postcode', models.CharField(help_text='Capitals and digits, without spaces.', max_length=16, verbose_name='postcode')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='postcodes', to='places.area')),
            ],
            options={
                'verbose_name': 'postcode',
                'verbose_name_plural': 'postcodes',
                'ordering': ('boundary_set', 'postcode'),
            },
        ),
        migrations.CreateModel(
            name='Result',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(max_length=200, verbose_name='party')),
                ('party_abbreviation', models.CharField(blank=True, max_length=40, verbose_name='party in short')),
                ('candidate', models.CharField(blank=True, max_length=200, verbose_name='candidate')),
                ('votes', models.PositiveIntegerField(verbose_name='votes')),
                ('sitting', models.BooleanField(default=False, verbose_name='held the seat before')),
                ('contest', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='results', to='places.contest')),
            ],
            options={
                'verbose_name': "candidate's result",
                'verbose_name_plural': "candidates' results",
                'ordering': ('contest', '-votes', 'party', 'candidate'),
            },
        ),
        migrations.AddIndex(
            model_name='area',
            index=models.Index(fields=['kind', 'boundary_set', 'name'], name='area_listed'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.UniqueConstraint(fields=('boundary_set', 'code'), name='area_code_once_per_boundary_set'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['nation', 'region', 'constituency', 'council', 'ward', 'polling_district', 'other'])), name='area_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), ('name', ''), ('boundary_set', ''), _connector='OR', _negated=True), name='area_named'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(('time_zone', ''), _negated=True), name='area_has_time_zone'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(('parent', None), models.Q(('parent', models.F('pk')), _negated=True), _connector='OR'), name='area_not_its_own_parent'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude', None), ('longitude', None)), models.Q(models.Q(('latitude__gte', -90), ('latitude__isnull', False), ('latitude__lte', 90)), models.Q(('longitude__gte', -180), ('longitude__isnull', False), ('longitude__lte', 180))), _connector='OR'), name='area_centre_on_earth'),
        ),
        migrations.AddConstraint(
            model_name='contest',
            constraint=models.UniqueConstraint(fields=('area', 'election'), name='contest_once_per_area_and_election'),
        ),
        migrations.AddConstraint(
            model_name='contest',
            constraint=models.CheckConstraint(condition=models.Q(('election', ''), _negated=True), name='contest_names_its_election'),
        ),
        migrations.AddConstraint(
            model_name='contest',
            constraint=models.CheckConstraint(condition=models.Q(('majority', None), ('valid_votes', None), ('majority__lte', models.F('valid_votes')), _connector='OR'), name='contest_majority_within_votes'),
        ),
        migrations.AddConstraint(
            model_name='officeholder',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('area', 'office'), name='office_holder_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='officeholder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('office', ''), _negated=True)), name='office_holder_named'),
        ),
        migrations.AddConstraint(
            model_name='officeholder',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on', None), ('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='office_holder_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='postcode',
            constraint=models.UniqueConstraint(fields=('boundary_set', 'postcode'), name='postcode_once_per_boundary_set'),
        ),
        migrations.AddConstraint(
            model_name='postcode',
            constraint=models.CheckConstraint(condition=models.Q(('postcode__regex', '^[A-Z0-9]{1,16}$')), name='postcode_in_capitals_without_spaces'),
        ),
        migrations.AddConstraint(
            model_name='result',
            constraint=models.UniqueConstraint(fields=('contest', 'party', 'candidate'), name='result_once_per_party_and_candidate'),
        ),
        migrations.AddConstraint(
            model_name='result',
            constraint=models.CheckConstraint(condition=models.Q(('party', ''), _negated=True), name='result_names_its_party'),
        ),
    ]
