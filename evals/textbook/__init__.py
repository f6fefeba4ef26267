"""Data questions of textbooks and papers: read the study, choose the design, estimate the effect."""
