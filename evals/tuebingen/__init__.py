"""Cause-effect pairs: which of two variables is the cause, from the data or from their names."""
