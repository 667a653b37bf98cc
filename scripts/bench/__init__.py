"""Measures the library in comparison with httpx and other clients."""
