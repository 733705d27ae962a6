from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_addressee_of_a_letter")]

    operations = [
        migrations.AddField(
            model_name="notice", name="discovered_on", field=models.DateField(null=True)
        ),
    ]
