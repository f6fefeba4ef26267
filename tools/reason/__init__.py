"""Answer formal causal questions exactly, from premises alone: no table is needed."""
