//! What a metric is: a counter, a gauge or a histogram, with a name, what it means, and the names of its labels.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::sample::MetricSample;
use super::series::Series;
use super::stopwatch::Stopwatch;

/// What is told of a metric.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// As it is published.
    pub name: &'static str,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// What it means.
    pub help: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
}

/// A metric of any kind.
pub trait MetricFamily {
    /// Its name and meaning.
    fn about(&self) -> &About;
    /// Tells its samples, at this second of Unix time.
    fn tell(&self, now: i64, tell: &mut dyn FnMut(MetricSample<'_>));
}

/// Counts up, from 0 at the start of the process.
#[derive(Debug)]
pub struct Counter<const N: usize> {
    about: About,
    series: Series<AtomicU64, N>,
}

impl<const N: usize> Counter<N> {
    pub(super) fn new(name: &'static str, help: &'static str, labels: &'static [&'static str]) -> Self {
        Self { about: About { name, kind: "counter", help, labels }, series: Series::default() }
    }

    /// Counts one more.
    pub fn add(&self, labels: [&str; N]) {
        self.add_many(labels, 1);
    }

    /// Counts so many more.
    pub fn add_many(&self, labels: [&str; N], count: u64) {
        self.series.note(labels, |cell| {
            cell.fetch_add(count, Ordering::Relaxed);
        });
    }
}

impl<const N: usize> MetricFamily for Counter<N> {
    fn about(&self) -> &About {
        &self.about
    }

    fn tell(&self, _: i64, tell: &mut dyn FnMut(MetricSample<'_>)) {
        self.series.each(|labels, cell| {
            let value = cell.load(Ordering::Relaxed).to_string();
            tell(MetricSample { suffix: "", labels, bound: None, value });
        });
    }
}

/// What a gauge holds, and how it is told.
#[derive(Clone, Copy, Debug)]
pub enum GaugeReading {
    /// A number, as it is.
    Number,
    /// A number that only grows: told as a counter.
    Total,
    /// A second of Unix time, told as the seconds until then; they are negative afterwards.
    Until,
    /// A moment, told as the seconds since then.
    Since,
}

/// Goes up and down.
#[derive(Debug)]
pub struct Gauge<const N: usize> {
    about: About,
    reading: GaugeReading,
    /// Bits of an `f64`.
    series: Series<AtomicU64, N>,
    began: Stopwatch,
}

impl<const N: usize> Gauge<N> {
    pub(super) fn new(
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
        reading: GaugeReading,
    ) -> Self {
        let kind = if matches!(reading, GaugeReading::Total) { "counter" } else { "gauge" };
        let about = About { name, kind, help, labels };
        Self { about, reading, series: Series::default(), began: Stopwatch::start() }
    }

    /// What it holds from now on.
    pub fn set(&self, labels: [&str; N], value: f64) {
        self.series.note(labels, |cell| cell.store(value.to_bits(), Ordering::Relaxed));
    }

    /// It happened now.
    pub fn happened(&self, labels: [&str; N]) {
        self.set(labels, self.began.elapsed().as_secs_f64());
    }

    /// It is about nothing any more.
    pub fn clear(&self) {
        self.series.clear();
    }
}

impl<const N: usize> MetricFamily for Gauge<N> {
    fn about(&self) -> &About {
        &self.about
    }

    fn tell(&self, now: i64, tell: &mut dyn FnMut(MetricSample<'_>)) {
        self.series.each(|labels, cell| {
            let held = f64::from_bits(cell.load(Ordering::Relaxed));
            let value = match self.reading {
                GaugeReading::Number | GaugeReading::Total => held,
                GaugeReading::Until => held - now as f64,
                GaugeReading::Since => (self.began.elapsed().as_secs_f64() - held).max(0.0).floor(),
            };
            tell(MetricSample { suffix: "", labels, bound: None, value: value.to_string() });
        });
    }
}

/// Upper bounds of a histogram, in seconds, rising; at most [`MOST_BOUNDS`].
pub type BucketBounds = &'static [f64];

/// BucketBounds that a histogram has at most; one more cell counts what is above them.
const MOST_BOUNDS: usize = 15;

/// Counts durations by their length.
#[derive(Debug)]
pub struct Histogram<const N: usize> {
    about: About,
    bounds: BucketBounds,
    series: Series<Buckets, N>,
}

#[derive(Debug, Default)]
struct Buckets {
    /// Not cumulative: each counts what is above the bound before it.
    counts: [AtomicU64; MOST_BOUNDS + 1],
    microseconds: AtomicU64,
}

impl<const N: usize> Histogram<N> {
    pub(super) fn new(
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
        bounds: BucketBounds,
    ) -> Self {
        let about = About { name, kind: "histogram", help, labels };
        Self { about, bounds: bounds.get(..MOST_BOUNDS).unwrap_or(bounds), series: Series::default() }
    }

    /// Counts something that took so long.
    pub fn observe(&self, labels: [&str; N], took: Duration) {
        let seconds = took.as_secs_f64();
        let place = self.bounds.iter().position(|bound| seconds <= *bound).unwrap_or(self.bounds.len());
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.series.note(labels, |buckets| {
            if let Some(count) = buckets.counts.get(place) {
                count.fetch_add(1, Ordering::Relaxed);
            }
            buckets.microseconds.fetch_add(microseconds, Ordering::Relaxed);
        });
    }
}

impl<const N: usize> MetricFamily for Histogram<N> {
    fn about(&self) -> &About {
        &self.about
    }

    fn tell(&self, _: i64, tell: &mut dyn FnMut(MetricSample<'_>)) {
        self.series.each(|labels, buckets| {
            let mut so_far = 0;
            let bounds = self.bounds.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
            for (bound, count) in bounds.zip(&buckets.counts) {
                so_far += count.load(Ordering::Relaxed);
                let value = so_far.to_string();
                tell(MetricSample { suffix: "_bucket", labels, bound: Some(bound), value });
            }
            let sum = buckets.microseconds.load(Ordering::Relaxed) as f64 / 1e6;
            tell(MetricSample { suffix: "_sum", labels, bound: None, value: sum.to_string() });
            tell(MetricSample { suffix: "_count", labels, bound: None, value: so_far.to_string() });
        });
    }
}
