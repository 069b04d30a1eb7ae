"""Occupations."""
