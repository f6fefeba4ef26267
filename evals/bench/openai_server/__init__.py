"""A model server of ours on loopback that speaks Chat Completions strictly: for tests and measurements of faults."""
