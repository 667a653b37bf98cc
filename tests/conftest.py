"""Fixtures of all tests. Tests reach only loopback, and run with both clients."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from decimal import Decimal
from functools import partial
from importlib.metadata import version
from inspect import isasyncgen, isawaitable
from ipaddress import ip_address

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from bettune import AsyncBetTune, BetTune
from bettune._resource import Resource
from bettune.sandbox import Sandbox, _server
from bettune.sandbox._rate_limit import SlidingWindow
from scripts import ROOT
from scripts.types import OURS
from tests import sampling
from tests.scripted import Scripted

# Keys for two flags: a sample of the tools' tests is enough, and this process runs all test files.
_SAMPLE, _WHOLE = pytest.StashKey(), pytest.StashKey()
_LOCAL_NAMES = {None, "", "localhost", b"localhost"}


def _is_loopback(host):
    if host in _LOCAL_NAMES:
        return True
    try:
        return ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


def _refuse_the_network(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple) and not _is_loopback(args[1][0]):
        raise PermissionError(f"a test tried to reach {args[1]}")
    if event == "socket.getaddrinfo" and not _is_loopback(args[0]):
        raise PermissionError(f"a test tried to look up {args[0]}")


sys.addaudithook(_refuse_the_network)

# A shell that runs the tests in the background may make them ignore SIGINT, and nohup SIGHUP. Their
# children would inherit that, and some tests send these signals to their children.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Some tests run make, which must not inherit the variables of the make that runs the tests.
for _name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
    os.environ.pop(_name, None)


def pytest_addoption(parser):
    parser.addoption(
        "--all", action="store_true", help="run all tests in full, including the slow ones"
    )


def pytest_xdist_auto_num_workers(config):
    """Return one more than the processors, since tests wait for sockets; 0 for a single file."""
    files = {argument.partition("::")[0] for argument in config.args}
    return 0 if len(files) == 1 and files.pop().endswith(".py") else os.cpu_count() + 1


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes long, and runs with --all only")
    config.addinivalue_line(
        "markers", "tool_changes: runs only where a tool changed, and with --all"
    )
    # If files are named, all of their tests run. Workers follow the process that starts them.
    whole = config.args_source is not pytest.Config.ArgsSource.ARGS
    sample = whole and not config.getoption("--all") and sampling.tools_are_as_tested()
    config.stash[_SAMPLE] = getattr(config, "workerinput", {}).get("sample", sample)
    config.stash[_WHOLE] = whole and not hasattr(config, "workerinput")
    # The same examples in each run, and new ones with --all. No deadlines, for slow machines.
    unhurried = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile("ours", derandomize=not config.getoption("--all"), **unhurried)
    settings.load_profile("ours")
    if not config.getoption("--all"):
        # Hypothesis uses constants of loaded modules, so examples would depend on earlier tests.
        assert providers.is_local_module_file, "hypothesis has renamed this function"
        providers.is_local_module_file = lambda path: False
    # anyio before 4.16 leaks the connection of a task that is cancelled while it connects.
    if tuple(map(int, version("anyio").split(".")[:2])) < (4, 16):
        forgotten = r"Exception ignored .* <(function _SelectorTransport|socket\.socket)"
        config.addinivalue_line("filterwarnings", f"ignore:{forgotten}")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    node.workerinput["sample"] = node.config.stash[_SAMPLE]


def pytest_report_header(config):
    if config.stash[_SAMPLE]:
        return "tools: unchanged since all of their tests passed, one case of each runs"
    return "tools: all of their tests run"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    stash, option = session.config.stash, session.config.option
    chosen = (option.keyword, option.markexpr, option.deselect, option.ignore, option.ignore_glob)
    if option.collectonly:
        return
    if exitstatus == 0 and stash[_WHOLE] and not stash[_SAMPLE] and not any(chosen):
        sampling.record()


def pytest_collection_modifyitems(config, items):
    if config.stash[_SAMPLE]:
        items[:], left_out = sampling.split(items)
        config.hook.pytest_deselected(items=left_out)
    if not config.getoption("--all"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="takes long: make test ALL=1"))


class Awaited:
    """An AsyncBetTune with the interface of BetTune: each call is awaited in the loop's thread."""

    def __init__(self, target, portal):
        self._target, self._portal = target, portal

    def __getattr__(self, name):
        value = getattr(self._target, name)
        if isinstance(value, Resource):
            return Awaited(value, self._portal)
        return partial(self._call, value) if callable(value) else value

    def _call(self, function, *args, **options):
        return self._portal.call(partial(_call, function, *args, **options))


