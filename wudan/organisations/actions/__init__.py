"""Verbs of organisations: organising (districts, organisations, accounts), teaching, placing, basing, crediting."""
