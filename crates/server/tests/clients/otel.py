"""Sends a trace with a log record and a metric, as the SDK of OpenTelemetry does. The arguments are the server's address and
the protocol: `http` or `grpc`."""

import logging
import sys

from opentelemetry import metrics, trace
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

address, protocol = sys.argv[1:]
if protocol == "grpc":
    import grpc
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    # All services have one address; without TLS because of its scheme.
    gzip, paths = grpc.Compression.Gzip, {"traces": "", "logs": "", "metrics": ""}
else:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    gzip, paths = Compression.Gzip, {name: f"/v1/{name}" for name in ("traces", "logs", "metrics")}
resource = Resource.create({"service.name": "shop"})

# One request for each span: a child comes before its parent.
tracers = TracerProvider(resource=resource)
exporter = OTLPSpanExporter(endpoint=address + paths["traces"], compression=gzip)
tracers.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(tracers)

logs = LoggerProvider(resource=resource)
logs.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(endpoint=address + paths["logs"])))
logging.getLogger().addHandler(LoggingHandler(logger_provider=logs))

reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=address + paths["metrics"]))
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
