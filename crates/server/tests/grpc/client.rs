//! A gRPC client that can also misbehave.

use std::io::Write as _;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Request, Version};
use h2::client::SendRequest;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

pub(crate) const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
pub(crate) const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
pub(crate) const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// The outcome of a call.
#[derive(Debug)]
pub(crate) struct Called {
    /// The status of HTTP.
    pub(crate) status: u16,
    /// The code of gRPC, if there was one.
    pub(crate) code: Option<u16>,
    pub(crate) message: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A connection of HTTP/2 with prior knowledge.
pub(crate) struct Client {
    pub(crate) runtime: Runtime,
    pub(crate) sender: SendRequest<Bytes>,
    port: u16,
}

impl Client {
    pub(crate) fn connect(port: u16) -> Client {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let sender = runtime.block_on(async {
            let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let (sender, connection) = h2::client::handshake(stream).await.unwrap();
            tokio::spawn(async move { drop(connection.await) });
            sender
        });
        Client { runtime, sender, port }
    }

    /// Calls with headers beside the usual ones, and those of the same name in their place.
    pub(crate) fn call(&mut self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Called {
        let authority = format!("127.0.0.1:{}", self.port);
        self.request((Method::POST, &authority, path), headers, body)
    }

    pub(crate) fn request(
        &mut self,
        (method, authority, path): (Method, &str, &str),
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Called {
        let mut request = Request::builder().method(method).version(Version::HTTP_2);
        request = request.uri(format!("http://{authority}{path}"));
        for (name, value) in [("content-type", "application/grpc"), ("te", "trailers")] {
            if !headers.iter().any(|(other, _)| *other == name) {
                request = request.header(name, value);
            }
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        let sender = self.sender.clone();
        self.runtime.block_on(async {
            let (response, mut sending) = sender.ready().await.unwrap().send_request(request, false).unwrap();
            // The server may answer before it has all.
            let _ = sending.send_data(Bytes::copy_from_slice(body), true);
            let (parts, mut receiving) = response.await.unwrap().into_parts();
            let mut body = Vec::new();
            while let Some(Ok(data)) = receiving.data().await {
                let _ = receiving.flow_control().release_capacity(data.len());
                body.extend_from_slice(&data);
            }
            let trailers = receiving.trailers().await.ok().flatten();
            let outcome = trailers.as_ref().unwrap_or(&parts.headers);
            let text = |name: &str| outcome.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
            let code = text("grpc-status").and_then(|code| code.parse().ok());
            let message = text("grpc-message").unwrap_or_default();
            Called { status: parts.status.as_u16(), code, message, headers: parts.headers, body }
        })
    }
}

/// A message as it is sent.
pub(crate) fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    let mut frame = vec![flag];
    frame.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend_from_slice(message);
    frame
}

pub(crate) fn packed(message: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(message).unwrap();
    out.finish().unwrap()
}
