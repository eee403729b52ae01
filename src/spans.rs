//! What a collector of traces is told (OpenTelemetry): a span for each request, and inside of it one for each verdict,
//! change and request to somebody else. Attributes are from closed sets, as the labels of metrics: never an
//! identifier, an address, a claim or what a stranger wrote.
//!
//! Where nobody collects, none is made. Logs do not see them: they have a target of their own.

use std::fmt::Display;

use tracing::{Span, field};

/// The target of all of them, and of nothing else.
pub const TARGET: &str = "vpgate::spans";

/// Methods that have a meaning here (RFC 9110 section 9); others are whatever a stranger wrote.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];
/// As OpenTelemetry calls those.
const OTHER: &str = "_OTHER";

/// A place in a trace, of whoever asks or of what happened before (W3C Trace Context section 3.2: `traceparent`). Well formed;
/// decides nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceParent<'h> {
    /// 32 hexadecimal characters.
    pub trace: &'h str,
    /// 16 hexadecimal characters.
    pub span: &'h str,
    /// Whether it is recorded there.
    pub sampled: bool,
}

impl<'h> TraceParent<'h> {
    /// As `traceparent` has it.
    pub fn parse(value: &'h str) -> Option<Self> {
        let mut parts = value.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let hex = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let named = |text: &str| text.bytes().any(|byte| byte != b'0');
        // Version 0 has four parts; later ones may have more.
        let whole = hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
        let sound = hex(trace, 32) && named(trace) && hex(span, 16) && named(span) && hex(flags, 2);
        // The last bit of the flags (section 3.2.3.5).
        let sampled = flags.ends_with(['1', '3', '5', '7', '9', 'b', 'd', 'f']);
        (whole && sound).then_some(Self { trace, span, sampled })
    }
}

/// A request to us. `log_trace` is its name in our logs.
pub fn request(parent: Option<&TraceParent<'_>>, log_trace: &impl Display) -> Span {
    let span = tracing::info_span!(
        target: TARGET, "request", otel.kind = "server", otel.status_code = field::Empty,
        http.request.method = field::Empty, http.route = field::Empty, http.response.status_code = field::Empty,
        vpgate.audience = field::Empty, vpgate.trace = %log_trace
    );
    go_on(&span, parent);
    span
}

/// What happens in `span` is a part of that trace.
fn go_on(span: &Span, parent: Option<&TraceParent<'_>>) {
    #[cfg(feature = "otlp")]
    if let Some(parent) = parent {
        otel::go_on(span, parent);
    }
    #[cfg(not(feature = "otlp"))]
    let _nobody_collects = (span, parent);
}

/// How a request was answered.
pub fn answered(span: &Span, method: &str, route: &str, audience: &str, status: u16) {
    if span.is_disabled() {
        return;
    }
    let method = METHODS.into_iter().find(|known| *known == method).unwrap_or(OTHER);
    #[cfg(feature = "otlp")]
    otel::call(span, format!("{method} {route}"));
    span.record("http.request.method", method);
    span.record("http.route", route);
    span.record("http.response.status_code", i64::from(status));
    span.record("vpgate.audience", audience);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}

/// An answer of a wallet is judged.
pub fn verdict() -> Span {
    tracing::info_span!(target: TARGET, "verdict", otel.kind = "internal")
}

/// The store is asked to make a change.
pub fn change(name: &'static str) -> Span {
    tracing::info_span!(target: TARGET, "change", otel.name = name, otel.kind = "client", db.operation.name = name)
}

/// Somebody else is asked for something of this kind.
pub fn fetch(kind: &'static str, host: &str) -> Span {
    tracing::info_span!(target: TARGET, "fetch", otel.name = kind, otel.kind = "client", server.address = host)
}

/// A message to a client that nobody asked for now, about what happened in the span that `traceparent` names.
pub fn delivery(traceparent: Option<&str>) -> Span {
    let span = tracing::info_span!(target: TARGET, "delivery", otel.kind = "producer");
    go_on(&span, traceparent.and_then(TraceParent::parse).as_ref());
    span
}

/// `traceparent` for whoever is asked inside of the current span.
#[cfg(feature = "otlp")]
pub fn traceparent() -> Option<String> {
    otel::current()
}

/// Nobody collects.
#[cfg(not(feature = "otlp"))]
pub fn traceparent() -> Option<String> {
    None
}

#[cfg(feature = "otlp")]
mod otel {
    use opentelemetry::Context;
    use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState};
    use tracing::Span;
    use tracing_opentelemetry::OpenTelemetrySpanExt as _;

    use super::TraceParent;

    /// What happens in `span` is a part of that trace.
    pub(super) fn go_on(span: &Span, parent: &TraceParent<'_>) {
        let (Ok(trace), Ok(within)) = (TraceId::from_hex(parent.trace), SpanId::from_hex(parent.span)) else {
            return;
        };
        let flags = if parent.sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
        let context = SpanContext::new(trace, within, flags, true, TraceState::default());
        // It fails where nobody collects.
        let _nobody_collects = span.set_parent(Context::new().with_remote_span_context(context));
    }

    /// What is known of a span only when it ends is what it is about.
    pub(super) fn call(span: &Span, name: String) {
        span.context().span().update_name(name);
    }

    /// Asked of OpenTelemetry: the innermost span may be one of the log, which is in no trace.
    pub(super) fn current() -> Option<String> {
        let context = Context::current();
        let span = context.span();
        let known = span.span_context();
        let flags = known.trace_flags().to_u8();
        known.is_valid().then(|| format!("00-{}-{}-{flags:02x}", known.trace_id(), known.span_id()))
    }
}
