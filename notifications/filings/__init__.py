"""Filings to authorities: forms as data, content by phase, what is missing, what changed, paper and JSON."""
