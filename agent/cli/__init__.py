"""The command line: thin over `session`, no logic of its own."""
