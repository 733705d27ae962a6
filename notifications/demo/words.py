"""What the people of the story write. The shop is in Lyon; its filing and its register are in French."""

from typing import Any

from breach.queries.fact_labels import sector_keys
from breach.timewords import Precision

ORGANISATION = {
    "name": "Rivage",
    "legal_name": "Rivage Boutique SAS",
    "street": "12 rue des Tanneurs",
    "postcode": "69001",
    "city": "Lyon",
    "country": "FR",
    "registration": "RCS Lyon 000 000 000",
    "sector": "Commerce en ligne",
    "website": "https://www.rivage.example",
    "contact_name": "Service clients",
    "contact_email": "incident@rivage.example",
    "contact_phone": "+33 4 00 00 00 00",
    "dpo_name": "Claire Morel",
    "dpo_email": "dpo@rivage.example",
    "dpo_phone": "+33 4 00 00 00 01",
}

# name in People -> (name, e-mail, role, language)
ACCOUNTS = {
    "admin": ("Ada Keller", "admin@rivage.example", "admin", "en"),
    "responder": ("Robin Petit", "responder@rivage.example", "responder", "en"),
    "second_responder": ("Inès Faure", "ines@rivage.example", "responder", "fr"),
    "manager": ("Maud Laurent", "manager@rivage.example", "manager", "en"),
    "second_manager": ("Samir Haddad", "samir@rivage.example", "manager", "fr"),
    "deputy": ("Dora Nilsen", "deputy@rivage.example", "manager", "en"),
    "officer": ("Claire Morel", "dpo@rivage.example", "manager", "fr"),
    "auditor": ("Anton Weiss", "auditor@rivage.example", "auditor", "en"),
}

FIRST_FACTS: dict[str, Any] = {
    "confidentiality": True,
    "integrity": False,
    "availability": False,
    "cause": "external_malicious",
    "natures": ["hacking", "vulnerability_exploited"],
    "exfiltration": "likely",
    "recipients": "unknown",
    "medium": "electronic",
    "encryption": "none",
    "data_kinds": ["name", "email", "postal_address", "password_hash_salted"],
    "subjects": ["customers"],
    "sectors": dict.fromkeys(sector_keys(), False),
    "targets_uk": True,
    "measures": ["access_closed"],
}
LATER_FACTS: dict[str, Any] = {
    "exfiltration": "confirmed",
    "accessed": True,
    "recipients_malicious": True,
    "hashes_broken": False,
    "account_numbers_usable_alone": False,
    "records_total": 1500,
    "harms": ["loss_of_control", "identity_theft", "fraud", "financial_loss"],
    "misuse_likely": True,
    "ongoing": False,
    "measures": [
        "access_closed",
        "vulnerability_fixed",
        "passwords_reset",
        "sessions_ended",
        "police_informed",
    ],
}

