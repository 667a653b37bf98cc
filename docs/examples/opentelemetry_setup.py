from opentelemetry import trace
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bettune import BetTune

spans = InMemorySpanExporter()  # use an exporter that sends them
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)
HTTPXClientInstrumentor().instrument()

with BetTune() as bettune, trace.get_tracer("model").start_as_current_span("daily push"):
    bettune.predictions.sync(11583, {1611471: 2.31, 1611473: 1.92})
for span in spans.get_finished_spans():
    print(span.name)
