"""A made-up breach at a French online shop, as the two phases of its filing to the CNIL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from breach.law.steps import Step
from notifications.filings.content import Clock, FilingContent, ToFollow, instant_value
from notifications.filings.profiles import load_profiles

AWARE = datetime(2026, 11, 20, 17, 40, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ZONE = "Europe/Paris"
CLOCK = Clock(
    aware_at=AWARE,
    due=AWARE + timedelta(hours=72),
    outer=datetime(2026, 11, 23, 18, 0, tzinfo=UTC),
    working=(Step("add_hours", {"hours": "72"}),),
    superseded=(
        (
            AWARE + timedelta(hours=2),
            AWARE + timedelta(hours=74),
            "Le journal d'accès prouvait déjà la copie.",
        ),
    ),
)
INITIAL_VALUES = {
    "notification_type": "new",
    "notification_subtype": "incomplete",
    "own_reference": "2026-001",
    "controller_name": "Maison Lavande SAS",
    "controller_contact": "12 rue des Fleurs\n69002 Lyon, France\ncontact@maison-lavande.example",
    "sector": "private",
    "size": "sme",
    "reporter_name": "Claire Dupont",
    "reporter_contact": "dpo@maison-lavande.example",
    "reporter_function": "dpo",
    "dpo_designated": "yes",
    "dpo_name": "Claire Dupont",
    "dpo_contact": "dpo@maison-lavande.example",
    "contact_point": "dpo",
    "others_involved": "yes",
    "other_role": ["processor"],
    "other_name": ["Hébergeur du Sud SARL"],
    "other_contact": ["securite@hebergeur.example"],
    "when": "range",
    "began_at": instant_value(AWARE - timedelta(hours=5), ZONE),
    "ended_at": instant_value(AWARE - timedelta(hours=1), ZONE),
    "aware_at": instant_value(AWARE, ZONE),
    "discovered_by": "controller",
    "discovery_text": "Le pare-feu applicatif a signalé des requêtes anormales vers la base des clients.",
    "nature": ["confidentiality"],
    "confidentiality_type": "disclosed",
    "unintelligible": "no",
    "incident_nature": ["hacking", "vulnerability", "exfiltration"],
    "cause": "external_malice",
    "nature_text": "Une faille de l'application web a permis de copier des tables de la base des clients.",
    "systems": "Boutique en ligne et base des clients, hébergées à Lyon.",
    "people_categories": ["customers"],
    "people_text": "Clients de la boutique en ligne.",
    "data_types": ["basic", "contact", "payment_methods", "credentials"],
    "data_text": "Noms, adresses, mots de passe hachés et salés ; IBAN et dates de naissance pour certains.",
    "records_precision": "to_be_determined",
    "measures_before": ["encryption", "logical_access", "backup"],
    "measures_before_text": "Connexions chiffrées, accès nominatifs, sauvegardes quotidiennes.",
    "confidentiality_consequences": ["linked", "misused"],
    "impacts": ["loss_of_control", "fraud", "identity_theft"],
    "severity": "to_be_determined",
    "risk": "more_needed",
    "risk_text": "Évaluation en cours selon la méthode de l'ENISA.",
    "measures_taken": "Faille corrigée, accès fermés, mots de passe réinitialisés.",
    "measures_preventive": ["updates", "audits"],
    "measures_preventive_text": "Audit externe de l'application.",
    "people_told": "investigating",
    "police": "no",
    "other_authorities": "no",
    "cross_border": "yes",
    "lead_authority": "CNIL",
    "establishment_countries": ["FR"],
    "people_countries": ["FR", "DE", "BE", "ES"],
    "authorities_notified": "Aucune à ce stade.",
}
PROMISED = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def initial(**changes: object) -> FilingContent:
    profile = load_profiles()["fr_cnil"]
    form = profile.form
    content = FilingContent(
        form=form.key,
        form_version=form.version,
        profile=profile.key,
        reference="2026-001",
        number=1,
        language="fr",
        zone=ZONE,
        established_in_eea=True,
        drill=False,
        clock=CLOCK,
    )
    for key, value in INITIAL_VALUES.items():
        content = content.with_value(form, key, value)
    promise = ToFollow(PROMISED, "Les fichiers copiés sont encore en cours d'analyse.")
    for key in ("people_precision", "people_by_country"):
        content = content.with_promise(form, key, promise)
    return replace(content, **changes)  # type: ignore[arg-type]


def follow_up() -> FilingContent:
    before = initial()
    form = load_profiles()["fr_cnil"].form
    content = replace(before, number=2)
    answers = {
        "notification_type": "follow_up",
        "notification_subtype": "complete",
        "earlier_id": "CNIL-2026-114477",
        "people_precision": "exact",
        "people_number": 1432,
        "people_categories": ["customers", "minors"],
        "people_by_country": {"FR": 1012, "DE": 180, "BE": 160, "ES": 80},
        "records_precision": "approximate",
        "records_number": 1500,
        "severity": "significant",
        "risk": "high_risk",
        "risk_text": "Méthode de l'ENISA : gravité élevée, car des IBAN et des mots de passe sont concernés.",
        "people_told": "yes",
        "told_at": instant_value(NOW, ZONE),
        "told_scope": "all",
        "told_means": ["individual"],
        "told_content": "Nature de la violation, point de contact, conséquences probables, mesures.",
        "attachments": ["letter", "risk_assessment"],
    }
    for key, value in answers.items():
        content = content.with_value(form, key, value)
    return content
