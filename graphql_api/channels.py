"""What this process sends through, as the settings say."""

from email.utils import parseaddr

from graphql_api.embedded import VAPID_FILE, kept_secret
from graphql_api.settings import Settings
from jobs.channels.courier import Courier
from jobs.channels.email import EmailSender
from jobs.channels.public_http import PublicHTTP
from jobs.channels.smtp_server import read_smtp_url
from jobs.channels.vapid import Vapid, new_private_key


def open_courier(settings: Settings) -> Courier:
    """Raises SettingsError where DATA_DIR can't keep a key."""
    http = PublicHTTP(private=settings.channels_private_addresses == "on")
    return Courier(http, settings.origin, _open_email(settings), _open_vapid(settings))


def _open_email(settings: Settings) -> EmailSender | None:
    url = settings.smtp_url.get_secret_value()
    return EmailSender(read_smtp_url(url), settings.mail_from, settings.origin) if url else None


def _open_vapid(settings: Settings) -> Vapid | None:
    key = settings.vapid_private_key.get_secret_value()
    if not key and settings.keeps_its_secrets:
        key = kept_secret(settings.data_dir, VAPID_FILE, new_private_key)
    if not key:
        return None
    # Push services write to it when something is wrong with what we send.
    if settings.mail_from:
        contact = f"mailto:{parseaddr(settings.mail_from)[1]}"
    else:
        contact = settings.origin if settings.origin.startswith("https://") else "mailto:nobody@example.com"
    return Vapid(key, contact)
