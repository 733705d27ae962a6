"""What was done outside this system, for laws as for contracts: zone, words, way and proof, corrected by a later row."""

import django.db.models.deletion
from django.db import migrations, models


def fill(apps, schema_editor):
    """What was recorded so far was said in the zone of its incident."""
    rows = apps.get_model("breach", "Discharge").objects
    for pk, zone in rows.values_list("pk", "incident__zone"):
        rows.filter(pk=pk).update(zone=zone)


def nothing(apps, schema_editor):
    """The column goes with its values."""


class Migration(migrations.Migration):
    dependencies = [("breach", "0022_first_clock_of_incident")]

    operations = [
        migrations.AlterModelOptions(name='discharge', options={'ordering': ['pk']}),
        migrations.AlterField(
            model_name='discharge',
            name='obligation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='discharges', to='breach.obligation'),
        ),
        migrations.AddField(
            model_name='discharge',
            name='event',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='breach.event'),
        ),
        migrations.AddField(
            model_name='discharge',
            name='original_text',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='discharge',
            name='step',
            field=models.CharField(choices=[('recorded', 'Recorded'), ('corrected', 'Corrected'), ('taken_back', 'Taken back: it was not done')], default='recorded', max_length=20),
        ),
        migrations.AddField(
            model_name='discharge',
            name='supersedes',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='breach.discharge'),
        ),
        migrations.AddField(
            model_name='discharge',
            name='way',
            field=models.CharField(choices=[('portal', 'Their own portal or form'), ('email', 'E-mail'), ('post', 'Post'), ('telephone', 'Telephone'), ('other', 'Another way')], default='other', max_length=20),
        ),
        migrations.AddField(
            model_name='discharge',
            name='zone',
            field=models.CharField(default='', max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(fill, nothing),
    ]
