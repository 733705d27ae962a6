"""Order running clocks by one stored column, and find unread notices quickly."""

import datetime

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("breach", "0007_one_reminder_per_recipient")]

    operations = [
        migrations.AddField(
            model_name='obligation',
            name='called_off_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='obligation',
            name='urgency',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(state__in=['provisional', 'running'], then=django.db.models.functions.comparison.Coalesce('due', models.Value(datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)))), default=None), output_field=models.DateTimeField(null=True)),
        ),
        migrations.AddIndex(
            model_name='inappnotice',
            index=models.Index(fields=['user', '-id'], name='notice_of_user'),
        ),
        migrations.AddIndex(
            model_name='inappnotice',
            index=models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='notice_unread'),
        ),
        migrations.AddIndex(
            model_name='obligation',
            index=models.Index(fields=['urgency', 'id'], name='obligation_urgency'),
        ),
    ]
