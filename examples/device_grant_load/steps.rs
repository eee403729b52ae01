//! How long steps take.

use std::time::{Duration, Instant};

/// Durations by step.
#[derive(Default)]
pub struct Steps(Vec<(&'static str, Vec<Duration>)>);

impl Steps {
    /// Does it, and notes how long it took.
    pub async fn took<T>(
        &mut self,
        step: &'static str,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        let began = now();
        let done = work.await?;
        self.add(step, began.elapsed());
        Ok(done)
    }

    /// Notes how long one took.
    pub fn add(&mut self, step: &'static str, time: Duration) {
        match self.0.iter_mut().find(|(known, _)| *known == step) {
            Some((_, times)) => times.push(time),
            None => self.0.push((step, vec![time])),
        }
    }

    /// Prints them.
    pub fn say(&mut self) {
        println!("{:26}{:>8}{:>10}{:>10}{:>10}", "milliseconds", "count", "median", "p99", "longest");
        for (step, times) in &mut self.0 {
            times.sort_unstable();
            let at = |part: usize| {
                times.get(times.len() * part / 100).or(times.last()).copied().unwrap_or_default()
            };
            let [median, late, longest] = [at(50), at(99), at(100)].map(|time| time.as_secs_f64() * 1e3);
            println!("{step:26}{:>8}{median:>10.2}{late:>10.2}{longest:>10.2}", times.len());
        }
    }
}

/// The clock of the load generator.
#[expect(clippy::disallowed_methods, reason = "a load generator outside the service has a clock of its own")]
pub fn now() -> Instant {
    Instant::now()
}
