"""CaLM: 46 causal tasks on four rungs, from pairwise discovery to counterfactual probabilities."""
