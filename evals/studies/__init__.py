"""Simulated studies, each told in words, with questions whose answers are known by construction."""
