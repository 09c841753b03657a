from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('phonebank', '0002_reckonings'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='reckoning',
            name='reckoning_kind_known',
        ),
        migrations.AlterField(
            model_name='reckoning',
            name='kind',
            field=models.CharField(choices=[('reach', 'how many households would be rung, and why the others would not'), ('results', 'what people said, by question and by area')], max_length=8),
        ),
        migrations.AddConstraint(
            model_name='reckoning',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['reach', 'results'])), name='reckoning_kind_known'),
        ),
    ]
