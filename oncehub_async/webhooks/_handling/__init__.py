"""From the inbox to the handlers: which there are, when each runs, what its end means."""
