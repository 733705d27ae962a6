"""The shop's own sentences about the incident, French first, translated and checked by named people."""

from notifications.letters.values import IncidentText

TRANSLATORS = {"de": "Jonas Weber", "nl": "Lotte de Smet", "en": "Alice Turner", "es": "Lucía Prado"}
CHECKERS = {"de": "Anna Koch", "nl": "Pieter Claes", "en": "Robin Petit", "es": "Marta Ruiz"}

INCIDENT = {
    "fr": "Une personne non autorisée s’est introduite dans notre boutique en ligne {breach_date}. Elle a copié des données de comptes clients.",
    "de": "Eine unbefugte Person ist {breach_date} in unseren Online-Shop eingedrungen. Sie hat Daten aus Kundenkonten kopiert.",
    "nl": "Een onbevoegde persoon is {breach_date} onze webwinkel binnengedrongen. Die persoon heeft gegevens van klantaccounts gekopieerd.",
    "en": "An unauthorised person broke into our online shop {breach_date}. They copied data from customer accounts.",
    "es": "Una persona no autorizada entró en nuestra tienda en línea {breach_date}. Copió datos de cuentas de clientes.",
}
MEASURES = {
    "fr": "Nous avons fermé l’accès utilisé, corrigé la faille et réinitialisé les mots de passe. Nous avons déposé plainte et informé la CNIL.",
    "de": "Wir haben den Zugang geschlossen, die Lücke behoben und alle Passwörter zurückgesetzt. Wir haben Anzeige erstattet und die französische Datenschutzbehörde (CNIL) informiert.",
    "nl": "Wij hebben de toegang gesloten, het lek verholpen en alle wachtwoorden opnieuw ingesteld. Wij hebben aangifte gedaan en de Franse toezichthouder (CNIL) ingelicht.",
    "en": "We closed the way in, fixed the flaw and reset all passwords. We reported the crime to the police and informed the French data protection authority (CNIL).",
    "es": "Hemos cerrado el acceso, corregido el fallo y restablecido todas las contraseñas. Hemos presentado una denuncia e informado a la autoridad francesa de protección de datos (CNIL).",
}

ALL = {
    language: IncidentText(
        language=language,
        incident=INCIDENT[language],
        measures=MEASURES[language],
        translated_from="" if language == "fr" else "fr",
        translator=TRANSLATORS.get(language, ""),
        checker=CHECKERS.get(language, ""),
    )
    for language in INCIDENT
}

LATE_PERSON = {
    "given_name": "Théodore",
    "family_name": "Guérin",
    "street": "3 place du Marché",
    "postcode": "35000",
    "city": "Rennes",
    "country": "FR",
    "language": "fr",
}
