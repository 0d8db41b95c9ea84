"""Registers as files: how they are written down, and folders that they are put into."""
