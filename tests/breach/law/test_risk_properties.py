# ruff: noqa: ANN001, ANN201 - hypothesis draws the arguments
"""One fact made worse never lowers the risk; an unknown fact gives a range that holds every answer to it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from breach.errors import BadInput
from breach.law import kinds
from breach.law.facts import Facts
from breach.law.risk import RISKS, assess

# For each fact, its values from the best for people to the worst.
LADDERS = {
    "deletion_confirmed": (True, False),
    "recipients_malicious": (False, True),
    "accessed": (False, True),
    "key_compromised": (False, True),
    "encryption_strong": (True, False),
    "unintelligible": (True, False),
    "hashes_broken": (False, True),
    "data_public_before": (True, False),
    "data_wrong": (True, False),
    "controller_tells": (False, True),
    "safety_critical": (False, True),
    "minors": (False, True),
    "vulnerable": (False, True),
    "harm_occurred": (False, True),
    "large_scale": (False, True),
    "availability_harm": (False, True),
    "data_depth": ("none", "little", "usual", "detailed"),
    "identification": ("negligible", "limited", "significant", "maximum"),
    "exfiltration": ("excluded", "no_evidence", "likely", "confirmed"),
    "backup": ("complete", "partial", "none"),
    "integrity_effect": ("recovered", "used_recoverable", "used_not_recoverable"),
    "restore_hours": (0, 4, 24, 48, 49, 200),
    "people_total": (1, 101, 999, 1000, 10**6),
    "recipients_number": (1, 10, 11, 100, 101, 5000),
    "cause": ("internal_accidental", "internal_malicious"),
}
# Unknown while the law or the guidelines make the answer turn on them (breach/law/data/risk.toml). Other facts aggravate
# only when somebody says so.
OPEN = (
    "deletion_confirmed", "key_compromised", "encryption_strong", "hashes_broken", "backup", "integrity_effect",
    "people_total", "confidentiality", "encryption", "exfiltration", "data_kinds",
)  # fmt: skip
OTHER = {
    "confidentiality": st.sampled_from([True, False]),
    "integrity": st.sampled_from([True, False]),
    "availability": st.sampled_from([True, False]),
    "recipients": st.sampled_from(["none", "trusted", "known", "unknown", "public"]),
    "encryption": st.sampled_from(["all", "part", "none"]),
    "medium": st.sampled_from(["electronic", "paper"]),
    "natures": st.lists(st.sampled_from(["device_lost", "hacking", "misdirected_email", "ransomware"]), max_size=2),
    "data_kinds": st.lists(st.sampled_from(sorted(kinds.load())), min_size=1, max_size=4, unique=True),
    "subjects": st.lists(st.sampled_from(["patients", "minors", "customers"]), max_size=1),
}  # fmt: skip
ANSWERS = {**{name: st.sampled_from(values) for name, values in LADDERS.items()}, **OTHER}
DOCUMENTS = st.fixed_dictionaries({}, optional=ANSWERS)


def level(document):
    return RISKS.index(assess(Facts.from_json(document)).risk)


@settings(max_examples=1500, deadline=None)
@given(DOCUMENTS, st.sampled_from(sorted(LADDERS)), st.data())
def test_one_fact_made_worse_never_lowers_the_risk(document, name, data):
    values = LADDERS[name]
    better = data.draw(st.integers(0, len(values) - 2))
    worse = data.draw(st.integers(better + 1, len(values) - 1))
    low, high = ({**document, name: values[index]} for index in (better, worse))
    assert level(low) <= level(high)


@settings(max_examples=500, deadline=None)
@given(DOCUMENTS, st.sampled_from(sorted(kinds.load())))
def test_one_more_kind_of_data_never_lowers_the_risk(document, kind):
    known = {**document, "data_kinds": document.get("data_kinds", ["name"])}
    assert level(known) <= level({**known, "data_kinds": [*known["data_kinds"], kind]})


@settings(max_examples=500, deadline=None)
@given(DOCUMENTS)
def test_recipients_from_trusted_to_public_never_lower_the_risk(document):
    ladder = ("none", "trusted", "known", "public")
    levels = [level({**document, "exfiltration": "confirmed", "recipients": who}) for who in ladder[1:]]
    assert levels == sorted(levels)


@settings(max_examples=1500, deadline=None)
@given(DOCUMENTS, st.sampled_from(OPEN), st.data())
def test_an_open_fact_gives_a_range_that_holds_every_answer(document, name, data):
    without = {key: value for key, value in document.items() if key != name}
    if name in ("exfiltration", "encryption") and {"recipients", "accessed", "medium"} & set(without):
        return  # who has the data, or read them, is known: nothing is open
    if name in ("key_compromised", "encryption_strong") and without.get("encryption") != "all":
        return  # nothing to open
    if name == "confidentiality" and {"accessed", "recipients", "exfiltration"} & set(without):
        return  # something is said of who has them
    if name == "people_total" and "large_scale" in without:
        return  # the scale is known: a number beside it could only contradict
    try:
        answer = data.draw(ANSWERS[name])
        told = assess(Facts.from_json({**without, name: answer}))
    except BadInput:
        return
    untold = assess(Facts.from_json(without))
    assert RISKS.index(untold.risk_low) <= RISKS.index(told.risk) <= RISKS.index(untold.risk_high)


@settings(max_examples=500, deadline=None)
@given(DOCUMENTS)
def test_the_range_holds_the_judgement_and_names_what_is_open(document):
    found = assess(Facts.from_json(document))
    low, likely, high = (RISKS.index(word) for word in (found.risk_low, found.risk, found.risk_high))
    assert low <= likely <= high
    assert bool(found.needs) or low == high
