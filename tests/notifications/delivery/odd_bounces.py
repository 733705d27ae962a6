"""Bounces as programs write them that do not follow RFC 3464, made for the tests: (name, message, what it says)."""

from notifications.delivery.bounces import Kind

US, THEM = "letters@rivage.example", "anna.b@mail.example"


def notice(
    body: str, *, sender: str = "MAILER-DAEMON@mx.example", subject: str = "failure notice", head: str = ""
) -> bytes:
    text = f"Return-Path: <>\nFrom: {sender}\nTo: {US}\nSubject: {subject}\n{head}\n{body}"
    return text.encode()


def mixed(
    body: str, *, original_to: str = THEM, subject: str = "Returned mail", inner: str = "text/plain"
) -> bytes:
    head = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="cut"\n'
    parts = f"--cut\nContent-Type: {inner}\n\n{body}\n--cut\nContent-Type: message/rfc822\n\n"
    original = (
        f"From: {US}\nTo: {original_to}\nSubject: Your data\n\nWrite to office@rivage.example\n--cut--\n"
    )
    return notice(parts + original, subject=subject, head=head)


ORIGINAL = f"From: {US}\nTo: {THEM}\nSubject: Your data\n\nWrite to office@rivage.example\n"

ODD: list[tuple[str, bytes, Kind, str, str]] = [
    (
        "qmail, quota, no status",
        notice(
            f"I could not deliver to:\n\n<{THEM}>:\nRemote host said: 552 Error: disk quota exceeded\n\n--- Below this line is a copy of the message.\n\n{ORIGINAL}"
        ),
        Kind.SOFT,
        "mailbox_full",
        "",
    ),
    (
        "dialogue of an old sendmail",
        notice(
            f"   ----- Transcript of session follows -----\nWhile talking to mx.mail.example:\n>>> RCPT To:<{THEM}>\n<<< 550 <{THEM}>... User unknown\n\n   ----- Unsent message follows -----\n{ORIGINAL}",
            subject="Returned mail: User unknown",
        ),
        Kind.HARD,
        "mailbox_unknown",
        "",
    ),
    (
        "exim with its header",
        notice(
            f"This message was created automatically.\n\n  {THEM}\n    Unrouteable address\n\n------ This is a copy of the message, including all the headers. ------\n\n{ORIGINAL}",
            subject="Mail delivery failed",
            head=f"X-Failed-Recipients: {THEM}\nAuto-Submitted: auto-replied\n",
        ),
        Kind.HARD,
        "domain_unknown",
        "",
    ),
    (
        "domino",
        mixed(
            f"Your message\n\n  Subject: Your data\n\nwas not delivered to:\n\n  {THEM}\n\nbecause:\n\n  User anna.b not listed in public Name & Address Book\n",
            subject="DELIVERY FAILURE: User not listed",
        ),
        Kind.HARD,
        "mailbox_unknown",
        "",
    ),
    (
        "exchange, as HTML",
        mixed(
            f'<html><body><p><b>Delivery has failed to these recipients:</b></p><a href="mailto:{THEM}">{THEM}</a><p>#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##</p></body></html>',
            subject="Undeliverable: Your data",
            inner="text/html",
        ),
        Kind.HARD,
        "mailbox_unknown",
        "5.1.1",
    ),
    (
        "a gateway that names the recipient at the end",
        mixed(
            f"Your message:\n   From:    {US}\n   Subject: Your data\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected:\n    {THEM}\n",
            subject="Undeliverable Mail",
        ),
        Kind.HARD,
        "mailbox_unknown",
        "5.1.1",
    ),
    (
        "one line only",
        notice(
            f"Unknown user: {THEM}\n\nOriginal message follows.\n\n{ORIGINAL}",
            sender="Postmaster <postmaster@mx.example>",
            subject="Undeliverable Mail",
        ),
        Kind.HARD,
        "mailbox_unknown",
        "",
    ),
    (
        "only the returned message says to whom",
        mixed(
            "Your message could not be delivered.\nThe mailbox is over its quota.\n",
            subject="Delivery failure",
        ),
        Kind.SOFT,
        "mailbox_full",
        "",
    ),
    (
        "german words",
        notice(
            f"Ihre Nachricht an folgenden Empfänger wurde nicht zugestellt:\n\n<{THEM}>:\n550 5.1.1 Mailbox unbekannt\n\n----- Original message -----\n{ORIGINAL}",
            subject="Unzustellbar: Ihre Daten",
        ),
        Kind.HARD,
        "mailbox_unknown",
        "5.1.1",
    ),
    (
        "a warning about a delay",
        notice(
            f"THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND.\n\nThe following addresses had transient errors:\n<{THEM}>\n    (reason: 421 4.3.2 too busy)\nMessage will be retried for 4 more days\n",
            subject="Warning: could not send message for past 4 hours",
        ),
        Kind.SOFT,
        "server_busy",
        "4.3.2",
    ),
    (
        "a report whose boundary does not fit",
        notice(
            f"--other\nContent-Type: text/plain\n\nSorry.\n\n--other\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; <{THEM}>\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 this account\n    has been disabled\n\n--other--\n",
            subject="Undelivered Mail",
            head='MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="cut"\n',
        ),
        Kind.HARD,
        "mailbox_unknown",
        "5.0.0",
    ),
    (
        "a service that tells by JSON, one text inside the other",
        notice(
            '{"Type":"Notification","Message":"{\\"notificationType\\":\\"Bounce\\",\\"bounce\\":{\\"bounceType\\":\\"Transient\\",\\"bouncedRecipients\\":[{\\"emailAddress\\":\\"'
            + THEM
            + '\\",\\"status\\":\\"4.4.7\\"}]}}"}',
            sender="no-reply@service.example",
            subject="Notification",
        ),
        Kind.SOFT,
        "server_busy",
        "4.4.7",
    ),
    (
        "the same, damaged on its way",
        notice(
            '{"Type":"Notification","Message":"{\\"notificationType\\":\\"Bounce\\",\\"bounce\\":{\\"bounceType\\":\\"Permanent\\",\\"bouncedRecipients\\":[{\\"emailAddress\\":\\"'
            + THEM
            + '\\",\\"status\\":\\"5.1.1\\"}],\\"times\n tamp',
            sender="no-reply@service.example",
            subject="Notification",
        ),
        Kind.HARD,
        "mailbox_unknown",
        "5.1.1",
    ),
    (
        "only a filter's words",
        notice(
            f"<{THEM}>\n\nEach of the following recipients was rejected by a remote mail server.\n---------------------\nReceived: from mx.rivage.example\n{ORIGINAL}",
            sender="<Postmaster@mobile.example>",
            subject="Mail System Error - Returned Mail",
        ),
        Kind.HARD,
        "policy",
        "",
    ),
]

