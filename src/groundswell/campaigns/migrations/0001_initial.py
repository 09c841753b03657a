
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.SmallIntegerField(null=True)),
                ('text', models.TextField(blank=True)),
                ('meaning', models.CharField(blank=True, choices=[('strong_support', 'firm supporter'), ('weak_support', 'leaning our way'), ('undecided', 'undecided'), ('weak_opposed', 'leaning to another'), ('opposed', 'firmly for another'), ('wont_say', 'will not say'), ('non_voter', 'does not vote'), ('yes', 'yes'), ('no', 'no'), ('maybe', 'perhaps'), ('has', 'has it'), ('wants', 'wants it'), ('other', 'other')], max_length=16)),
                ('party', models.CharField(blank=True, max_length=120)),
                ('channel', models.CharField(default='call', max_length=16)),
                ('source_uuid', models.UUIDField()),
                ('answered_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                ('slug', models.SlugField(max_length=64, unique=True)),
                ('own_party', models.CharField(blank=True, max_length=120, verbose_name='party')),
                ('other_parties', models.JSONField(blank=True, default=list)),
                ('election', models.CharField(blank=True, max_length=64, verbose_name='election')),
                ('poll_closes_at', models.DateTimeField(blank=True, null=True, verbose_name='poll closes')),
                ('is_demo', models.BooleanField(default=False)),
                ('archived_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='Candidate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('party', models.CharField(blank=True, max_length=120, verbose_name='party')),
                ('about', models.TextField(blank=True, verbose_name='about')),
            ],
        ),
        migrations.CreateModel(
            name='CribSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('body', models.TextField(verbose_name='crib sheet')),
                ('published', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='Option',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=120, verbose_name='label')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('meaning', models.CharField(choices=[('strong_support', 'firm supporter'), ('weak_support', 'leaning our way'), ('undecided', 'undecided'), ('weak_opposed', 'leaning to another'), ('opposed', 'firmly for another'), ('wont_say', 'will not say'), ('non_voter', 'does not vote'), ('yes', 'yes'), ('no', 'no'), ('maybe', 'perhaps'), ('has', 'has it'), ('wants', 'wants it'), ('other', 'other')], max_length=16, verbose_name='meaning')),
                ('party', models.CharField(blank=True, max_length=120)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=64)),
                ('kind', models.CharField(choices=[('choice', 'one of several'), ('choices', 'any of several'), ('scale', 'a number on a scale'), ('text', 'in their own words')], max_length=16)),
                ('text', models.CharField(max_length=500, verbose_name='question')),
                ('help', models.CharField(blank=True, max_length=500, verbose_name='note for the caller')),
                ('is_voter_id', models.BooleanField(default=False)),
                ('scale_from', models.SmallIntegerField(blank=True, null=True)),
                ('scale_to', models.SmallIntegerField(blank=True, null=True)),
                ('party', models.CharField(blank=True, max_length=120)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Script',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('opening', models.TextField(verbose_name='opening line')),
                ('closing', models.TextField(blank=True, verbose_name='closing line')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='ScriptStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
            ],
            options={
                'ordering': ['position'],
            },
        ),
    ]
