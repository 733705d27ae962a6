"""Clients of a house that is a processor, and their clocks: one line for those that end together."""

import breach.models.base
import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('breach', '0014_room_for_every_authority'),
    ]

    operations = [
        migrations.CreateModel(
            name='Client',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=breach.models.base.new_uid, editable=False, max_length=26, unique=True)),
                ('created_at', models.DateTimeField()),
                ('reference', models.CharField(max_length=40, unique=True, verbose_name='reference')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail for breaches')),
                ('second_email', models.EmailField(blank=True, max_length=254, verbose_name='second e-mail')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='telephone')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French')], default='en', max_length=2, verbose_name='language')),
                ('zone', models.CharField(default='Europe/Paris', max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z_]+(/[A-Za-z0-9_+\\-]+)*$', 'Give an IANA time zone such as Europe/Paris.')], verbose_name='time zone')),
                ('window_value', models.PositiveIntegerField(blank=True, null=True, verbose_name='period of the contract')),
                ('window_unit', models.CharField(blank=True, choices=[('hours', 'hours'), ('calendar_days', 'calendar days'), ('business_days', 'business days')], max_length=20, verbose_name='unit')),
                ('window_from', models.CharField(blank=True, choices=[('processor_awareness', 'our awareness of the breach'), ('suspicion', 'the first suspicion'), ('detection', 'the detection of the incident'), ('attack_known', 'our knowledge of the attack')], max_length=40, verbose_name='runs from')),
                ('clause', models.CharField(blank=True, max_length=200, verbose_name='clause')),
                ('dpo_name', models.CharField(blank=True, max_length=120, verbose_name='data protection officer')),
                ('dpo_email', models.EmailField(blank=True, max_length=254, verbose_name="officer's e-mail")),
                ('terms', models.PositiveIntegerField(default=1)),
                ('changed_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['reference'],
            },
        ),
        migrations.CreateModel(
            name='ClientImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=breach.models.base.new_uid, editable=False, max_length=26, unique=True)),
                ('created_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('checked', 'Checked'), ('accepted', 'Accepted'), ('discarded', 'Discarded')], default='checked', max_length=20)),
                ('read', models.PositiveIntegerField()),
                ('rows', models.JSONField(default=list)),
                ('refused', models.JSONField(default=list)),
                ('refused_rows', models.PositiveIntegerField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ClientStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=breach.models.base.new_uid, editable=False, max_length=26, unique=True)),
                ('created_at', models.DateTimeField()),
                ('sealed_texts', models.BinaryField()),
                ('texts_digest', models.CharField(max_length=64)),
                ('kind', models.CharField(choices=[('told', 'Told'), ('acknowledged', 'Acknowledged'), ('taken_back', 'Taken back: was not told'), ('left_out', 'Not concerned after all'), ('listed_again', 'Listed again')], max_length=20)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='obligation',
            name='carries',
            field=models.BooleanField(default=True),
        ),
        migrations.AlterField(
            model_name='lawchange',
            name='kind',
            field=models.CharField(choices=[('switch', 'A regime was switched'), ('contract', 'A contract was changed'), ('client', "What a client's contract asks was changed")], max_length=20),
        ),
        # A generated column cannot be altered: it is dropped and made again.
        migrations.RemoveIndex(model_name='obligation', name='obligation_urgency'),
        migrations.RemoveField(model_name='obligation', name='urgency'),
        migrations.AddField(
            model_name='obligation',
            name='urgency',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(carries=True, state__in=['provisional', 'running'], then=django.db.models.functions.comparison.Coalesce('due', models.Value(datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)))), default=None), output_field=models.DateTimeField(null=True)),
        ),
        migrations.AddIndex(
            model_name='obligation',
            index=models.Index(fields=['urgency', 'id'], name='obligation_urgency'),
        ),
        migrations.CreateModel(
            name='AffectedBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=breach.models.base.new_uid, editable=False, max_length=26, unique=True)),
                ('created_at', models.DateTimeField()),
                ('count', models.PositiveIntegerField()),
                ('root', models.CharField(max_length=64)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='breach.incident')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AffectedClient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=breach.models.base.new_uid, editable=False, max_length=26, unique=True)),
                ('created_at', models.DateTimeField()),
                ('services', models.CharField(blank=True, max_length=200, verbose_name='services concerned')),
                ('kinds', models.JSONField(default=list)),
                ('people', models.PositiveIntegerField(null=True, verbose_name='people, approximately')),
                ('state', models.CharField(choices=[('to_tell', 'To tell'), ('told', 'Told'), ('acknowledged', 'Acknowledged'), ('left_out', 'Not concerned after all')], default='to_tell', max_length=20)),
                ('told_at', models.DateTimeField(null=True)),
                ('acknowledge_by', models.DateTimeField(null=True)),
                ('reminded_at', models.DateTimeField(null=True)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('controller_told_at', models.DateTimeField(null=True)),
                ('due', models.DateTimeField(null=True)),
                ('urgency', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce('due', models.Value(datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), output_field=models.DateTimeField())),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='breach.affectedbatch')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clients', to='breach.incident')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='breach.party')),
            ],
        ),
        migrations.AddField(
            model_name='obligation',
            name='affected',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to='breach.affectedclient'),
        ),
        migrations.AddIndex(
            model_name='obligation',
            index=models.Index(condition=models.Q(('affected__isnull', False)), fields=['incident', 'state', 'due'], name='obligation_of_clients'),
        ),
        migrations.AddField(
            model_name='affectedclient',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='breach.client'),
        ),
        migrations.AddField(
            model_name='clientimport',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='clientstep',
            name='affected',
            field=models.ManyToManyField(related_name='steps', to='breach.affectedclient'),
        ),
        migrations.AddField(
            model_name='clientstep',
            name='created_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='clientstep',
            name='incident',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='breach.incident'),
        ),
        migrations.AddIndex(
            model_name='affectedclient',
            index=models.Index(fields=['incident', 'urgency', 'id'], name='client_urgency'),
        ),
        migrations.AddIndex(
            model_name='affectedclient',
            index=models.Index(fields=['state', 'acknowledge_by'], name='client_silent'),
        ),
        migrations.AddConstraint(
            model_name='affectedclient',
            constraint=models.UniqueConstraint(fields=('incident', 'client'), name='client_once_per_incident'),
        ),
        migrations.AddConstraint(
            model_name='affectedclient',
            constraint=models.CheckConstraint(condition=models.Q(('acknowledged_at', None), ('told_at__isnull', False), _connector='OR'), name='client_told_before_acknowledged'),
        ),
    ]
