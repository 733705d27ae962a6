"""The library that ships: complete, in both languages, and without figures of the law."""

import re
from datetime import timedelta

import pytest

from breach.errors import BadInput
from breach.playbooks import get, load
from breach.playbooks.format import LANGUAGES, ROLES

DUTIES = {
    "decide_awareness",
    "initial_filing",
    "assess_risk",
    "dpo_advice",
    "decide_notification",
    "send_letters",
}


def test_the_six_kinds_of_breach_have_a_playbook() -> None:
    assert list(load()) == [
        "credential_stuffing",
        "lost_device",
        "misdirected_email",
        "processor_breach",
        "ransomware",
        "web_application",
    ]


@pytest.mark.parametrize("key", list(load()))
def test_each_has_the_common_duties_and_work_of_its_own(key: str) -> None:
    playbook = get(key)
    keys = {task.key for task in playbook.tasks}
    own = keys - {task.key for other in load().values() if other.key != key for task in other.tasks}
    assert keys >= DUTIES
    assert len(own) >= 7
    assert {task.role for task in playbook.tasks} == set(ROLES)
    assert [phase.key for phase in playbook.phases] == [
        "establish",
        "contain",
        "assess",
        "tell",
        "recover",
        "learn",
    ]


@pytest.mark.parametrize("key", list(load()))
def test_no_text_is_the_same_in_both_languages(key: str) -> None:
    playbook = get(key)
    texts = [
        playbook.title,
        playbook.summary,
        *(words for task in playbook.tasks for words in (task.title, task.guide)),
    ]
    assert not [words for words in texts if words["en"] == words["fr"]]
    assert {language for words in texts for language in words} == set(LANGUAGES)


@pytest.mark.parametrize("key", list(load()))
def test_working_targets_leave_room_and_the_law_s_figures_stay_in_the_law_room(key: str) -> None:
    playbook = get(key)
    texts = [text for task in playbook.tasks for words in (task.title, task.guide) for text in words.values()]
    assert not [text for text in texts if re.search(r"\b72\b|\bArt(icle|\.)? ?\d", text)]
    assert playbook.task("initial_filing").offset == timedelta(days=2)


def test_an_unknown_playbook_names_those_there_are() -> None:
    with pytest.raises(BadInput) as refused:
        get("flood")
    assert str(refused.value) == (
        "playbook: There is no playbook “flood”. Choose one of credential_stuffing, lost_device, "
        "misdirected_email, processor_breach, ransomware, web_application."
    )
