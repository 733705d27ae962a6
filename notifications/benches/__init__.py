"""Benchmarks of what leaves the house."""