def view(client, **options):
    """Return the result of `with_options` of a client of either kind."""
    if isinstance(client, Awaited):
        return Awaited(client._target.with_options(**options), client._portal)
    return client.with_options(**options)


def held(box, filter_id, ids):
    """Return the odds that the sandbox has for matches, requested without the library."""
    headers = {"Authorization": f"Bearer {box.token}"}
    with httpx.Client(
        base_url=box.base_url, headers=headers, trust_env=False, timeout=60
    ) as client:
        body = {"filterId": filter_id, "matchIds": list(ids)}
        items = client.post("/predictions/search", json=body).json()["items"]
    return {item["matchId"]: Decimal(item["odds"]) for item in items}


def close(client):
    """Close a client of either kind."""
    client.close() if isinstance(client, BetTune) else client.aclose()


async def _call(function, *args, **options):
    result = function(*args, **options)
    if isasyncgen(result):
        return [item async for item in result]
    return await result if isawaitable(result) else result


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    for name in ("BETTUNE_API_TOKEN", "BETTUNE_API_TOKEN_FILE", "BETTUNE_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="session")
def known_types(tmp_path_factory):
    """Return a function that copies mypy's cache of the installed packages into a folder."""
    fcntl = pytest.importorskip("fcntl", reason="needs POSIX locks")
    run = tmp_path_factory.getbasetemp()
    run = run.parent if "PYTEST_XDIST_WORKER" in os.environ else run
    known = run / "mypy" / ".mypy_cache"
    with (run / "mypy.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not known.exists():
            # `make check` may have filled the cache, and may run at the same time.
            command = [sys.executable, "-m", "scripts.types", "bettune"]
            subprocess.run(command, cwd=ROOT, check=True)
            ours = shutil.ignore_patterns(*OURS)
            new = known.with_name("new")
            shutil.copytree(ROOT / known.name, new, ignore=ours, copy_function=_copy_if_there)
            new.rename(known)
    return lambda folder: shutil.copytree(known, folder / known.name, copy_function=os.link)


def _copy_if_there(source, target):
    with suppress(FileNotFoundError):
        shutil.copy2(source, target)


@pytest.fixture(params=["sync", "asyncio", "trio"])
def connect(request):
    """Return a function that makes clients, closed at the end. `Awaited` wraps the async ones."""
    with ExitStack() as stack:
        if request.param != "sync":
            portal = stack.enter_context(start_blocking_portal(request.param))

        def make(token="a-token", **options):
            if request.param == "sync":
                return stack.enter_context(BetTune(token, **options))
            client = AsyncBetTune(token, **options)
            stack.callback(portal.call, client.aclose)
            return Awaited(client, portal)

        yield make


@pytest.fixture
def serve(connect):
    """Return a function that starts a scripted server, and a client with almost no back-off."""
    servers = []

    def start(*answers, **options):
        server = Scripted(*answers).__enter__()
        servers.append(server)
        return server, connect(base_url=server.base_url, **{"max_wait": 0.001, **options})

    yield start
    for server in servers:
        server.__exit__()


@pytest.fixture
def box():
    """A fresh sandbox."""
    with Sandbox() as sandbox:
        yield sandbox


def hold_port():
    """Return a socket that reserves a port without listening, so that connections are refused.

    With SO_REUSEADDR, a server of the test may still listen on this port.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    return holder


@pytest.fixture
def port():
    """A reserved port that refuses connections, unless the test listens on it."""
    with hold_port() as holder:
        yield holder.getsockname()[1]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """TLS contexts of a server on 127.0.0.1, and of a client that trusts its certificate."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path, "-out", path]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, ssl.create_default_context(cafile=path)


@pytest.fixture
def _collector_waits():
    """Disable garbage collection, since exceptions in its callbacks (of hypothesis) are lost."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def _limit_is_met(monkeypatch):
    """Make the sandbox reach its limit on a slow machine, too: its clock starts when it rejects."""

    class Window(SlidingWindow):
        def __init__(self, requests, per):
            begun = time.monotonic()
            super().__init__(requests, per, clock=lambda: begun)

        def wait(self, token):
            seconds = super().wait(token)
            if seconds:
                self._clock = time.monotonic
            return seconds

    monkeypatch.setattr(_server, "SlidingWindow", Window)


@pytest.fixture
def client(connect, box):
    """A client of the sandbox, of either kind."""
    return connect(box.token, base_url=box.base_url)
