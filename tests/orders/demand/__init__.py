"""Orders (提单)."""