FIRST_ANSWERS: dict[str, Any] = {
    "sector": "private",
    "size": "sme",
    "discovered_by": "external",
    "discovery_text": "Un chercheur en sécurité a signalé une page d'administration accessible ; l'équipe technique a vérifié les journaux.",
    "nature_text": "Une application web de la boutique a été compromise un vendredi soir par une faille d'un module. Des tables de comptes clients ont été lues et probablement copiées.",
    "systems": "Application web de la boutique et sa base de données, hébergées en France.",
    "people_text": "Clients de la boutique en ligne. Le nombre et les pays de résidence sont en cours d'établissement.",
    "measures_before": ["pseudonymisation", "logical_access", "updates", "audits"],
    "measures_before_text": "Mots de passe sous forme d'empreintes salées, accès nominatifs, mises à jour mensuelles.",
    "confidentiality_consequences": ["spread", "misused"],
    "impacts": ["loss_of_control", "fraud"],
    "risk_text": "Coordonnées et empreintes de mots de passe : hameçonnage et réutilisation de mots de passe possibles. L'analyse se poursuit.",
    "severity": "to_be_determined",
    "risk": "more_needed",
    "measures_preventive": ["updates", "audits", "access_levels"],
    "measures_preventive_text": "Revue des modules, cloisonnement de l'administration, surveillance renforcée des journaux.",
    "people_told": "investigating",
    "other_authorities": "no",
    "police": "unknown",
    "cross_border": "unknown",
    "data_text": "Noms, adresses électroniques et postales, empreintes salées de mots de passe ; d'autres données sont en cours de vérification.",
}
PROMISES = {
    "people_number": "Les tables touchées sont encore en cours de rapprochement.",
    "records_number": "Le nombre d'enregistrements suivra avec celui des personnes.",
}
FOLLOW_UP_ANSWERS: dict[str, Any] = {
    "people_text": "Clients de la boutique en ligne, comptes actuels et anciens, dans six pays. Des mineurs figurent parmi eux.",
    "data_text": "Noms, adresses électroniques et postales, empreintes salées de mots de passe ; pour certains, IBAN et date de naissance ; pour d'anciens comptes californiens, mots de passe en clair.",
    "risk_text": "IBAN, dates de naissance et mots de passe en clair pour une partie des personnes : risque élevé de fraude et d'usurpation d'identité.",
    "severity": "significant",
    "risk": "high_risk",
    "impacts": ["loss_of_control", "identity_theft", "fraud", "financial_loss"],
    "other_authorities": "yes",
    "other_authorities_text": "ICO (Royaume-Uni) ; procureur général de Californie, selon le nombre de résidents.",
    "authorities_notified": "ICO (Royaume-Uni)",
    "police": "yes",
    "told_scope_text": "Les personnes sans adresse électronique ou postale utilisable ; la lettre sera publiée sur le site.",
    "told_content": "Lettre en cinq langues : nature de la violation, point de contact, conséquences probables, mesures prises et conseils.",
}

# (kind, offset name in Times, minutes after, precision, text, flags)
Said = tuple[str, str, int, Precision, str, str]

EVENTS: list[Said] = [
    (
        "observed",
        "broke_in",
        0,
        Precision.ABOUT,
        "First request to the forgotten upload module, from an address abroad.",
        "",
    ),
    (
        "observed",
        "copied",
        0,
        Precision.EXACT,
        "Two tables are read in one go: customers and legacy_accounts.",
        "",
    ),
    (
        "reported",
        "reported",
        0,
        Precision.EXACT,
        "A security researcher writes to the help desk: the admin page answers strangers.",
        "report",
    ),
    (
        "detected",
        "reported",
        55,
        Precision.EXACT,
        "The on-call engineer sees the researcher is right and wakes the incident lead.",
        "detection",
    ),
    (
        "contained",
        "reported",
        110,
        Precision.EXACT,
        "Module removed, admin page closed, all sessions ended.",
        "",
    ),
    (
        "decided",
        "corrected",
        0,
        Precision.EXACT,
        "Log review: the dump request answered 200 with 61 MB. Data were taken.",
        "",
    ),
    (
        "communicated",
        "confirmed",
        15,
        Precision.EXACT,
        "Management and data protection officer informed by telephone.",
        "",
    ),
]
LOG_EVENT: Said = (
    "evidence",
    "confirmed",
    40,
    Precision.EXACT,
    "Web server log of the night, as pulled from the machine.",
    "",
)

SUSPICION = "Un chercheur signale que la page d’administration répond à des inconnus ; vérification en cours."
DECIDED = "La revue des journaux du soir montre que les deux tables ont été lues. Certitude acquise quand la requête d’extraction a été trouvée."
CORRECTED = "L’équipe de nuit avait déjà trouvé la requête d’extraction et l’avait notée ; sa note n’est apparue que maintenant."
ASSESSED = "Copied by an intruder who means harm. Names with postal address and, for some, IBAN and birth date allow fraud and identity theft; clear-text passwords of old accounts open other accounts too."
ADVICE = "Tell the people: bank details, birth dates and clear-text passwords in malicious hands are a high risk (Article 34 GDPR)."
DECIDE_AUTHORITY = "A risk cannot be ruled out: data were copied on purpose. The first filing goes now, incomplete, and is completed as soon as the people are counted."
DECIDE_PEOPLE = "High risk for a part of the people, and all can protect themselves once they know. We follow the officer's advice and write to everybody."
