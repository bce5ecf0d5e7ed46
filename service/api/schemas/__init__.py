"""Schemas: bodies, queries and answers as the API documents them, one file a noun."""
