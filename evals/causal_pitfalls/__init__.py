"""Questions about tables in which a statistical pitfall lies: Simpson's paradox, colliders, confounding, direction."""
