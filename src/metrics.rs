//! What is counted and measured, for Prometheus: one list of metrics, from which the registry, the text and the
//! description in the book are made.
//!
//! The values of labels are from closed sets: words of this program, and names of the configuration (clients,
//! wallets, hosts that it names). Never an identifier, an address, a claim or what a stranger wrote.

mod family;
mod process;
mod sample;
mod series;
mod stopwatch;
mod text;

use self::family::{BucketBounds, Counter, Gauge, GaugeReading, Histogram, MetricFamily};
pub use self::stopwatch::Stopwatch;
pub use self::text::MEDIA_TYPE;

/// What a machine waits for, in seconds.
const MACHINE: BucketBounds =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// What a person takes, in seconds.
const PERSON: BucketBounds = &[1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0];

/// A metric is a line of documentation, which is its meaning, its field, kind, labels and name, and what its kind
/// needs besides.
macro_rules! metrics {
    ($(
        #[doc = $help:literal]
        $field:ident: $kind:ident[$($label:literal),*] = $name:literal $(, $more:expr)?;
    )*) => {
        /// Every metric of one service.
        #[derive(Debug)]
        pub struct Metrics {
            $(
                #[doc = $help]
                pub $field: $kind<{ let labels: &[&str] = &[$($label),*]; labels.len() }>,
            )*
        }

        impl Metrics {
            fn zero() -> Self {
                Self { $($field: $kind::new($name, $help.trim_ascii(), &[$($label),*] $(, $more)?),)* }
            }

            fn all(&self) -> Vec<&dyn MetricFamily> {
                vec![$(&self.$field),*]
            }
        }
    };
}

metrics! {
    /// HTTP requests that were answered.
    http_requests: Counter["audience", "route", "status"] = "vpgate_http_requests_total";
    /// How long answering an HTTP request took, in seconds.
    http_seconds: Histogram["audience", "route"] = "vpgate_http_request_duration_seconds", MACHINE;
    /// Presentations that came to an end.
    presentations: Counter["wallet", "flow", "outcome", "reason"] = "vpgate_presentations_total";
    /// From the request to the end of a presentation, in seconds.
    presentation_seconds: Histogram["wallet", "outcome"] = "vpgate_presentation_seconds", PERSON;
    /// How long judging an answer took, in seconds, with what had to be fetched for it.
    verdict_seconds: Histogram["verdict"] = "vpgate_verdict_seconds", MACHINE;
    /// Checks of answers that failed.
    checks_failed: Counter["check"] = "vpgate_checks_failed_total";
    /// Device grants and authorizations: opened, approved, answered from a session, denied, disowned.
    grants: Counter["client", "grant", "outcome"] = "vpgate_grants_total";
    /// Requests for tokens of clients that authenticated: issued, or the error code.
    tokens: Counter["client", "grant", "outcome"] = "vpgate_tokens_total";
    /// Polls of devices, by what they were answered.
    polls: Counter["answer"] = "vpgate_polls_total";
    /// What was refused because there was too much of it.
    limits: Counter["what"] = "vpgate_limits_total";
    /// Requests to other servers. Status lists go by the host of the issuer.
    fetches: Counter["kind", "host", "result"] = "vpgate_fetch_total";
    /// How long other servers took, in seconds.
    fetch_seconds: Histogram["kind"] = "vpgate_fetch_seconds", MACHINE;
    /// The age of the newest document that came, in seconds.
    fetched_age: Gauge["kind", "host"] = "vpgate_cache_age_seconds", GaugeReading::Since;
    /// Seconds until the newest status list of an issuer is to be fetched anew; negative when that is overdue.
    list_next_update: Gauge["issuer"] = "vpgate_list_next_update_seconds", GaugeReading::Until;
    /// Seconds until a certificate or attestation of ours expires, by the wallet that it is for.
    certificate_expires: Gauge["wallet"] = "vpgate_certificate_expires_seconds", GaugeReading::Until;
    /// Writes to the database: ok, lost (somebody was first), taken (not unique), not_sent, unknown (the answer was lost).
    changes: Counter["change", "result"] = "vpgate_changes_total";
    /// How long a write took until it was durable, in seconds.
    store_seconds: Histogram["change"] = "vpgate_store_seconds", MACHINE;
    /// 1 for a webhook to which nothing is sent, because it answered 410 or failed for five days; 0 for every other.
    webhook_paused: Gauge["client", "webhook"] = "vpgate_webhook_paused", GaugeReading::Number;
    /// Seconds since the oldest event happened that waits for a webhook; 0 when none waits.
    outbox_oldest: Gauge[] = "vpgate_outbox_oldest_seconds", GaugeReading::Number;
    /// Rows that were removed because their time had passed.
    swept: Counter["what"] = "vpgate_swept_total";
    /// 1, with the version of the program.
    build: Gauge["version"] = "vpgate_build_info", GaugeReading::Number;
    /// Seconds since the service started.
    uptime: Gauge[] = "vpgate_uptime_seconds", GaugeReading::Since;
    /// Memory of the process, in bytes. Linux only, as the two below.
    process_memory: Gauge[] = "process_resident_memory_bytes", GaugeReading::Number;
    /// Processor time of the process, in seconds.
    process_cpu: Gauge[] = "process_cpu_seconds_total", GaugeReading::Total;
    /// Files and connections that the process has open.
    process_descriptors: Gauge[] = "process_open_fds", GaugeReading::Number;
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self::zero();
        metrics.build.set([env!("CARGO_PKG_VERSION")], 1.0);
        metrics.uptime.happened([]);
        metrics
    }
}

impl Metrics {
    /// Every sample, as Prometheus reads it, at this second of Unix time.
    pub fn exposition(&self, now: i64) -> String {
        let process = process::look();
        process.memory.into_iter().for_each(|bytes| self.process_memory.set([], bytes));
        process.cpu.into_iter().for_each(|seconds| self.process_cpu.set([], seconds));
        process.descriptors.into_iter().for_each(|count| self.process_descriptors.set([], count));
        text::exposition(&self.all(), now)
    }

    /// The names of all metrics.
    pub fn names(&self) -> Vec<&'static str> {
        self.all().iter().map(|family| family.about().name).collect()
    }
}

/// Every metric with its kind, labels and meaning: a table in Markdown.
pub fn description() -> String {
    text::described(&Metrics::zero().all())
}

#[cfg(test)]
mod tests;
