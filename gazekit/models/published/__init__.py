"""Models that others published, run through what the user has installed: nothing of their code or weights is here."""
