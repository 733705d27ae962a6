"""One row per person and channel where there was one per mark. Back: one row per mark again."""

from django.db import migrations

from breach.models.base import new_uid

HOUR = {"hour": "1h"}


def expand(apps, schema_editor):
    Reminder, Membership = apps.get_model("breach", "Reminder"), apps.get_model("breach", "Membership")
    here = schema_editor.connection.alias
    for old in Reminder.objects.using(here).filter(user=None, endpoint=None).select_related("obligation__incident"):
        incident = old.obligation.incident
        members = Membership.objects.using(here).filter(incident=incident, user__is_active=True).exclude(user__role="auditor")
        people = list(members.order_by("pk").values_list("user_id", flat=True)) or [incident.opened_by_id]
        state = "sent" if old.sent_at else "withdrawn" if old.withdrawn_at else "planned"
        Reminder.objects.using(here).bulk_create(
            Reminder(
                uid=new_uid(), created_at=old.created_at, obligation=old.obligation, due=old.due,
                mark=HOUR.get(old.mark, old.mark), channel=channel, user_id=person, state=state,
                next_try_at=old.due, settled_at=old.sent_at or old.withdrawn_at, late=old.late,
            )
            for person in people
            for channel in (("in_app",) if incident.drill else ("in_app", "email"))
        )
        old.delete()


def collapse(apps, schema_editor):
    reminders = apps.get_model("breach", "Reminder").objects.using(schema_editor.connection.alias)
    back = {new: old for old, new in HOUR.items()}
    reminders.update(covered_by=None)
    kept = set()
    # What was sent or is still to be sent says more about a mark than a row that was called off.
    for row in sorted(reminders.all(), key=lambda one: (one.state == "withdrawn", one.pk)):
        key = (row.obligation_id, row.mark)
        if key in kept:
            row.delete()
            continue
        kept.add(key)
        row.mark = back.get(row.mark, row.mark)
        row.user = row.endpoint = row.plan = None
        row.sent_at = row.settled_at if row.state in ("sent", "covered", "failed") else None
        row.withdrawn_at = row.settled_at if row.state == "withdrawn" else None
        row.save()


class Migration(migrations.Migration):
    dependencies = [("breach", "0005_reminder_recipients")]
    operations = [migrations.RunPython(expand, collapse)]
