"""Puts httpx2 in the place of httpx, in each Python that has this folder on its path."""

import httpx2

httpx2.alias_httpx()
