"""Markdown: enough of it for `body_html`, which nothing here reads closely."""

from __future__ import annotations

import html


def to_html(text: str) -> str:
    """Return paragraphs, escaped as Reddit does."""
    escaped = html.escape(text).replace("&#x27;", "&#39;")
    paragraphs = "\n\n".join(f"<p>{part}</p>" for part in escaped.split("\n\n"))
    return f'<div class="md">{paragraphs}\n</div>'


def selftext_html(text: str) -> str | None:
    """Return a post's text with the marks Reddit puts around it; None when there is none."""
    return f"<!-- SC_OFF -->{to_html(text)}<!-- SC_ON -->" if text else None
