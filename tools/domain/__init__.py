"""The shared language: graphs, questions, estimands, results, checks, evidence and errors.

Nothing here imports another part of Whence, and nothing here needs a numerical library.
"""
