"""Closed word lists of the facts document. NATURES, SUBJECTS and HARMS follow rows 60, 65 and 85 of the EDPB
template (2026 draft), with a few more words of ours where a rule has to tell cases apart.
"""

ROLES = ("controller", "joint_controller", "processor")
CAUSES = ("internal_malicious", "internal_accidental", "external_malicious", "external_accidental")
NATURES = (
    "privilege_abuse", "ransomware", "hacking", "malware", "phishing", "credential_stuffing",
    "vulnerability_exploited", "unauthorised_access", "exfiltration", "wrong_person_shown",
    "device_lost", "device_stolen", "e_waste", "paper_disposal", "mail_lost", "mail_opened",
    "misdirected_post", "misdirected_email", "misconfiguration", "wrong_permissions", "paper_lost",
    "paper_stolen", "deletion", "wrong_recipient_display", "open_distribution_list", "technical_fault",
    "unauthorised_change", "unintended_publication", "verbal_disclosure", "impersonation", "other",
)  # fmt: skip
SUBJECTS = (
    "customers", "prospects", "employees", "applicants", "military_or_law_enforcement", "minors",
    "patients", "students", "subscribers", "users", "members", "citizens", "asylum_seekers",
    "vulnerable", "other",
)  # fmt: skip
HARMS = (
    "loss_of_control", "limitation_of_rights", "discrimination", "identity_theft", "fraud",
    "financial_loss", "reversal_of_pseudonymisation", "reputation", "professional_secrecy",
    "disclosure_to_third_parties", "disadvantage", "physical_or_mental_harm", "property_damage",
    "other",
)  # fmt: skip
MEASURES = (
    "access_closed", "passwords_reset", "sessions_ended", "accounts_blocked", "cards_blocked",
    "systems_isolated", "vulnerability_fixed", "keys_changed", "remote_wipe", "data_restored",
    "data_recovered", "deletion_confirmed", "transactions_checked", "monitoring_offered",
    "people_warned_informally", "police_informed", "takedown_requested", "other",
)  # fmt: skip
