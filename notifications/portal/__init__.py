"""All that a stranger can reach: its own process, settings, addresses and templates.

It reads whether a code is one of ours, and writes one count. It holds no key that opens anything.
"""
