"""From a delivery's bytes to the inbox: body, signature, envelope, refusal, answer."""
