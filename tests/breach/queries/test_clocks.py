from breach.models import Obligation
from breach.queries.clocks import obligation_label


def label(language: str, **values: str) -> str:
    return obligation_label(Obligation(phase="initial", **values), language)


def test_an_authority_goes_by_its_short_form() -> None:
    recipient = "Commission nationale de l'informatique et des libertés (CNIL)"
    assert (
        label("en", regime="eu_gdpr_controller", to="authority", recipient=recipient)
        == "Initial notification: CNIL"
    )


def test_several_authorities_are_all_named() -> None:
    said = label("en", regime="x", to="authority", recipient="Datenschutzbehörde (DSB); Attorney General")
    assert said == "Initial notification: DSB; Attorney General"


def test_people_are_named_with_the_law_that_wants_them_told() -> None:
    said = label("en", regime="us_ca", to="individuals", recipient="")
    assert said == "Initial notification: the people concerned (California, breach statute)"


def test_the_label_follows_the_language() -> None:
    said = label("fr", regime="us_ca", to="individuals", recipient="")
    assert said.endswith("(Californie, loi sur les violations de données)")
    assert "\u00a0: " in said
