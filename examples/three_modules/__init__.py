"""A receiver whose handlers stand in modules of their own."""
