"""Read causal questions that come with premises instead of data, with one grammar over causal English."""
