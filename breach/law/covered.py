"""Whether a US statute covers the data that were exposed: elements, combinations, encryption, access, harm.

Every statute has its own definition, in the table `covered` of its file. People of a State whose kinds were
recorded together are tested as recorded; without such a record all kinds are taken as exposed together.
"""

from __future__ import annotations

from collections.abc import Iterable

from breach.law import kinds
from breach.law.conditions import Case, Verdict
from breach.law.exposure import all_kinds, is_malicious
from breach.law.facts import Facts
from breach.law.regimes import Covered
from breach.law.steps import step

LOGIN = "username_email_with_password_or_qa"
_LOGIN_NAMES = frozenset({"email", "username"})
_LOGIN_SECRETS = frozenset({"password_clear", "security_answer"})
_HASHES = frozenset({"password_hash_salted", "password_hash_unsalted"})
_ACT_FACTS = ("exfiltration", "accessed", "recipients")


def is_covered(covered: Covered, place: str, case: Case) -> Verdict:
    """Say whether the statute of `place` covers these data, and what decided it. Harm is asked apart."""
    facts = case.facts
    if facts.good_faith_employee:
        return Verdict(False, step("covered.good_faith"))
    sets = _sets_of_kinds(facts, place)
    if sets is None:
        return Verdict(None, step("covered.kinds_unknown", facts="data_kinds"), ("data_kinds",))
    data = _best(_elements_met(covered, facts, found) for found in sets)
    if data.holds is False:
        return data
    for check in (
        _medium(covered, facts),
        _encryption(covered, facts),
        _act(covered, facts),
    ):
        if check.holds is False:
            return check
        if check.holds is None and data.holds:
            data = check
    return data


def _sets_of_kinds(facts: Facts, place: str) -> tuple[frozenset[str], ...] | None:
    recorded = tuple(frozenset(one.kinds) for one in facts.combinations or () if one.place == place)
    if recorded:
        return recorded
    found = all_kinds(facts)
    return None if found is None else (found,)


