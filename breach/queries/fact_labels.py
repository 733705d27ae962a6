"""Words for the facts document on pages: the labels of keys and choices, and what each key means."""

from dataclasses import fields

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from breach.law import words
from breach.law.facts_parts import Sectors

SECTOR = "sectors."

CHOICES = {
    "internal_malicious": _("inside, on purpose"),
    "internal_accidental": _("inside, by accident"),
    "external_malicious": _("outside, on purpose"),
    "external_accidental": _("outside, by accident"),
    "confirmed": _("confirmed"),
    "likely": _("likely"),
    "no_evidence": _("no evidence of it"),
    "excluded": _("excluded by reasonable evidence"),
    "none": _("none"),
    "trusted": _("somebody trusted"),
    "known": _("known persons"),
    "unknown": _("unknown persons"),
    "public": _("published"),
    "complete": _("complete"),
    "partial": _("partial"),
    "all": _("all of it"),
    "part": _("part of it"),
    "little": _("little"),
    "usual": _("as usual for the kind"),
    "detailed": _("enough for a profile"),
    "exact": _("exact"),
    "electronic": _("electronic"),
    "paper": _("on paper"),
    "both": _("electronic and on paper"),
    "approximate": _("approximate"),
    "privilege_abuse": _("abuse of privileges"),
    "ransomware": _("ransomware"),
    "hacking": _("hacking"),
    "malware": _("malware"),
    "phishing": _("phishing or social engineering"),
    "credential_stuffing": _("leaked passwords tried elsewhere"),
    "vulnerability_exploited": _("vulnerability exploited"),
    "unauthorised_access": _("unauthorised access"),
    "exfiltration": _("data copied out"),
    "wrong_person_shown": _("somebody else's data shown"),
    "device_lost": _("device lost"),
    "device_stolen": _("device stolen"),
    "e_waste": _("data on discarded equipment"),
    "paper_disposal": _("paper thrown away unprotected"),
    "mail_lost": _("mail lost"),
    "mail_opened": _("mail opened by others"),
    "misdirected_post": _("letter sent to the wrong person"),
    "misdirected_email": _("e-mail sent to the wrong person"),
    "misconfiguration": _("misconfiguration"),
    "wrong_permissions": _("wrong permissions"),
    "paper_lost": _("paper lost"),
    "paper_stolen": _("paper stolen"),
    "deletion": _("data deleted or destroyed"),
    "wrong_recipient_display": _("shown to the wrong recipient"),
    "open_distribution_list": _("open distribution list"),
    "technical_fault": _("technical fault"),
    "unauthorised_change": _("unauthorised change"),
    "unintended_publication": _("published by mistake"),
    "verbal_disclosure": _("said to the wrong person"),
    "impersonation": _("impersonation"),
    "other": _("other"),
    "customers": _("customers"),
    "prospects": _("prospects"),
    "employees": _("employees"),
    "applicants": _("applicants"),
    "military_or_law_enforcement": _("military or police"),
    "minors": _("children"),
    "patients": _("patients"),
    "students": _("students"),
    "subscribers": _("subscribers"),
    "users": _("users"),
    "members": _("members"),
    "citizens": _("citizens"),
    "asylum_seekers": _("asylum seekers"),
    "vulnerable": _("vulnerable people"),
    "loss_of_control": _("loss of control over their data"),
    "limitation_of_rights": _("limits to their rights"),
    "discrimination": _("discrimination"),
    "identity_theft": _("identity theft"),
    "fraud": _("fraud"),
    "financial_loss": _("financial loss"),
    "reversal_of_pseudonymisation": _("pseudonyms undone"),
    "reputation": _("damage to reputation"),
    "professional_secrecy": _("loss of professional secrecy"),
    "disclosure_to_third_parties": _("disclosure to others"),
    "disadvantage": _("economic or social disadvantage"),
    "physical_or_mental_harm": _("physical or mental harm"),
    "property_damage": _("damage to property"),
    "access_closed": _("way in closed"),
    "passwords_reset": _("passwords reset"),
    "sessions_ended": _("sessions ended"),
    "accounts_blocked": _("accounts blocked"),
    "cards_blocked": _("cards blocked"),
    "systems_isolated": _("systems isolated"),
    "vulnerability_fixed": _("vulnerability fixed"),
    "keys_changed": _("keys changed"),
    "remote_wipe": _("device wiped from afar"),
    "data_restored": _("data restored"),
    "data_recovered": _("data recovered"),
    "deletion_confirmed": _("deletion confirmed"),
    "transactions_checked": _("transactions checked"),
    "monitoring_offered": _("monitoring offered"),
    "people_warned_informally": _("people warned informally"),
    "police_informed": _("police informed"),
    "takedown_requested": _("takedown requested"),
    "controller": _("controller"),
    "joint_controller": _("joint controller"),
    "processor": _("processor"),
    "negligible": _("hardly"),
    "limited": _("with some effort"),
    "significant": _("easily"),
    "maximum": _("at once"),
    "recovered": _("the original was recovered"),
    "used_recoverable": _("perhaps used, can be recovered"),
    "used_not_recoverable": _("perhaps used, cannot be recovered"),
    "simple": _("simple data"),
    "behavioural": _("data on behaviour"),
    "financial": _("financial data"),
    "sensitive": _("sensitive data"),
    "written": _("in writing"),
    "oral": _("by word of mouth"),
}


def sector_keys() -> list[str]:
    """Keys of the organisation's flags, in the order of the facts document."""
    return [item.name for item in fields(Sectors)]


def sector_label(key: str) -> str:
    return words.name("sector", key, _language())


def fact_label(key: str) -> str:
    """Name a fact in the law room's own words, in the language of the page."""
    text = words.name("fact", key, _language())
    return text[:1].upper() + text[1:]


def fact_help(key: str) -> str:
    """Say what a fact means, for somebody who fills it in; docs/facts.md says it for files."""
    return words.name("fact_help", key, _language())


def choice_label(key: str) -> str:
    return str(CHOICES.get(key, key.replace("_", " ")))


def _language() -> str:
    return (get_language() or "en")[:2]
