"""五单, in order. A later order may import an earlier one, never the reverse."""
