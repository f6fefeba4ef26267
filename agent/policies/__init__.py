"""Who decides: the policies, one folder each."""
