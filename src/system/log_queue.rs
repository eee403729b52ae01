//! Where log lines wait until they are written, by a thread of its own: whoever logs never waits, whatever
//! becomes of the place where the log goes. A reader that is gone, a full disk, a pipe that nobody reads
//! cost log lines and nothing else.
//!
//! ```text
//! push(line) -> bounded queue -> the thread "log" -> standard error
//!      '-- full, or too many bytes a second: dropped and counted
//! ```
//! What was lost is counted, can be read ([`LogQueue::lost`]), and is said in the log as soon as it can be
//! written again.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes that wait at most.
pub const MOST_WAITING: usize = 4 << 20;
/// Bytes a second that are taken in the long run, unless the operator says otherwise.
pub const BYTES_PER_SECOND: u64 = 512 << 10;
/// Seconds of that rate that may come at once.
const BURST_SECONDS: u64 = 8;
/// Between two attempts to say what was lost, and before a place that would block is tried again.
const PAUSE: Duration = Duration::from_secs(1);
/// The target of the line that says what was lost.
pub const NOTICE: &str = concat!("vpgate", "::log");
/// The target of the line for each request.
pub const ACCESS: &str = concat!("vpgate", "::access");

/// How much of the queue and of the rate a line may use up: what strangers can cause at will leaves room
/// for what an operator must read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// One line for each request: half.
    Access,
    /// Anything else: three quarters.
    Ordinary,
    /// Warnings and errors: everything.
    Grave,
    /// What was lost. Everything, and it is not counted when it is lost itself.
    Notice,
}

/// Lines that were lost since the start, by the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Too many bytes a second.
    pub too_many: u64,
    /// The queue was full: the place where the log goes is slower than the log.
    pub queue_full: u64,
    /// They could not be written.
    pub unwritten: u64,
}

/// The queue, and what is known about it. Clones are the same queue.
#[derive(Clone, Debug)]
pub struct LogQueue(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<QueueState>,
    /// Something came, or is to be finished.
    came: Condvar,
    /// Everything that came was written, or lost.
    empty: Condvar,
    begun: Instant,
}

#[derive(Debug)]
struct QueueState {
    lines: VecDeque<(Weight, Vec<u8>)>,
    /// Bytes that wait, those included that are being written.
    waiting: usize,
    /// A line is being written.
    writing: bool,
    budget: Budget,
    lost: Lost,
    told: Lost,
    /// Somebody waits for the end: what was lost is said at once.
    hurried: bool,
}

/// A bucket of bytes that fills again with time.
#[derive(Debug)]
struct Budget {
    per_second: u64,
    left: u64,
    at: Duration,
}

impl Budget {
    fn new(per_second: u64) -> Self {
        Self { per_second, left: per_second.saturating_mul(BURST_SECONDS), at: Duration::ZERO }
    }

    /// Takes `bytes` unless that leaves less than `reserve` quarters of the bucket.
    fn take(&mut self, bytes: u64, reserve: u64, now: Duration) -> bool {
        let most = self.per_second.saturating_mul(BURST_SECONDS);
        let passed = now.saturating_sub(self.at).as_millis();
        let filled = u128::from(self.per_second) * passed / 1000;
        if filled > 0 {
            self.left = most.min(self.left.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX)));
            self.at = now;
        }
        let Some(left) = self.left.checked_sub(bytes).filter(|left| *left >= most / 4 * reserve) else {
            return false;
        };
        self.left = left;
        true
    }
}

impl Weight {
    /// Quarters that are left to what is graver.
    fn reserve(self) -> u8 {
        match self {
            Self::Access => 2,
            Self::Ordinary => 1,
            Self::Grave | Self::Notice => 0,
        }
    }
}

impl QueueState {
    fn new(per_second: u64) -> Self {
        Self {
            lines: VecDeque::new(),
            waiting: 0,
            writing: false,
            budget: Budget::new(per_second),
            lost: Lost::default(),
            told: Lost::default(),
            hurried: false,
        }
    }

    /// Takes the line, or counts it.
    fn admit(&mut self, weight: Weight, line: &[u8], now: Duration) -> bool {
        let room = MOST_WAITING / 4 * usize::from(4 - weight.reserve());
        let full = self.waiting.saturating_add(line.len()) > room;
        let bytes = u64::try_from(line.len()).unwrap_or(u64::MAX);
        let lost = if full {
            &mut self.lost.queue_full
        } else if self.budget.take(bytes, u64::from(weight.reserve()), now) {
            self.waiting += line.len();
            self.lines.push_back((weight, line.to_vec()));
            return true;
        } else {
            &mut self.lost.too_many
        };
        *lost += u64::from(weight != Weight::Notice);
        false
    }

