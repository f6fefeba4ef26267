"""Estimate effects on data whose true effect is known."""
