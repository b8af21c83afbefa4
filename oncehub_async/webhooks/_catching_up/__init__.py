"""What came while nobody listened: found by the API, and webhooks that are off."""
