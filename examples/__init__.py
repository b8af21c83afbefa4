"""Programs to begin with; each is run by the tests."""
