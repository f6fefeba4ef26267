"""Counterfactual questions over deterministic rules with made-up names (CounterBench)."""
