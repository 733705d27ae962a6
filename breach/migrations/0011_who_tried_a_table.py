# A trial that goes on in a worker keeps who began it.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('breach', '0010_law_of_the_house'),
    ]

    operations = [
        migrations.AddField(
            model_name='intakefile',
            name='tried_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
    ]
