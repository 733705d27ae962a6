"""Tocsin's outward side: letters, filings, reports and their delivery."""
