# Source records from before there were blind keys get theirs.

from itertools import islice

from django.db import migrations

AT_ONCE = 1_000
INDEXES = ("email_index", "customer_index", "name_index")


def give_keys(apps, schema_editor):
    BlindKey = apps.get_model("breach", "BlindKey")
    SourceRecord = apps.get_model("breach", "SourceRecord")
    keys = (
        BlindKey(value=int.from_bytes(bytes(index)[:8], "big", signed=True), source_id=pk)
        for pk, *indexes in SourceRecord.objects.values_list("pk", *INDEXES).iterator()
        for index in indexes
        if index is not None
    )
    while part := list(islice(keys, AT_ONCE)):
        BlindKey.objects.bulk_create(part)


def take_keys(apps, schema_editor):
    apps.get_model("breach", "BlindKey").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("breach", "0002_people_by_the_million")]
    operations = [migrations.RunPython(give_keys, take_keys)]
