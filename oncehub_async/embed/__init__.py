"""OnceHub in a page of yours: HTML that no guest's data can break out of, and a policy for it.

from oncehub_async.embed import CalendarEmbed, content_security_policy

embed = CalendarEmbed(id="BKC-LDJ878496X", height="600px")
str(embed)                       # <div data-oh-booking-calendar-id="BKC-LDJ878496X" ...
content_security_policy(embed)   # default-src 'self'; script-src 'self' https://cdn...
"""

from .calendar import CalendarEmbed
from .classic import ClassicEmbed
from .csp import content_security_policy
from .forwarding import EventForwarding
from .html import Html
from .prefill import prefill_script
from .template import TemplateHelper

__all__ = [
    "CalendarEmbed",
    "ClassicEmbed",
    "EventForwarding",
    "Html",
    "TemplateHelper",
    "content_security_policy",
    "prefill_script",
]
