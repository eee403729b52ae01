//! Traces for a collector, by OTLP over HTTP. A thread of its own sends them; whoever is traced never waits, and what the
//! collector does not take is lost.

#[cfg(feature = "otlp")]
pub use self::sent::{NoTraces, Traces};

/// Nobody collects.
#[cfg(not(feature = "otlp"))]
#[derive(Debug)]
pub enum Traces {}

#[cfg(feature = "otlp")]
mod sent {
    use std::time::Duration;

    use opentelemetry::KeyValue;
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
    use reqwest::Certificate;
    use reqwest::blocking::Client;
    use reqwest::redirect::Policy;
    use url::Url;

    /// How long the collector may take for one message.
    const PATIENCE: Duration = Duration::from_secs(10);
    /// How long the end of the program waits for it.
    const FAREWELL: Duration = Duration::from_secs(3);
    /// The variable by which operators call a service otherwise.
    const NAME: &str = "OTEL_SERVICE_NAME";

    /// Spans on their way to a collector.
    #[derive(Debug)]
    pub struct Traces(SdkTracerProvider);

    /// Why there are none.
    #[derive(Debug, thiserror::Error)]
    pub enum NoTraces {
        /// TLS, or the certificates.
        #[error("the collector of traces cannot be spoken to")]
        Client(#[from] reqwest::Error),
        /// What the environment says about it (`OTEL_...`).
        #[error("traces cannot be sent: {0}")]
        Exporter(String),
    }

    impl Traces {
        /// To the collector at `endpoint`; certificates of `authorities` (PEM) count there, too. Which traces are kept, how they are
        /// batched and with which headers they are sent is said by the variables of OpenTelemetry.
        ///
        /// # Errors
        /// [`NoTraces`]
        pub fn start(endpoint: &Url, authorities: Option<&[u8]>) -> Result<Self, NoTraces> {
            let authorities = authorities.map(Certificate::from_pem_bundle).transpose()?.unwrap_or_default();
            let client = Client::builder()
                .user_agent(concat!("vpgate/", env!("CARGO_PKG_VERSION")))
                .redirect(Policy::none())
                .no_proxy()
                .timeout(PATIENCE)
                .tls_certs_merge(authorities)
                .build()?;
            let exporter = SpanExporter::builder()
                .with_http()
                .with_http_client(client)
                .with_protocol(Protocol::HttpBinary)
                .with_endpoint(endpoint.as_str())
                .with_timeout(PATIENCE)
                .build()
                .map_err(|why| NoTraces::Exporter(why.to_string()))?;
            let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
            let resource = Resource::builder().with_attribute(version);
            let resource = match std::env::var_os(NAME) {
                Some(_) => resource,
                None => resource.with_service_name("vpgate"),
            };
            let provider = SdkTracerProvider::builder()
                .with_resource(resource.build())
                .with_batch_exporter(exporter)
                .build();
            Ok(Self(provider))
        }

        /// What makes spans.
        pub fn tracer(&self) -> SdkTracer {
            self.0.tracer("vpgate")
        }

        /// Sends what is left, unless that takes too long.
        pub fn end(self) {
            // There is nobody left to tell.
            let _sent = self.0.shutdown_with_timeout(FAREWELL);
        }
    }
}
