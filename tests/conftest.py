"""Fixtures of all tests: loopback only, and each test of a client with both clients."""

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

# Whether a sample of the tools' tests is enough, and whether this process runs all files.
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

# Whoever runs the tests in the background may have them ignore Ctrl-C, which some of them press;
# their children would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Some tests run make, to which these of the make that runs the tests would apply.
for _name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
    os.environ.pop(_name, None)


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="run what takes long too, at full length")


def pytest_xdist_auto_num_workers(config):
    """One more than processors, since tests wait for sockets; none for a single file."""
    files = {argument.partition("::")[0] for argument in config.args}
    return 0 if len(files) == 1 and files.pop().endswith(".py") else os.cpu_count() + 1


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes long, and runs with --all only")
    config.addinivalue_line(
        "markers", "tool_changes: runs only where a tool changed, and with --all"
    )
    # Of a run of some files all tests are meant. Workers do what the process that starts them does.
    whole = config.args_source is not pytest.Config.ArgsSource.ARGS
    sample = whole and not config.getoption("--all") and sampling.tools_are_as_tested()
    config.stash[_SAMPLE] = getattr(config, "workerinput", {}).get("sample", sample)
    config.stash[_WHOLE] = whole and not hasattr(config, "workerinput")
    # The same examples in each run, and new ones with --all; a busy machine fails none of them.
    unhurried = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile("ours", derandomize=not config.getoption("--all"), **unhurried)
    settings.load_profile("ours")
    if not config.getoption("--all"):
        # It draws from the constants of the modules that are loaded, and so of the tests before.
        assert providers.is_local_module_file, "hypothesis has another name for it now"
        providers.is_local_module_file = lambda path: False
    # anyio before 4.16 forgets the connection of a task that is cancelled as it comes about.
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
    """An AsyncBetTune used as if it were a BetTune: each call is awaited on a loop's thread."""

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
    """The result of `with_options` of a client of either kind."""
    if isinstance(client, Awaited):
        return Awaited(client._target.with_options(**options), client._portal)
    return client.with_options(**options)


def held(box, filter_id, ids):
    """The odds that the sandbox holds for matches, asked without the library."""
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
    """Let mypy know in a folder what it knows of the installed packages, learnt once a run."""
    fcntl = pytest.importorskip("fcntl", reason="needs POSIX locks")
    run = tmp_path_factory.getbasetemp()
    run = run.parent if "PYTEST_XDIST_WORKER" in os.environ else run
    known = run / "mypy" / ".mypy_cache"
    with (run / "mypy.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not known.exists():
            # `make check` may have learnt it, and may be about to run at the same time.
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
    """Make clients of either kind, closed at the end; the async one is used as if it were sync."""
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
    """Start a scripted server and give a client of it, whose own back-off is next to nothing."""
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
    """A socket whose port is nobody else's: bound, not listening, so that connections are refused.

    With SO_REUSEADDR a server of the test may listen there all the same.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    return holder


@pytest.fixture
def port():
    """A port that is nobody else's: who connects is refused, unless a test listens there."""
    with hold_port() as holder:
        yield holder.getsockname()[1]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """TLS contexts: a server's on 127.0.0.1, and a client's that trusts it, as nobody else does."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path, "-out", path]
    try:
        subprocess.run(made, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no openssl here")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, ssl.create_default_context(cafile=path)


@pytest.fixture
def _collector_waits():
    """No collection: what is raised in a callback of it (hypothesis has one) is lost."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def _limit_is_met(monkeypatch):
    """The limit of a sandbox is met, however slowly: its time begins as it first refuses."""

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
