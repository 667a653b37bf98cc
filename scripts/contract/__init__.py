"""Checks a running API against openapi.yaml."""
