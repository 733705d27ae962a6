"""Let the database hold what the new columns promise, and drop what they replace."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("breach", "0006_expand_reminders")]

    operations = [
        migrations.RemoveField(
            model_name='reminder',
            name='sent_at',
        ),
        migrations.RemoveField(
            model_name='reminder',
            name='withdrawn_at',
        ),
        migrations.AlterField(
            model_name='reminder',
            name='next_try_at',
            field=models.DateTimeField(),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(fields=['state', 'next_try_at'], name='reminder_to_send'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'webhook'), ('endpoint__isnull', False), ('user__isnull', True)), models.Q(models.Q(('channel', 'webhook'), _negated=True), ('endpoint__isnull', True), ('user__isnull', False)), _connector='OR'), name='reminder_has_one_recipient'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(condition=models.Q(('user__isnull', False), models.Q(('state', 'withdrawn'), _negated=True)), fields=('obligation', 'mark', 'channel', 'user'), name='reminder_once_per_person'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(condition=models.Q(('endpoint__isnull', False), models.Q(('state', 'withdrawn'), _negated=True)), fields=('obligation', 'mark', 'endpoint'), name='reminder_once_per_endpoint'),
        ),
    ]
