"""Learn graphs from data whose graph is known: discrete networks that are sampled, and protein signalling."""
