"""How OnceHub signs what it delivers. https://developers.oncehub.com/docs/webhooks-signatures"""

import hmac

HEADER = "Oncehub-Signature"


def signature(secret: str, body: bytes, timestamp: int) -> str:
    """The header's value: `t=<unix seconds>,s=<hex>`, the HMAC-SHA256 of `<t>.<body>`."""
    message = b"%d.%b" % (timestamp, body)
    return f"t={timestamp},s={hmac.digest(secret.encode(), message, 'sha256').hex()}"
