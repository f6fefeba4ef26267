"""Structural models whose truth is known, tables drawn from them, and marks for learned graphs."""
