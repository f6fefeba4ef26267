"""Bundled data, benchmarks and measurements."""