    fn is_idle(&self) -> bool {
        self.lines.is_empty() && !self.writing && (!self.hurried || self.lost == self.told)
    }
}

impl LogQueue {
    /// Starts the thread that writes to `out`.
    ///
    /// # Errors
    /// When there are no more threads.
    pub fn start(out: impl Write + Send + 'static, bytes_per_second: u64) -> io::Result<Self> {
        let queue = Self::new(bytes_per_second);
        let shared = Arc::clone(&queue.0);
        thread::Builder::new().name("log".to_owned()).spawn(move || write_out(&shared, out))?;
        Ok(queue)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the rate of the log has nothing to do with what is decided"
    )]
    fn new(bytes_per_second: u64) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::new(QueueState::new(bytes_per_second)),
            came: Condvar::new(),
            empty: Condvar::new(),
            begun: Instant::now(),
        }))
    }

    /// Queues a line, or counts it as lost. Never waits.
    pub fn push(&self, weight: Weight, line: &[u8]) {
        let now = self.0.begun.elapsed();
        if self.0.state().admit(weight, line, now) {
            self.0.came.notify_one();
        }
    }

    /// Waits until everything is written, at most `patience`. Whether it is.
    pub fn flush(&self, patience: Duration) -> bool {
        let mut state = self.0.state();
        state.hurried = true;
        self.0.came.notify_one();
        let waited = self.0.empty.wait_timeout_while(state, patience, |state| !state.is_idle());
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.hurried = false;
        state.is_idle()
    }

    /// What was lost until now.
    pub fn lost(&self) -> Lost {
        self.0.state().lost
    }
}

impl Shared {
    /// A thread that panicked while it held the lock left whole numbers behind.
    fn state(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next line; `None` when a moment passed in which it should be said what was lost.
    fn next(&self) -> Option<(Weight, Vec<u8>)> {
        let mut state = self.state();
        loop {
            if let Some(line) = state.lines.pop_front() {
                state.writing = true;
                return Some(line);
            }
            let untold = state.lost != state.told;
            if untold && state.hurried {
                return None;
            }
            if !untold {
                state = self.came.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else {
                let (waited, over) =
                    self.came.wait_timeout(state, PAUSE).unwrap_or_else(PoisonError::into_inner);
                state = waited;
                if over.timed_out() {
                    return None;
                }
            }
        }
    }

    fn done(&self, weight: Weight, line: &[u8], written: bool, said: Lost) {
        let mut state = self.state();
        state.writing = false;
        state.waiting -= line.len();
        match (weight, written) {
            (Weight::Notice, true) => state.told = said,
            // Whoever waits for the end waits no longer for a place that takes nothing.
            (Weight::Notice, false) if state.hurried => state.told = state.lost,
            (Weight::Notice, false) | (_, true) => {}
            (_, false) => state.lost.unwritten += 1,
        }
        if state.is_idle() {
            self.empty.notify_all();
        }
    }
}

fn write_out(shared: &Shared, mut out: impl Write) {
    let mut said = Lost::default();
    let mut torn = false;
    loop {
        let Some((weight, line)) = shared.next() else {
            said = shared.state().lost;
            let wanted = tracing::enabled!(target: NOTICE, tracing::Level::WARN);
            if wanted {
                say_what_was_lost(said);
            }
            let mut state = shared.state();
            // Where nobody wants warnings, or there is no room and no time, it counts as said.
            if !wanted || (state.hurried && state.lines.is_empty()) {
                state.told = said;
                shared.empty.notify_all();
            }
            continue;
        };
        // A line that was cut off ends before the next one begins.
        let whole = (!torn || write_whole(&mut out, b"\n").is_ok()).then(|| write_whole(&mut out, &line));
        match whole {
            Some(Ok(())) => torn = false,
            Some(Err(written)) => torn = written > 0,
            None => {}
        }
        shared.done(weight, &line, matches!(whole, Some(Ok(()))), said);
    }
}

/// Writes all of it; otherwise says how much was written before it failed.
fn write_whole(out: &mut impl Write, bytes: &[u8]) -> Result<(), usize> {
    let mut written = 0;
    while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
        match out.write(rest) {
            Ok(0) => return Err(written),
            Ok(more) => written += more,
            Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
            // Somebody made it non-blocking: this thread has the time to wait.
            Err(fault) if fault.kind() == ErrorKind::WouldBlock => thread::sleep(PAUSE / 20),
            Err(_) => return Err(written),
        }
    }
    Ok(())
}

fn say_what_was_lost(lost: Lost) {
    let Lost { too_many, queue_full, unwritten } = lost;
    tracing::warn!(
        target: NOTICE,
        too_many,
        queue_full,
        unwritten,
        "log lines were lost, counted since the start: too many at once, or the log could not be written"
    );
}

#[cfg(test)]
mod tests;
