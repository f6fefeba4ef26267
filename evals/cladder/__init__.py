"""CLadder: causal questions on the three rungs of the ladder, over small worlds that are told in words."""
