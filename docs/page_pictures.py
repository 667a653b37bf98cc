"""Makes the pictures of the sandbox's page, two in each language: python docs/page_pictures.py.

Then, to make them small: pngquant --force --ext .png docs/*/sandbox-page-*.png
"""

from __future__ import annotations

import shutil
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

from bettune.sandbox import Sandbox

HERE = Path(__file__).resolve().parent
SEND = {"en": "Send", "pl": "Wyślij"}


def main() -> None:
    """Try an operation in Chromium at both widths, and take a picture of each."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with Sandbox(port=8000) as box, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        sizes = ((400, 800), (1400, 900))
        for (language, button), (width, height) in product(SEND.items(), sizes):
            page = browser.new_page(viewport={"width": width, "height": height}, locale=language)
            page.emulate_media(reduced_motion="reduce")
            page.goto(box.base_url.removesuffix("/bet-tune-api/v1"))
            operation = page.locator("details#get-matches")
            operation.locator("summary").click()
            operation.get_by_role("button", name=button).click()
            operation.locator(".result").wait_for()
            if width > 1000:  # both columns are in the picture; else only the form
                page.locator("#endpoints").evaluate("it => it.scrollIntoView()")
            page.screenshot(path=HERE / language / f"sandbox-page-{width}.png")
        browser.close()


if __name__ == "__main__":
    main()
