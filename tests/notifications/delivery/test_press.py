"""A print run by several processes gives the letters that one process gives."""

import io
from datetime import datetime

import django
import pikepdf
import pytest

from breach.files import open_sealed
from notifications.addressing import NoticeLetters
from notifications.contents import frozen_content
from notifications.delivery.post import SealedShelf
from notifications.letters.press import Order, PressedFile, press
from notifications.services.prepare import prepare_some
from notifications.services.printing import letters_of, start_run
from tests.house import House
from tests.notifications import campaign

pytestmark = pytest.mark.django_db(transaction=True)
LETTERS, PER_FILE = 23, 5


def test_several_processes_print_what_one_prints(
    house: House, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The processes are started anew: they must find this run's keys and files, not make a place of their own.
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "breach.settings")
    house.open(now)
    people = [
        {
            "full_name": f"Anna {number} Berg",
            "language": "de",
            **(campaign.BERLIN, campaign.PARIS)[number % 2],
        }
        for number in range(LETTERS)
    ]
    campaign.add_people(house, now, *people)
    notice = campaign.released(house, now)
    while prepare_some(notice=notice, now=now):
        pass
    run = start_run(notice=notice, now=now, limit=LETTERS)
    assert run is not None
    ids = list(letters_of(run).values_list("pk", flat=True))

    def printed(processes: int) -> list[PressedFile]:
        order = Order(
            content=frozen_content(notice),
            date=run.letter_date,
            source=NoticeLetters.of(notice),
            shelf=SealedShelf(notice.incident, now),
            start=django.setup,
            letters_per_file=PER_FILE,
            processes=processes,
        )
        return list(press(order, ids))

    alone, together = printed(1), printed(2)
    told = [(one.number, one.window, one.letters, one.pages, one.manifest, one.digests) for one in together]
    assert told == [
        (one.number, one.window, one.letters, one.pages, one.manifest, one.digests) for one in alone
    ]
    assert sum(one.letters for one in together) == len(ids) == LETTERS
    assert sum(one.proven for one in together) == sum(one.proven for one in alone) == 5
    for one in together:
        one.kept.save()
        with open_sealed(one.kept) as content, pikepdf.open(io.BytesIO(content.read())) as pdf:
            assert len(pdf.pages) == one.pages
