
import django.db.models.constraints
import django.db.models.deletion
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
        migrations.AddField(
            model_name='answer',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='people.person'),
        ),
        migrations.AddField(
            model_name='answer',
            name='recorded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='campaign',
            name='areas',
            field=models.ManyToManyField(blank=True, related_name='campaigns', to='places.area'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='created_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='answer',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campaigns.campaign'),
        ),
        migrations.AddField(
            model_name='candidate',
            name='area',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area'),
        ),
        migrations.AddField(
            model_name='candidate',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='candidates', to='campaigns.campaign'),
        ),
        migrations.AddField(
            model_name='cribsheet',
            name='area',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area'),
        ),
        migrations.AddField(
            model_name='cribsheet',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='crib_sheets', to='campaigns.campaign'),
        ),
        migrations.AddField(
            model_name='cribsheet',
            name='created_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='answer',
            name='option',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.option'),
        ),
        migrations.AddField(
            model_name='question',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='campaigns.campaign'),
        ),
        migrations.AddField(
            model_name='option',
            name='question',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='options', to='campaigns.question'),
        ),
        migrations.AddField(
            model_name='answer',
            name='question',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='campaigns.question'),
        ),
        migrations.AddField(
            model_name='script',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scripts', to='campaigns.campaign'),
        ),
        migrations.AddField(
            model_name='script',
            name='created_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='scriptstep',
            name='question',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='campaigns.question'),
        ),
        migrations.AddField(
            model_name='scriptstep',
            name='script',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='campaigns.script'),
        ),
        migrations.AddField(
            model_name='scriptstep',
            name='show_if',
            field=models.ManyToManyField(blank=True, related_name='+', to='campaigns.option'),
        ),
        migrations.AddConstraint(
            model_name='candidate',
            constraint=models.UniqueConstraint(fields=('campaign', 'area', 'name'), name='candidate_once'),
        ),
        migrations.AddConstraint(
            model_name='cribsheet',
            constraint=models.UniqueConstraint(condition=models.Q(('area__isnull', False)), fields=('campaign', 'area', 'version'), name='crib_sheet_version'),
        ),
        migrations.AddConstraint(
            model_name='cribsheet',
            constraint=models.UniqueConstraint(condition=models.Q(('area__isnull', True)), fields=('campaign', 'version'), name='crib_sheet_version_everywhere'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(fields=('campaign', 'key'), name='question_key'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['choice', 'choices', 'scale', 'text'])), name='question_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('kind', 'scale'), _negated=True), ('scale_from__isnull', True), ('scale_to__isnull', True)), models.Q(('kind', 'scale'), ('scale_from__lt', models.F('scale_to'))), _connector='OR'), name='question_scale_range'),
        ),
        migrations.AddConstraint(
            model_name='option',
            constraint=models.CheckConstraint(condition=models.Q(('meaning__in', ['strong_support', 'weak_support', 'undecided', 'weak_opposed', 'opposed', 'wont_say', 'non_voter', 'yes', 'no', 'maybe', 'has', 'wants', 'other'])), name='option_meaning_known'),
        ),
        migrations.AddConstraint(
            model_name='option',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('question', 'label'), name='option_label'),
        ),
        migrations.AddIndex(
            model_name='answer',
            index=models.Index(fields=['person', 'question', '-answered_at'], name='answer_person_question'),
        ),
        migrations.AddIndex(
            model_name='answer',
            index=models.Index(fields=['campaign', 'question', 'answered_at'], name='answer_campaign_question'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(condition=models.Q(('option__isnull', False)), fields=('source_uuid', 'person', 'question', 'option'), name='answer_option_once_per_source'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(condition=models.Q(('option__isnull', True)), fields=('source_uuid', 'person', 'question'), name='answer_once_per_source'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.CheckConstraint(condition=models.Q(('meaning', ''), ('meaning__in', ['strong_support', 'weak_support', 'undecided', 'weak_opposed', 'opposed', 'wont_say', 'non_voter', 'yes', 'no', 'maybe', 'has', 'wants', 'other']), _connector='OR'), name='answer_meaning_known'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.CheckConstraint(condition=models.Q(('option__isnull', False), ('number__isnull', False), models.Q(('text', ''), _negated=True), _connector='OR'), name='answer_says_something'),
        ),
        migrations.AddConstraint(
            model_name='script',
            constraint=models.UniqueConstraint(fields=('campaign', 'name'), name='script_name'),
        ),
        migrations.AddConstraint(
            model_name='scriptstep',
            constraint=models.UniqueConstraint(fields=('script', 'question'), name='script_step_question'),
        ),
        migrations.AddConstraint(
            model_name='scriptstep',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('script', 'position'), name='script_step_position'),
        ),
    ]
