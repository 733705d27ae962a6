"""Messages as they come back: a report by RFC 3464, an old-style one, an automatic answer, a complaint."""


def dsn(*, to: str, recipient: str, status: str, action: str = "failed", diagnostic: str = "") -> bytes:
    return f"""Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered.

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic or "550 " + status + " said the other side"}

--cut--
""".replace("\n", "\r\n").encode()


def plain(*, to: str, recipient: str, message_id: str) -> bytes:
    """As qmail writes it: no report, the original below a line."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example
To: {to}
Subject: failure notice

Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{recipient}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: {message_id}
Subject: Important information about your data
""".encode()


def out_of_office(*, to: str) -> bytes:
    return f"""From: bruno@mail.example
To: {to}
Subject: =?utf-8?q?Abwesenheitsnotiz=3A_Wichtige_Nachricht?=
Auto-Submitted: auto-replied
Precedence: bulk

Ich bin bis Montag nicht im Haus. Vertretung: dora@mail.example
""".encode()


def complaint(*, to: str, message_id: str) -> bytes:
    return f"""From: feedback@mx.example
To: {to}
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="cut"

--cut
Content-Type: text/plain

This is a report of abuse.

--cut
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1

--cut
Content-Type: message/rfc822

Message-ID: {message_id}
Subject: Important information about your data

Hello
--cut--
""".encode()
