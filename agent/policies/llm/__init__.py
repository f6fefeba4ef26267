"""What the language-model policy stands on: settings, a client for Chat Completions, abilities, tool schemas."""
