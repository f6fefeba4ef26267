"""Questions on four levels (variable, edge, graph, effect) over structural models whose truth is known."""