# Nobody's bounce: letters of people, answers, a report that mail arrived, a report on authentication.
NONE_OF_THEM: list[tuple[str, bytes, Kind]] = [
    (
        "a person forwards a bounce",
        f"From: carl@mail.example\nTo: {US}\nSubject: Strange mail\n\nI got this: could not be delivered to {THEM}, user unknown. What is it?\n".encode(),
        Kind.OTHER,
    ),
    (
        "an answer in Italian",
        f"From: {THEM}\nTo: {US}\nSubject: Risposta automatica: i tuoi dati\n\nSono fuori sede fino a lunedì. Scrivere a carl@mail.example\n".encode(),
        Kind.ANSWER,
    ),
    (
        "an answer that says only by whom",
        f"From: {THEM}\nTo: {US}\nSubject: Re: Your data\nAuto-Submitted: auto-replied\n\nI am at sea; write to carl@mail.example\n".encode(),
        Kind.ANSWER,
    ),
    (
        "an old answering machine",
        f"From: {THEM}\nTo: {US}\nSubject: Re: Your data\nX-Autoreply: yes\n\nGone fishing\n".encode(),
        Kind.ANSWER,
    ),
    (
        "a receipt of reading",
        f'From: {THEM}\nTo: {US}\nSubject: Read: Your data\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification; boundary="cut"\n\n--cut\nContent-Type: text/plain\n\nYour message was displayed.\n--cut\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; {THEM}\nDisposition: manual-action/MDN-sent-manually; displayed\n--cut--\n'.encode(),
        Kind.OTHER,
    ),
    (
        "a report on authentication",
        f'From: reports@mx.example\nTo: {US}\nSubject: DMARC failure\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary="cut"\n\n--cut\nContent-Type: message/feedback-report\n\nFeedback-Type: auth-failure\nOriginal-Rcpt-To: {THEM}\n--cut--\n'.encode(),
        Kind.OTHER,
    ),
]
