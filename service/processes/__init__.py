"""Warm child processes: everything that parses untrusted bytes or keeps a core busy runs here."""
