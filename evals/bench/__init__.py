"""Measurements: `python -m whence.evals.bench [NAME …]` prints each table and writes it under `out/`."""
