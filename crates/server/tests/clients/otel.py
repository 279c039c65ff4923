"""Sends a trace with a log record and a metric, as the SDK of OpenTelemetry does. The argument is the server's address."""

import logging
import sys

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

address = sys.argv[1]
resource = Resource.create({"service.name": "shop"})

# One request for each span: a child comes before its parent.
tracers = TracerProvider(resource=resource)
exporter = OTLPSpanExporter(endpoint=f"{address}/v1/traces", compression=Compression.Gzip)
tracers.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(tracers)

logs = LoggerProvider(resource=resource)
logs.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(endpoint=f"{address}/v1/logs")))
logging.getLogger().addHandler(LoggingHandler(logger_provider=logs))

reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{address}/v1/metrics"))
metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[reader]))
orders = metrics.get_meter("shop").create_counter("orders")
latency = metrics.get_meter("shop").create_histogram("latency", unit="ms")

tracer = trace.get_tracer("shop")
with tracer.start_as_current_span("checkout", attributes={"items": 3}) as root:
    with tracer.start_as_current_span("stock"):
        logging.getLogger("shop").warning("low stock")
    try:
        with tracer.start_as_current_span("payment"):
            raise ValueError("card refused")
    except ValueError:
        pass
    orders.add(2)
    latency.record(12.5)
    print(f"{root.get_span_context().trace_id:032x}")

tracers.shutdown()
logs.shutdown()
metrics.get_meter_provider().shutdown()
