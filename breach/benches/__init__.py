"""Benchmarks: each measures the product and its peers in the same run, so that only ratios matter."""
