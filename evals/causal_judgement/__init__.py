"""Actual causation in vignettes, as a typical person judges it (BIG-Bench Hard)."""
