"""Workers killed at random points, hundreds of times, before a real mail server that counts."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from django.conf import settings as project_settings
from django.db import connection

from breach import clock
from notifications.models import Attempt, Notice, PersonNotice
from notifications.queries.notices import reconcile
from notifications.services.delivery import find_stuck, note_outcomes
from notifications.services.prepare import prepare_some
from tests.house import House, build_house
from tests.notifications import campaign
from tests.notifications.delivery.conftest import Mailroom

PEOPLE, KILLS, SEED = 240, 200, 20261125

pytestmark = pytest.mark.django_db(transaction=True)


class Nursery:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def worker(self, notice: Notice) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"work {notice.uid}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def nursery(room: Mailroom) -> Iterator[Nursery]:
    database = str(connection.settings_dict["NAME"])
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.notifications.delivery.nursery", database, str(room.port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=project_settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "breach.settings"},
    )
    try:
        yield Nursery(process)
    finally:
        process.kill()
        process.communicate()


def many(house: House) -> Notice:
    now = clock.now()
    house.open(now)
    people = [
        {
            "full_name": f"Person {number}",
            "email": f"p{number}@mail.example",
            "language": "fr",
            "country": "FR",
        }
        for number in range(PEOPLE)
    ]
    campaign.add_people(house, now, *people)
    notice = campaign.released(house, now)
    while prepare_some(notice=notice, now=now):
        pass
    return notice


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for_end(pid: int) -> None:
    for _ in range(1200):
        if not is_alive(pid):
            return
        time.sleep(0.05)
    raise AssertionError("the worker did not end")


def test_killed_anywhere_nobody_gets_two_and_nobody_is_missed(mailroom: Mailroom) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a repeatable choice of moments
    notice = many(build_house(clock.now()))
    killed = 0
    with nursery(mailroom) as place:
        for _ in range(KILLS):
            seen = len(mailroom.taken)
            pid = place.worker(notice)
            # Let it send at least about one letter, and strike at any point of the next ones.
            for _ in range(200):
                if len(mailroom.taken) > seen or not is_alive(pid):
                    break
                time.sleep(0.005)
            time.sleep(chance.random() * 0.01)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed += 1
            wait_for_end(pid)
            if not notice.people.filter(state="pending").exists():
                break
        wait_for_end(place.worker(notice))
    find_stuck(now=clock.now() + timedelta(hours=1))
    got = Counter(recipient for _sender, recipient, _message in mailroom.taken)
    states = Counter(notice.people.values_list("state", flat=True))
    ambiguous = PersonNotice.objects.filter(notice=notice, state="ambiguous")

    assert killed >= KILLS // 3
    assert max(got.values()) == 1  # nobody gets two
    assert set(states) <= {"accepted", "ambiguous"}  # nobody waits for ever
    assert states["accepted"] + states["ambiguous"] == PEOPLE
    # Who is said to have been written to has the letter; who has none is among those to be looked at.
    assert states["accepted"] <= len(got)
    assert PEOPLE - len(got) <= ambiguous.count() <= killed
    assert reconcile(notice).ambiguous == ambiguous.count()
    assert Attempt.objects.count() == PEOPLE
    noted = 0
    while done := note_outcomes(notice=notice, now=clock.now()):
        noted += done
    assert noted == PEOPLE
