"""Mails as texts: plain and HTML, without anything that is loaded from elsewhere."""

from dataclasses import dataclass
from html import escape

from jobs.channels.words import Words

_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">
<div style="max-width:560px;margin:0 auto">
<h1 style="font-size:22px;line-height:1.3;margin:0 0 8px">{title}</h1>
{content}
<p style="font-size:13px;opacity:.7;margin:32px 0 0">{footer}</p>
</div></body></html>
"""
_BUTTON = (
    '<p style="margin:24px 0"><a href="{url}" style="background:#4f46e5;color:#fff;padding:10px 18px;'
    'border-radius:8px;text-decoration:none">{label}</a></p>'
)


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    text: str
    html: str


def mail_of_words(words: Words, unsubscribe_url: str) -> Mail:
    listed = [f"{line.name} ({line.when})" if line.when else line.name for line in words.lines]
    text = [words.title, "", words.body, *(f"- {line}" for line in listed), "", words.url, "", "--"]
    text += ["You get this because you added this address to TaskFlow. No more of it:", unsubscribe_url]
    items = "".join(
        f'<li><a href="{escape(line.url)}">{escape(line.name)}</a>{escape(f" · {line.when}" if line.when else "")}</li>'
        for line in words.lines
    )
    content = f"<p>{escape(words.body)}</p>" + (f"<ul>{items}</ul>" if items else "")
    content += _BUTTON.format(url=escape(words.url), label="Open in TaskFlow")
    footer = (
        "You get this because you added this address to TaskFlow. "
        f'<a href="{escape(unsubscribe_url)}">No more of it</a>.'
    )
    return _mail(words.title, text, content, footer)


def confirmation(url: str) -> Mail:
    text = [
        "Somebody, hopefully you, wants TaskFlow to send reminders to this address.",
        "To let it, follow this link within three days:",
        "",
        url,
        "",
        "If it was not you, do nothing: nothing else will be sent.",
    ]
    content = f"<p>{escape(text[0])}</p>" + _BUTTON.format(url=escape(url), label="Yes, send reminders here")
    return _mail("Confirm this address", text, content, escape(text[-1]))


def password_reset(url: str) -> Mail:
    text = [
        "Somebody, hopefully you, wants to set a new password for your TaskFlow account.",
        "This link lets you do so, once, within an hour:",
        "",
        url,
        "",
        "If it was not you, do nothing: your password stays as it is.",
    ]
    content = f"<p>{escape(text[0])}</p>" + _BUTTON.format(url=escape(url), label="Set a new password")
    return _mail("Set a new password", text, content, escape(text[-1]))


def _mail(title: str, text: list[str], content: str, footer: str) -> Mail:
    return Mail(
        title, "\n".join(text) + "\n", _FRAME.format(title=escape(title), content=content, footer=footer)
    )
