"""Which causal relations follow from correlations (Corr2Cause)."""
