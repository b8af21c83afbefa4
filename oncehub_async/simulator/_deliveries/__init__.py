"""Webhooks: events that leave, attempts, faults on the way."""
