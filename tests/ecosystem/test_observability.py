"""Tools that watch: OpenTelemetry, Sentry, structlog, logging as JSON. None sees the token."""

import asyncio
import io
import json
import logging

import pytest
import sentry_sdk
import structlog
from opentelemetry import trace
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pythonjsonlogger.json import JsonFormatter

from bettune import APIStatusError, AsyncBetTune, BetTune, NotFoundError

ODDS = {1_611_243: "2.15", 1_611_244: "3.1", 1_611_245: "1.9"}
FIELDS = {"method", "path", "status", "seconds", "attempt"}


@pytest.fixture
def spans():
    """The exporter of all spans that end while httpx is instrumented, and a tracer."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    HTTPXClientInstrumentor().instrument(tracer_provider=provider)
    yield exporter, provider.get_tracer("job")
    HTTPXClientInstrumentor().uninstrument()


def sync_job(box, odds):
    with BetTune(box.token, base_url=box.base_url) as bettune:
        return bettune.predictions.sync(11583, odds)


def async_job(box, odds):
    async def main():
        async with AsyncBetTune(box.token, base_url=box.base_url) as bettune:
            return await bettune.predictions.sync(11583, odds)

    return asyncio.run(main())


@pytest.mark.parametrize("job", [sync_job, async_job])
def test_opentelemetry_has_a_span_for_each_try_below_the_job(spans, bettune_sandbox, job):
    exporter, tracer = spans
    with BetTune(bettune_sandbox.token, base_url=bettune_sandbox.base_url) as bettune:
        odds = {match.id: 2 for match in bettune.matches.list("2026-06-06")[:3]}
    exporter.clear()
    with tracer.start_as_current_span("the daily job") as parent:
        assert job(bettune_sandbox, odds).ok
    *tries, last = exporter.get_finished_spans()
    assert last.name == "the daily job"
    assert len(tries) == len(bettune_sandbox.seen) - 1 == 1 + len(odds)
    assert {span.parent.span_id for span in tries} == {parent.get_span_context().span_id}
    assert {span.context.trace_id for span in tries} == {parent.get_span_context().trace_id}
    assert bettune_sandbox.token not in "".join(span.to_json() for span in tries)
    assert trace.get_current_span() is trace.INVALID_SPAN


@pytest.fixture
def events():
    sent = []

    def keep(event, hint):
        sent.append(event)

    with sentry_sdk.isolation_scope():
        sentry_sdk.init(
            dsn="http://key@127.0.0.1:9/1",
            before_send=keep,
            max_request_body_size="always",
            include_local_variables=True,
        )
        yield sent
    sentry_sdk.init()


def test_sentry_names_method_path_and_status_and_no_token(events, bettune_sandbox):
    box = bettune_sandbox
    for token in (box.token, box.free_token):
        with BetTune(token, base_url=box.base_url) as bettune:
            with pytest.raises(APIStatusError) as caught:
                bettune.predictions.put(1, 2, "2.15")
            sentry_sdk.capture_exception(caught.value)
    not_found, refused = (json.dumps(event, default=repr) for event in events)
    path = "/prediction-filters/1/matches/2/prediction"
    assert f"PUT {path}: 404" in not_found
    assert f"PUT {path}: 403" in refused
    assert box.token not in not_found
    assert box.free_token not in refused


@pytest.fixture
def debug_log():
    """The handler of the library's logger, for one test."""
    logger, handler = logging.getLogger("bettune"), logging.StreamHandler(io.StringIO())
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.setLevel(logging.NOTSET)
    logger.removeHandler(handler)


def lines(handler):
    return [json.loads(line) for line in handler.stream.getvalue().splitlines()]


def test_logging_as_json_has_the_fields_of_each_try(debug_log, sync_client, bettune_sandbox):
    debug_log.setFormatter(JsonFormatter())
    sync_client.sports.list()
    (tried,) = [line for line in lines(debug_log) if line.keys() >= FIELDS]
    assert (tried["method"], tried["path"]) == ("GET", "/sports")
    assert (tried["status"], tried["attempt"]) == (200, 1)
    assert bettune_sandbox.token not in debug_log.stream.getvalue()


def test_structlog_has_the_fields_of_each_try(debug_log, sync_client, bettune_sandbox):
    debug_log.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    with pytest.raises(NotFoundError):
        sync_client.predictions.put(1, 2, "2.15")
    (tried,) = [line for line in lines(debug_log) if line.keys() >= FIELDS]
    assert (tried["method"], tried["status"]) == ("PUT", 404)
    assert tried["path"] == "/prediction-filters/1/matches/2/prediction"
    assert bettune_sandbox.token not in debug_log.stream.getvalue()
