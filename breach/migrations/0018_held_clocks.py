"""Keep with each clock whether law enforcement holds it back and until when, and order by it; requests name laws,
carry their document and say when to ask again."""

import datetime

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


def fill(apps, schema_editor):
    """Read from the stored working what holds the running clocks."""
    rows = apps.get_model("breach", "Obligation").objects.filter(state__in=["provisional", "running"])
    for row in rows.iterator():
        lines = [line for line in row.working if line["code"] in ("clock.held", "clock.held_open")]
        if not lines:
            continue
        ends = [_end(line) for line in lines]
        rows.filter(pk=row.pk).update(held=True, held_until=None if None in ends else max(ends))


def _end(line):
    if line["code"] == "clock.held_open":
        return None
    return datetime.datetime.fromisoformat(line["values"]["at"].partition("[")[0])


def nothing(apps, schema_editor):
    """The columns go; nothing else was written."""


class Migration(migrations.Migration):
    dependencies = [("breach", "0017_salted_digest_of_contracts")]

    operations = [
        migrations.AddField(
            model_name='lawhold',
            name='event',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='breach.event'),
        ),
        migrations.AddField(
            model_name='lawhold',
            name='regimes',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='lawhold',
            name='review_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='obligation',
            name='held',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='obligation',
            name='held_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(fill, nothing),
        # A generated column cannot be altered: it goes with its index and comes again.
        migrations.RemoveIndex(model_name='obligation', name='obligation_urgency'),
        migrations.RemoveField(model_name='obligation', name='urgency'),
        migrations.AddField(
            model_name='obligation',
            name='urgency',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(state__in=['provisional', 'running'], carries=True, then=django.db.models.functions.comparison.Coalesce('due', 'held_until', models.Case(models.When(held=True, then=models.Value(datetime.datetime(9998, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), default=models.Value(datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))))), default=None), output_field=models.DateTimeField(null=True)),
        ),
        migrations.AddIndex(
            model_name='obligation',
            index=models.Index(fields=['urgency', 'id'], name='obligation_urgency'),
        ),
    ]
