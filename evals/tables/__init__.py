"""Questions about tables, asked of the rule policy as a person would ask them."""
