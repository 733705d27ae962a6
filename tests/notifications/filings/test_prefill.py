from dataclasses import replace
from datetime import timedelta

from breach.law import kinds
from breach.law.facts import Facts
from breach.law.facts_words import CAUSES, HARMS, MEASURES, NATURES, SUBJECTS
from notifications.filings.prefill import (
    Contact,
    Entity,
    Judgement,
    Known,
    Telling,
    leave_open,
    mapping,
    prefill,
)
from notifications.filings.profiles import profile_for

from .samples import AWARE, NOW, ZONE, initial

PROFILE = profile_for("fr")
FORM = PROFILE.form
FACTS = Facts(
    confidentiality=True,
    exfiltration="confirmed",
    encryption="none",
    cause="external_malicious",
    natures=("hacking", "malware", "exfiltration"),
    occurred_from=AWARE - timedelta(hours=5),
    occurred_to=AWARE - timedelta(hours=1),
    data_kinds=("name", "email", "iban"),
    subjects=("customers", "prospects"),
    minors=True,
    people_total=1432,
    people_precision="exact",
    people_by_country={"FR": 1400, "DE": 30, "ZZ": 2},
    established_in=("FR",),
    measures=("vulnerability_fixed", "police_informed"),
    harms=("fraud", "identity_theft"),
)
KNOWN = Known(
    reference="2026-001",
    zone=ZONE,
    controller=Entity("Rivage Boutique SAS", "12 rue des Tanneurs"),
    reporter=Contact("Robin Petit", "robin@example.org", "other", "Responsable sécurité"),
    officer=Contact("Claire Morel", "dpo@rivage.example", "dpo"),
    facts=FACTS,
    aware_at=AWARE,
    judgement=Judgement("high_risk", "high", "Gravité élevée."),
    telling=Telling("yes", told_at=NOW, is_everybody=True),
    severity_from_enisa=PROFILE.severity_from_enisa,
)


def empty() -> object:
    return replace(initial(), values={"notification_subtype": "incomplete"}, to_follow={})


def test_every_word_of_the_facts_has_an_option_of_the_form() -> None:
    table = mapping()
    for words, name, key in (
        (CAUSES, "cause", "cause"),
        (NATURES, "nature", "incident_nature"),
        (SUBJECTS, "subject", "people_categories"),
        (HARMS, "harm", "impacts"),
    ):
        assert set(table[name]) == set(words)
        assert all(FORM.field(key).option(option) for option in table[name].values())
    assert set(table["measure"]) == set(MEASURES)
    assert all(FORM.field("data_types").option(kind.edpb) for kind in kinds.load().values())


def test_what_is_known_fills_the_form() -> None:
    values = prefill(empty(), FORM, KNOWN).values  # type: ignore[arg-type]
    told = {key: values.get(key) for key in ("when", "nature", "incident_nature", "cause", "unintelligible")}
    assert told == {
        "when": "range",
        "nature": ["confidentiality"],
        "incident_nature": ["hacking", "exfiltration"],
        "cause": "external_malice",
        "unintelligible": "no",
    }
    assert values["people_categories"] == ["customers", "minors"]
    assert values["data_types"] == ["basic", "contact", "payment_methods"]
    assert values["people_by_country"] == {"DE": 30, "FR": 1400}
    assert values["severity"] == "significant"
    assert values["measures_taken"] == "La vulnérabilité a été corrigée.\nLa police a été informée."
    assert values["police"] == "yes"
    assert values["told_scope"] == "all"


def test_what_people_wrote_or_judged_stands_and_facts_win_over_the_rest() -> None:
    before = initial().with_value(FORM, "severity", "negligible").with_value(FORM, "cause", "internal_malice")
    values = prefill(before, FORM, KNOWN).values
    assert values["measures_taken"] == before.values["measures_taken"]
    assert values["severity"] == "negligible"
    assert values["cause"] == "external_malice"


def test_a_judgement_left_open_is_filled_once_there_is_one() -> None:
    assert initial().values["severity"] == "to_be_determined"
    assert prefill(initial(), FORM, KNOWN).values["severity"] == "significant"


def test_an_answer_that_becomes_known_takes_back_its_promise() -> None:
    after = prefill(initial(), FORM, KNOWN)
    assert after.to_follow == {}
    assert after.values["people_precision"] == "exact"


def test_nothing_known_changes_no_answer() -> None:
    blank = replace(KNOWN, facts=Facts(), judgement=None, telling=None, aware_at=None)
    assert prefill(initial(), FORM, blank) == initial()


def test_open_choices_say_so_only_while_incomplete() -> None:
    opened = leave_open(empty(), FORM)  # type: ignore[arg-type]
    assert opened.values["people_precision"] == "to_be_determined"
    assert opened.values["data_types"] == ["not_yet_known"]
    assert "confidentiality_type" not in opened.values  # not asked before row 55 is answered
    complete = replace(initial(), values={"notification_subtype": "complete"}, to_follow={})
    assert leave_open(complete, FORM) == complete
