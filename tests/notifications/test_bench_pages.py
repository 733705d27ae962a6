import io
import json

from django.core.management import call_command

from notifications.benches import pages


def test_every_page_of_the_house_and_the_room_is_asked_for() -> None:
    """The smallest house: 30 incidents. How quick it is is not asked here."""
    out = io.StringIO()
    call_command("bench", "pages", "--n", "50", "--json", stdout=out, stderr=io.StringIO())
    document = json.loads(out.getvalue())
    assert (document["bench"], document["people"], document["incidents"]) == ("pages", 50, 30)
    assert set(document["bytes_by_page"]) == {*pages.HOUSE, *pages.ROOM, "obligation"}
    assert document["requests"] == 50
    assert max(document["bytes_by_page"].values()) < 200_000
