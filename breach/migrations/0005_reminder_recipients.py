"""Give reminders a recipient, a channel and a state; columns first, rows in the next step."""

import breach.models.base
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("breach", "0004_accounts_and_access")]

    operations = [
        migrations.CreateModel(
            name="ReminderPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.CharField(default=breach.models.base.new_uid, editable=False, max_length=26, unique=True)),
                ("created_at", models.DateTimeField()),
                ("shares", models.JSONField()),
                ("hours_before", models.JSONField()),
                ("created_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.CharField(default=breach.models.base.new_uid, editable=False, max_length=26, unique=True)),
                ("created_at", models.DateTimeField()),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("host", models.CharField(max_length=255, verbose_name="host")),
                ("sealed", models.BinaryField()),
                ("retired_at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=40)),
                ("created_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"ordering": ["name", "pk"]},
        ),
        migrations.RemoveConstraint(model_name="reminder", name="reminder_once"),
        migrations.RemoveIndex(model_name="reminder", name="reminder_due"),
        migrations.AlterModelOptions(name="reminder", options={"ordering": ["due", "pk"]}),
        migrations.AddField("reminder", "plan", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="breach.reminderplan")),
        migrations.AddField("reminder", "user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
        migrations.AddField("reminder", "endpoint", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="breach.webhookendpoint")),
        migrations.AddField("reminder", "channel", models.CharField(
            choices=[("in_app", "In the application"), ("email", "E-mail"), ("webhook", "Webhook")],
            default="in_app", max_length=20), preserve_default=False),
        migrations.AddField("reminder", "state", models.CharField(
            choices=[
                ("planned", "Planned"), ("handing_over", "Being handed over"), ("sent", "Sent"),
                ("covered", "Covered by a later alarm"), ("failed", "Not delivered"), ("withdrawn", "Called off"),
            ],
            default="planned", max_length=20)),
        migrations.AddField("reminder", "next_try_at", models.DateTimeField(null=True)),
        migrations.AddField("reminder", "tries", models.PositiveIntegerField(default=0)),
        migrations.AddField("reminder", "interrupted", models.PositiveIntegerField(default=0)),
        migrations.AddField("reminder", "settled_at", models.DateTimeField(null=True)),
        migrations.AddField("reminder", "covered_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="covers", to="breach.reminder")),
        migrations.AddField("reminder", "note", models.CharField(blank=True, max_length=40)),
    ]