def _best(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict for the set of people that comes nearest to being covered."""
    rank = {True: 2, None: 1, False: 0}
    return max(verdicts, key=lambda one: rank[one.holds])


def _elements_met(covered: Covered, facts: Facts, found: frozenset[str]) -> Verdict:
    elements = _elements(found)
    with_name = _has_name(covered, found)
    alone = sorted(elements.intersection(covered.alone))
    if alone and (_is_identified(found) or not covered.alone_needs_identifier):
        return Verdict(True, step("covered.alone", elements=alone))
    listed = sorted(elements.intersection(covered.name_plus) - set(_not_usable(covered, facts, elements)))
    if listed and with_name:
        return Verdict(True, step("covered.with_name", elements=listed))
    for unsure in (
        _perhaps_usable(covered, facts, elements, with_name=with_name),
        _perhaps_login(covered, facts, found, with_name=with_name),
        _perhaps_theft(covered, facts, elements),
    ):
        if unsure:
            return unsure
    return _not_met(covered, found, listed, with_name=with_name)


def _elements(found: frozenset[str]) -> frozenset[str]:
    """Translate kinds into elements of the statutes, also those that need two kinds together."""
    single = {element for kind in kinds.known(found) for element in kind.us}
    if found & _LOGIN_NAMES and found & _LOGIN_SECRETS:
        single.add(LOGIN)
    if found & {"account_access_code"}:
        single |= {
            f"{element}_with_code" for element in ("account_number", "card_number") if element in single
        }
    return frozenset(single)


def _has_name(covered: Covered, found: frozenset[str]) -> bool:
    if "name" in found:
        return True
    return covered.name_may_be_any_identifier and _is_identified(found)


def _is_identified(found: frozenset[str]) -> bool:
    return any(kind.identifies != "none" for kind in kinds.known(found))


def _not_usable(covered: Covered, facts: Facts, elements: frozenset[str]) -> tuple[str, ...]:
    """Numbers that count only where they are usable without a code, and are not (or not known to be) so."""
    if facts.account_numbers_usable_alone:
        return _public_only(covered, facts)
    bare = [name for name in covered.usable_alone_only if f"{name}_with_code" not in elements]
    return (*bare, *_public_only(covered, facts))


def _public_only(covered: Covered, facts: Facts) -> tuple[str, ...]:
    return () if facts.is_sector("public_body") else covered.public_body_only


def _perhaps_usable(
    covered: Covered, facts: Facts, elements: frozenset[str], *, with_name: bool
) -> Verdict | None:
    bare = sorted(elements.intersection(covered.usable_alone_only))
    if not bare or not with_name or facts.account_numbers_usable_alone is not None:
        return None
    need = "account_numbers_usable_alone"
    return Verdict(None, step("covered.usable_alone", elements=bare, facts=need), (need,))


def _perhaps_login(
    covered: Covered, facts: Facts, found: frozenset[str], *, with_name: bool
) -> Verdict | None:
    """A hash is no password, unless it was or can be turned back into one."""
    asked = LOGIN in covered.alone or (LOGIN in covered.name_plus and with_name)
    if not asked or not found & _LOGIN_NAMES or not found & _HASHES or facts.hashes_broken is False:
        return None
    if facts.hashes_broken:
        return Verdict(True, step("covered.hashes_broken"))
    if "password_hash_unsalted" not in found:
        return None
    return Verdict(None, step("covered.hashes_unsalted", facts="hashes_broken"), ("hashes_broken",))


def _perhaps_theft(covered: Covered, facts: Facts, elements: frozenset[str]) -> Verdict | None:
    listed = sorted(elements.intersection(covered.name_plus))
    if not covered.any_if_identity_theft or not listed or facts.enables_identity_theft is False:
        return None
    if facts.enables_identity_theft:
        return Verdict(True, step("covered.identity_theft", elements=listed))
    need = "enables_identity_theft"
    return Verdict(None, step("covered.identity_theft_open", elements=listed, facts=need), (need,))


def _not_met(covered: Covered, found: frozenset[str], listed: list[str], *, with_name: bool) -> Verdict:
    if listed and not with_name:
        return Verdict(False, step("covered.no_name", elements=listed))
    alone = sorted(_elements(found).intersection(covered.alone))
    if alone:
        return Verdict(False, step("covered.no_identifier", elements=alone))
    near = sorted(found & (_HASHES | {"iban", "account_number", "card_number"}))
    asks_login = LOGIN in covered.alone or LOGIN in covered.name_plus
    if "password_hash_salted" in near and asks_login and found & _LOGIN_NAMES:
        bare = [key for key in near if key not in _HASHES]
        return Verdict(
            False, step("covered.only_hash_and_number" if bare else "covered.only_hash", kinds=near)
        )
    bare = [key for key in near if key not in _HASHES]
    if bare:
        return Verdict(False, step("covered.number_without_code", kinds=bare))
    return Verdict(False, step("covered.no_element", kinds=sorted(found)))


def _medium(covered: Covered, facts: Facts) -> Verdict:
    if facts.medium != "paper" or covered.paper:
        return Verdict(True, step("covered.medium"))
    return Verdict(None, step("covered.paper_open", facts="medium"), ("medium",))


def _encryption(covered: Covered, facts: Facts) -> Verdict:  # noqa: PLR0911 - a ladder of cases, read from the top
    """Unreadable data are outside, as far as the statute says so: the key safe, the key long enough."""
    if facts.redacted and covered.redaction_exempt:
        return Verdict(False, step("covered.redacted"))
    encrypted = facts.encryption == "all" and covered.encryption_exempt
    unusable = bool(facts.unintelligible) and covered.unusable_exempt
    if not encrypted and not unusable:
        return Verdict(True, step("covered.readable"))
    if facts.key_compromised:
        return Verdict(True, step("covered.key_taken"))
    bits = covered.encryption_bits
    if not unusable and bits is not None and (facts.encryption_bits is None or facts.encryption_bits < bits):
        if facts.encryption_bits is None:
            return Verdict(
                None, step("covered.bits_unknown", bits=bits, facts="encryption_bits"), ("encryption_bits",)
            )
        return Verdict(True, step("covered.bits_too_few", bits=bits))
    if facts.key_compromised is None and covered.key_must_be_safe:
        return Verdict(None, step("covered.key_unknown", facts="key_compromised"), ("key_compromised",))
    return Verdict(False, step("covered.encrypted" if encrypted else "covered.unusable"))


def _act(covered: Covered, facts: Facts) -> Verdict:
    acquired, seen = _acquired(facts), _seen(facts)
    asked = {
        "acquisition": acquired,
        "access": seen,
        "access_or_acquisition": _either(seen, acquired),
        "access_and_acquisition": acquired,  # nobody acquires data without access to them
    }[covered.act]
    if asked is None:
        return Verdict(None, step("covered.act_unknown", act=covered.act, facts=_ACT_FACTS), _ACT_FACTS)
    return Verdict(asked, step("covered.act_done" if asked else "covered.act_not_done", act=covered.act))


def _acquired(facts: Facts) -> bool | None:
    if facts.confidentiality is False:
        return False
    if facts.exfiltration in ("confirmed", "likely") or facts.recipients in (
        "trusted",
        "known",
        "unknown",
        "public",
    ):
        return True
    return False if facts.exfiltration == "excluded" or facts.recipients == "none" else None


def _seen(facts: Facts) -> bool | None:
    acquired = _acquired(facts)
    return True if facts.accessed or acquired else _both_no(facts.accessed, acquired)


def _both_no(first: bool | None, second: bool | None) -> bool | None:
    return False if first is False and second is False else None


def _either(first: bool | None, second: bool | None) -> bool | None:
    return True if first or second else _both_no(first, second)


def harm_test(covered: Covered, facts: Facts) -> Verdict:
    """Apply the harm test, save for sectors that have none.

    While it is unknown whether the party is of such a sector, a test that is not met decides nothing.
    """
    bound = {name: facts.is_sector(name) for name in covered.no_harm_test_for}
    if any(bound.values()):
        return Verdict(True, step("covered.no_harm_test_for", sector=[name for name in bound if bound[name]]))
    met = _harm_met(covered, facts)
    unknown = [name for name, found in bound.items() if found is None]
    if met.holds is not False or not unknown:
        return met
    return Verdict(
        None, step("covered.harm_test_unknown", sector=unknown), tuple(f"sectors.{name}" for name in unknown)
    )


def _harm_met(covered: Covered, facts: Facts) -> Verdict:
    """An exemption has to be claimed in writing, a positive test has to be met."""
    if covered.harm == "none":
        return Verdict(True, step("covered.no_harm_test"))
    if facts.no_harm_determination:
        return Verdict(False, step("covered.no_harm_determination"))
    if covered.harm == "exempt_if_unlikely":
        return Verdict(True, step("covered.exemption_not_claimed"))
    likely = facts.misuse_likely
    if likely is None and is_malicious(facts) and _acquired(facts):
        return Verdict(True, step("covered.misuse_from_theft"))
    if likely is None:
        return Verdict(None, step("covered.misuse_unknown", facts="misuse_likely"), ("misuse_likely",))
    return Verdict(likely, step("covered.misuse_likely" if likely else "covered.misuse_unlikely"))
