//! What is published of one cell.

/// One sample of a metric.
pub struct MetricSample<'s> {
    /// What is written after the name.
    pub(super) suffix: &'static str,
    /// The values of the labels.
    pub(super) labels: &'s [Box<str>],
    /// The label `le` of a bucket.
    pub(super) bound: Option<String>,
    /// The number.
    pub(super) value: String,
}
