"""Measures the library against raw httpx and others."""
