"""What every benchmark shares: items, the runner, scores, tables and pages."""
