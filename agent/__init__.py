"""Who decides, and how a run goes."""
