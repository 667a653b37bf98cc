"""The sandbox's pages in a real browser: opened, tried, read and driven as people do it."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from bettune import BetTune, RateLimit
from bettune.sandbox import Sandbox
from bettune.sandbox._document import document

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)

expect.set_options(timeout=60_000)  # a busy machine takes its time

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium")

FILTER, MATCH = 11583, 1611243
WRITE = "prediction-filters-filterId-matches-matchId-prediction"
OPERATIONS = {  # what the tokens "PRO", "free" and "none" get
    "get-sports": (200, 200, 401),
    "get-matches": (200, 200, 401),
    "get-prediction-filters": (200, 200, 401),
    "post-predictions-search": (200, 403, 401),
    f"put-{WRITE}": (200, 403, 401),
    f"delete-{WRITE}": (204, 403, 401),
}


@pytest.fixture(scope="module")
def browser():
    # Not for the whole session: while it runs, no test of its thread could run an event loop.
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS.split(), timeout=120_000
        )


@pytest.fixture
def visit(browser):
    """Open a page of a sandbox; whatever it asks of anybody else, or complains about, fails."""
    with contextlib.ExitStack() as stack:
        wrong = []

        def visit(box, path="/", *, locale="en-GB", width=1400, **options):
            context = browser.new_context(
                locale=locale, viewport={"width": width, "height": 900}, **options
            )
            stack.callback(context.close)
            context.set_default_timeout(60_000)
            page = context.new_page()
            root = box.base_url.removesuffix("/bet-tune-api/v1")

            def on_console(message):
                if message.type == "error" and "Failed to load resource" not in message.text:
                    wrong.append(message.text)

            page.on("console", on_console)
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("dialog", lambda dialog: wrong.append(dialog.message))
            page.on(
                "request",
                lambda request: request.url.startswith(f"{root}/") or wrong.append(request.url),
            )
            page.goto(root + path)
            return page

        yield visit
        assert not wrong


def opened(page, name):
    """An operation, opened with the mouse."""
    operation = page.locator(f"details#{name}")
    operation.locator("summary").click()
    return operation


def field(operation, name):
    """A field by the name that bettune has for it: an export may call an id in a path otherwise."""
    return operation.get_by_role("textbox").and_(
        operation.locator(f'[data-argument="{name}"], [name="{name}"]')
    )


def described(operation, status):
    """The status line of an answer, which an export of the schema may not describe."""
    says = operation.locator(f'[data-status="{status}"] .says').inner_text()
    return " ".join(filter(None, [str(status), says])) + " ("


def send(operation, token="PRO"):
    """Send what the form says; the status line."""
    operation.get_by_label("Token").select_option(label=token)
    operation.get_by_role("status").evaluate("line => line.textContent = ''")
    operation.get_by_role("button", name="Send").click()
    status = operation.get_by_role("status")
    expect(status).not_to_be_empty()
    return status.inner_text()


def shown(operation, name):
    return operation.locator(f'[data-show="{name}"]').inner_text()


def fill(operation, name):
    """Fill the form in: an export of the schema may have no examples."""
    body = {"odds": "2.15"}
    if name == "post-predictions-search":
        body = {"filterId": FILTER, "matchIds": [MATCH]}
    values = {"date": "2026-06-06", "sport": 1, "filterId": FILTER, "matchId": MATCH}
    for label, value in (values | {"body": json.dumps(body)}).items():
        if field(operation, label).count():
            field(operation, label).fill(str(value))


def test_each_operation_with_each_token(box, visit):
    page = visit(box)
    for name, statuses in OPERATIONS.items():
        operation = opened(page, name)
        fill(operation, name)
        expect(operation.get_by_role("heading", name="Responses")).to_be_visible()
        for token, status in zip(("PRO", "free", "none"), statuses, strict=True):
            line = send(operation, token)
            said = re.escape(described(operation, status))
            assert re.fullmatch(rf"{said}\d+\.\d\d\d\ss\)", line)
            method = name.split("-")[0].upper()
            assert shown(operation, "request").startswith(f"{method} {box.base_url}/")
            assert ("Authorization: Bearer" in shown(operation, "request")) is (token != "none")
            body = shown(operation, "body")
            if status == 204:
                assert body == "–"  # noqa: RUF001
            else:
                assert "content-type: application/json" in shown(operation, "headers")
                assert {200: "{", 401: "missing_token", 403: "pro_subscription_required"}[
                    status
                ] in body
        operation.locator("summary").click()
        expect(operation.get_by_role("heading", name="Responses")).to_be_hidden()
    assert [seen.status for seen in box.seen if seen.method in {"PUT", "DELETE"}] == [
        *OPERATIONS[f"put-{WRITE}"],
        *OPERATIONS[f"delete-{WRITE}"],
    ]


def test_an_address_with_a_sign_that_stands_for_nothing(box, visit):
    page = visit(box, "/#%")
    assert send(opened(page, "get-sports")).startswith("200 ")


def test_errors_of_requests_are_shown(box, visit):
    page = visit(box)
    operation = opened(page, f"put-{WRITE}")
    fill(operation, f"put-{WRITE}")
    field(operation, "matchId").fill("1")
    assert send(operation).startswith(described(operation, 404))
    assert "match_not_found" in shown(operation, "body")
    field(operation, "body").fill("{")
    assert send(operation).startswith(described(operation, 400))
    operation = opened(page, "get-matches")
    field(operation, "date").fill("")
    assert send(operation).startswith(described(operation, 400))
    assert "date=" not in shown(operation, "request")


def test_over_the_rate_limit(visit):
    with Sandbox(rate_limit=RateLimit(1, 3600)) as box:
        operation = opened(visit(box), "get-sports")
        assert send(operation).startswith(described(operation, 200))
        assert send(operation).startswith(described(operation, 429))
        assert re.search(r"^retry-after: \d+$", shown(operation, "headers"), re.MULTILINE)
        assert "rate_limit_exceeded" in shown(operation, "body")


def test_a_sandbox_that_has_stopped(visit, port):
    with Sandbox(port=port) as box:
        page = visit(box)
        operation = opened(page, "get-sports")
    assert send(operation) == "No response. Is the sandbox still running?"


def test_the_same_in_python(box, visit):
    page = visit(box)
    for name in OPERATIONS:
        operation = opened(page, name)
        fill(operation, name)
        send(operation)
        method, path = box.seen[-1].method, box.seen[-1].path
        code = shown(operation, "python")
        assert "BetTune(" in code
        exec(code, {"print": lambda *_: None})
        assert box.seen[-1][1:3] == (method, path)
        assert box.seen[-1].status in {200, 204}
    operation = page.locator(f"details#put-{WRITE}")
    body = '{"odds": {"a": [true, null, "\\"\\u0142"]}, "matchId": 1}'
    field(operation, "body").fill(body)
    call = shown(operation, "python").splitlines()[-1]
    assert call.endswith(f'put({FILTER}, {MATCH}, {{"a": [True, None, "\\"ł"]}}))')
    operation.get_by_label("Token").select_option(label="none")
    assert "# without a token, bettune raises ConfigurationError" in shown(operation, "python")


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_same_as_curl(box, visit):
    operation = opened(visit(box), f"put-{WRITE}")
    fill(operation, f"put-{WRITE}")
    for body, status in (('{"odds": 2.15}', 200), ('{"it\'s": "$(id) `x` \\n"}', 400)):
        field(operation, "body").fill(body)
        assert send(operation).startswith(str(status))
        command = shown(operation, "curl").replace("curl ", "curl -s ", 1)
        result = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
        assert result.stdout.startswith(f"HTTP/1.1 {status} ")
        assert box.seen[-2][1:] == box.seen[-1][1:]


def test_typed_values_stay_text(box, visit):
    page = visit(box)
    bad = "<img src=x onerror=alert(1)>'\"</pre>"
    operation = opened(page, f"put-{WRITE}")
    field(operation, "filterId").fill(bad)
    field(operation, "body").fill(bad)
    send(operation)
    for name in ("request", "curl"):
        assert bad[:20] in shown(operation, name)
        assert "/prediction-filters/%3Cimg%20src%3Dx%20" in shown(operation, name)
    assert page.locator("img:not([src='/static/icon.svg'])").count() == 0


def test_the_language_is_the_browsers_until_a_link_is_followed(box, visit):
    page = visit(box, locale="pl-PL")
    expect(page.get_by_role("heading", name="Endpointy")).to_be_visible()
    operation = opened(page, "get-sports")
    expect(operation.get_by_role("button", name="Wyślij")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Endpoints")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="A day's matches").click()
    expect(page.get_by_role("heading", name="A day's matches")).to_be_visible()
    page.get_by_role("link", name="Polski").click()
    expect(page.get_by_role("heading", name="Mecze dnia")).to_be_visible()


def stop_the_clock(page):
    """Load the page again, where time passes only as the test says."""
    page.clock.install(time="2026-06-06T12:00:00Z")
    page.clock.pause_at("2026-06-06T13:00:00Z")
    page.reload()


def test_the_matches_show_a_push_as_it_happens(visit, port):
    with Sandbox(port=port) as box:
        page = visit(box, "/matches?date=2026-06-06", reduced_motion="reduce")
        stop_the_clock(page)
        cell = page.locator(f"#odds-{FILTER}-{MATCH}")
        expect(cell).not_to_contain_text("7.770000")
        count = page.locator(f"#count-{FILTER}")
        before = int(re.search(r"through the API: (\d+)", count.inner_text())[1])
        with BetTune(box.token, base_url=box.base_url) as bettune:
            bettune.predictions.sync(FILTER, {MATCH: "7.77"})
        page.clock.fast_forward(2000)
        expect(cell).to_have_text("7.770000")
        expect(cell).to_have_class("changed")
        expect(count).to_contain_text(f"through the API: {before + 1}")
    page.clock.fast_forward(2000)
    expect(page.get_by_role("status")).to_contain_text("does not respond")
    expect(cell).to_have_text("7.770000")


def test_the_settings_of_a_client_can_be_copied(box, visit):
    page = visit(box, permissions=["clipboard-read", "clipboard-write"])
    stop_the_clock(page)  # the word goes after a moment
    for text in (document().server, box.base_url, box.token, box.free_token):
        button = page.get_by_role("button", name=f"Copy: {text}", exact=True)
        button.click()
        expect(button).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == text


def test_with_the_keyboard_alone(box, visit):
    page = visit(box)

    def tab_to(selector):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"no way to {selector} by Tab")

    operation = page.locator(f"details#put-{WRITE}")
    tab_to(".skip")
    page.keyboard.press("Enter")
    tab_to(f"#put-{WRITE} > summary")
    page.keyboard.press("Enter")
    tab_to(f"#put-{WRITE} select")
    page.keyboard.press("ArrowDown")
    fill(operation, f"put-{WRITE}")
    tab_to(f"#put-{WRITE} .send")
    page.keyboard.press("Enter")
    expect(operation.get_by_role("status")).to_contain_text(described(operation, 403))
    tab_to(f'#put-{WRITE} [data-show="body"]')


def test_it_is_read_without_javascript(box, visit):
    page = visit(box, java_script_enabled=False)
    operation = opened(page, "get-matches")
    expect(operation.get_by_role("cell", name="string:date", exact=True)).to_be_visible()
    expect(operation.locator("form")).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)
    page.get_by_role("link", name="A day's matches").click()
    page.get_by_label("Day").fill("2026-06-06")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(f"#odds-{FILTER}-{MATCH}")).to_have_count(1)


@pytest.mark.parametrize(
    ("width", "scheme"), [(400, "light"), (400, "dark"), (1400, "light"), (1400, "dark")]
)
def test_it_fits_and_can_be_read_by_everybody(box, visit, width, scheme):
    page = visit(box, width=width, color_scheme=scheme)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    send(page.locator(f"#put-{WRITE}"))
    expect_no_violations(page, width)
    page.goto(f"{page.url}matches?date=2026-06-08")  # of all days, one of few matches
    expect_no_violations(page, width)
    back = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", back))) < 3 * 128) is (scheme == "dark")


def expect_no_violations(page, width):
    assert page.evaluate("document.documentElement.scrollWidth") == width
    violations = Axe().run(page).response["violations"]
    assert not [(violation["id"], violation["nodes"][0]["html"]) for violation in violations]
