# Bulk rows lose the indexes that only cost; blind indexes are reached through a table of their own.

import breach.models.base
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('breach', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BlindKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.BigIntegerField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='KnownMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=breach.models.base.new_uid, editable=False, max_length=26, unique=True)),
                ('created_at', models.DateTimeField()),
                ('signature', models.CharField(max_length=64, unique=True)),
                ('mapping', models.JSONField()),
                ('used_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.RemoveIndex(
            model_name='sourcerecord',
            name='source_by_email',
        ),
        migrations.RemoveIndex(
            model_name='sourcerecord',
            name='source_by_customer',
        ),
        migrations.RemoveIndex(
            model_name='sourcerecord',
            name='source_by_name',
        ),
        migrations.AddField(
            model_name='intakefile',
            name='indexed_keys',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='intakefile',
            name='tried_batches',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='intakefile',
            name='state',
            field=models.CharField(choices=[('uploaded', 'Uploaded'), ('profiled', 'Looked through'), ('mapped', 'Columns mapped'), ('trying', 'Being tried'), ('checked', 'Tried'), ('accepted', 'Accepted, waiting to be loaded'), ('loading', 'Loading'), ('loaded', 'Loaded'), ('discarded', 'Discarded')], default='uploaded', max_length=20),
        ),
        migrations.AlterField(
            model_name='mergeevidence',
            name='incident',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='breach.incident'),
        ),
        migrations.AlterField(
            model_name='person',
            name='created_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='person',
            name='incident',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='breach.incident'),
        ),
        migrations.AlterField(
            model_name='person',
            name='merged_into',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absorbed', to='breach.person'),
        ),
        migrations.AlterField(
            model_name='person',
            name='party',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_rows', to='breach.party'),
        ),
        migrations.AlterField(
            model_name='sourcerecord',
            name='created_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='sourcerecord',
            name='file',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sources', to='breach.intakefile'),
        ),
        migrations.AlterField(
            model_name='sourcerecord',
            name='incident',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='breach.incident'),
        ),
        migrations.AlterField(
            model_name='sourcerecord',
            name='party',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_rows', to='breach.party'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['incident', 'state'], name='person_by_state'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='person_by_keeper'),
        ),
        migrations.AddConstraint(
            model_name='intakefile',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'loading')), fields=('party',), name='intake_one_load_of_a_party'),
        ),
        migrations.AddField(
            model_name='blindkey',
            name='source',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='breach.sourcerecord'),
        ),
        migrations.AddField(
            model_name='knownmapping',
            name='created_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
    ]
