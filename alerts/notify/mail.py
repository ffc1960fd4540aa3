"""Mail through an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from alerts.notify.answers import Outcome, Result
from alerts.notify.requests import Letter
from store.channels import Channel
from store.clock import BEIJING
from store.texts import text


def mail_of(channel: Channel, letter: Letter, at: datetime) -> EmailMessage:
    """The mail that carries a letter. Its Message-ID is the same when it is sent again, so that a mailbox shows it once."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = letter.title
    mail["From"] = channel.options["sender"]
    mail["To"] = ", ".join(channel.options["recipients"])
    mail["Date"] = format_datetime(at.astimezone(BEIJING))
    created = int(letter.created_at.timestamp())
    mail["Message-ID"] = (
        f"<outfall-{letter.delivery}-{created}@{channel.options['sender'].rpartition('@')[2]}>"
    )
    mail["Auto-Submitted"] = "auto-generated"
    link = "" if letter.link is None else f"\n\n{text('notify.link')}：{letter.link}"
    mail.set_content(letter.body + link + "\n")
    return mail


def send_mail(channel: Channel, letter: Letter, at: datetime) -> Outcome:
    """Hand a letter to the mail server. Never raises for what the server or the network does."""
    try:
        with _server(channel.options) as server:
            if channel.options["user"] is not None:
                server.login(channel.options["user"], channel.secrets["password"])
            refused = server.send_message(mail_of(channel, letter, at))
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        forever = all(code >= 500 for code in codes)
        return Outcome(
            Result.MESSAGE if forever else Result.CHANNEL, f"SMTP {codes[0]} every recipient refused"
        )
    except smtplib.SMTPDataError as error:
        # 5xx to the content concerns this mail; 4xx is a server that cannot now.
        result = Result.MESSAGE if error.smtp_code >= 500 else Result.CHANNEL
        return Outcome(result, f"SMTP {error.smtp_code}", _words(error.smtp_error))
    except smtplib.SMTPResponseException as error:
        return Outcome(Result.CHANNEL, f"SMTP {error.smtp_code}", _words(error.smtp_error))
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(Result.CHANNEL, type(error).__name__, str(error))
    status = "SMTP 250" if not refused else f"SMTP 250, {len(refused)} recipients refused"
    return Outcome(Result.TAKEN, status, "; ".join(f"{to}: {code}" for to, (code, _) in refused.items()))


def _server(options: Mapping[str, object]) -> smtplib.SMTP:
    host, port, timeout = (
        str(options["host"]),
        int(str(options["port"])),
        float(str(options["timeout_seconds"])),
    )
    ca = options["ca"]
    context = ssl.create_default_context(cafile=None if ca is None else str(ca))
    if options["security"] == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
    server = smtplib.SMTP(host, port, timeout=timeout)
    if options["security"] == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _words(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
