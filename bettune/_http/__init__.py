"""httpx with our token, pacing, retries, errors and logging; the only package that imports it."""
