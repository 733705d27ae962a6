"""`{% live "li" "entry-…" "entry" %}…{% endlive %}`: one element that keeps up with what other people do.

The element carries a digest of what is in it; live.js puts a newer one in its place when the digest differs.
"""

import re
from hashlib import sha256

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
# Differs in every answer, and says nothing.
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
DIGITS = 16


class LiveNode(template.Node):
    """The element, with its name, id and classes."""

    def __init__(self, words: list[FilterExpression], inside: NodeList) -> None:
        self._words, self.nodelist = words, inside

    def render(self, context: Context) -> SafeString:
        name, uid, classes = (str(word.resolve(context)) for word in self._words)
        inside = self.nodelist.render(context)
        digest = sha256((classes + TOKEN.sub("", inside)).encode()).hexdigest()[:DIGITS]
        return format_html(
            '<{} id="{}" class="{}" data-live="{}">{}</{}>',
            name,
            uid,
            classes,
            digest,
            mark_safe(inside),  # noqa: S308 - rendered by the template around it, escaped there
            name,
        )


@register.tag("live")
def do_live(parser: Parser, token: Token) -> LiveNode:
    """Parse element name, id and classes; each may be a variable."""
    words = token.split_contents()[1:]
    if len(words) != 3:  # noqa: PLR2004 - the three just named
        raise template.TemplateSyntaxError("live takes an element name, an id and classes")
    inside = parser.parse(("endlive",))
    parser.delete_first_token()
    return LiveNode([parser.compile_filter(word) for word in words], inside)
