#!/usr/bin/env python
"""Runs Tocsin's commands."""

from breach.main import main

if __name__ == "__main__":
    main()
