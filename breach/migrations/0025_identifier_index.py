from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("breach", "0024_suspicions"),
    ]

    operations = [
        migrations.AddField(
            model_name="sourcerecord",
            name="identifier_index",
            field=models.BinaryField(null=True),
        ),
    ]
