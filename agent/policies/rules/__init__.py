"""The rule policy: reads, plans and writes by stated rules, without a model."""
