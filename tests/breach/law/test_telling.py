"""How laws want people told: which channel first, and from how many people a public notice stands in."""

from typing import Any

import pytest

from breach.errors import BadInput
from breach.law import telling

RULE: dict[str, Any] = {
    "regime": "us_hipaa",
    "email": "if_agreed",
    "citation": "45 CFR 164.404(d)",
    "confidence": "from memory",
    "source": "no source re-read",
}


def test_hipaa_wants_post_and_a_public_notice_for_ten_people() -> None:
    rule = telling.load()["us_hipaa"]

    assert (rule.first, rule.email) == ("post", "if_agreed")
    assert rule.substitute
    assert (rule.substitute.people, rule.substitute.website_days, rule.substitute.toll_free_days) == (
        10,
        90,
        90,
    )
    assert rule.unreached({"US": 9, "FR": 40, "": 3}) == 9
    assert not rule.owes_substitute({"US": 9, "FR": 40})
    assert rule.owes_substitute({"US": 10})


def test_the_gdpr_names_no_number() -> None:
    rule = telling.load()["eu_gdpr_controller"]

    assert rule.unreached({"FR": 3, "DE": 4, "US": 90}) == 7
    assert not rule.owes_substitute({"FR": 1_000_000})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"regime": "us_hippa"}, "no regime 'us_hippa'"),
        ({"first": "fax"}, "another word"),
        ({"citation": ""}, "citation"),
        ({"furst": "post"}, "keys of a rule"),
        ({"substitute": {"peeple": 10, "citation": "x"}}, "substitute.peeple"),
        ({"substitute": {"people": 10}}, "no citation"),
    ],
)
def test_a_bad_rule_is_refused_by_its_place(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        telling.rule_from(RULE | changes, "data/telling.toml, rule 3")
    assert refused.value.place == "data/telling.toml, rule 3"
