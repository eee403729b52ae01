//! No test sleeps: where the writing thread is needed, it is waited for by `flush`, which is bounded.

use std::sync::mpsc::{self, Receiver, Sender};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
/// Longer than the thread ever needs; nothing here waits so long but for a fault.
const LONG: Duration = Duration::from_secs(20);

/// A place that does what the test says, write by write.
struct BlockedSink {
    orders: Receiver<io::Result<usize>>,
    written: Sender<Vec<u8>>,
}

impl Write for BlockedSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Without further orders everything is taken.
        let most = self.orders.recv().unwrap_or(Ok(usize::MAX))?.min(bytes.len());
        drop(self.written.send(bytes[..most].to_vec()));
        Ok(most)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn place() -> (BlockedSink, Sender<io::Result<usize>>, Receiver<Vec<u8>>) {
    let ((order, orders), (written, read)) = (mpsc::channel(), mpsc::channel());
    (BlockedSink { orders, written }, order, read)
}

fn text(read: &Receiver<Vec<u8>>) -> String {
    String::from_utf8(read.try_iter().flatten().collect()).unwrap()
}

#[test]
fn lines_are_written_in_order() {
    let (place, order, read) = place();
    let queue = LogQueue::start(place, BYTES_PER_SECOND).unwrap();
    drop(order);
    for line in ["one\n", "two\n", "three\n"] {
        queue.push(Weight::Ordinary, line.as_bytes());
    }
    assert!(queue.flush(LONG));
    assert_eq!(text(&read), "one\ntwo\nthree\n");
    assert_eq!(queue.lost(), Lost::default());
}

#[test]
fn a_place_that_takes_nothing_costs_lines_and_nothing_else() {
    let (place, order, read) = place();
    let queue = LogQueue::start(place, BYTES_PER_SECOND).unwrap();
    for kind in [ErrorKind::BrokenPipe, ErrorKind::StorageFull] {
        order.send(Err(kind.into())).unwrap();
        queue.push(Weight::Grave, b"lost\n");
    }
    order.send(Ok(0)).unwrap();
    queue.push(Weight::Ordinary, b"lost\n");
    drop(order);
    queue.push(Weight::Ordinary, b"kept\n");
    assert!(queue.flush(LONG));
    assert_eq!(text(&read), "kept\n");
    assert_eq!(queue.lost(), Lost { unwritten: 3, ..Lost::default() });
}

#[test]
fn a_place_that_never_answers_holds_up_nobody_and_not_the_end() {
    let (place, order, _read) = place();
    let queue = LogQueue::start(place, u64::MAX / BURST_SECONDS).unwrap();
    let line = [b'x'; 1024];
    for _ in 0..3 * MOST_WAITING / line.len() {
        queue.push(Weight::Grave, &line);
    }
    let most = u64::try_from(2 * MOST_WAITING / line.len()).unwrap();
    assert!(queue.lost().queue_full >= most, "{:?}", queue.lost());
    assert!(!queue.flush(Duration::from_millis(10)), "it says that not everything was written");
    drop(order);
    assert!(queue.flush(LONG));
}

#[test]
fn a_line_that_was_cut_off_ends_before_the_next() {
    let (place, order, read) = place();
    let queue = LogQueue::start(place, BYTES_PER_SECOND).unwrap();
    order.send(Ok(2)).unwrap();
    order.send(Err(ErrorKind::StorageFull.into())).unwrap();
    queue.push(Weight::Ordinary, b"halved\n");
    drop(order);
    queue.push(Weight::Ordinary, b"whole\n");
    assert!(queue.flush(LONG));
    assert_eq!(text(&read), "ha\nwhole\n");
}

#[test]
fn a_place_that_is_busy_for_a_moment_loses_nothing() {
    let (place, order, read) = place();
    let queue = LogQueue::start(place, BYTES_PER_SECOND).unwrap();
    order.send(Err(ErrorKind::WouldBlock.into())).unwrap();
    order.send(Err(ErrorKind::Interrupted.into())).unwrap();
    drop(order);
    queue.push(Weight::Ordinary, b"line\n");
    assert!(queue.flush(LONG));
    assert_eq!((text(&read).as_str(), queue.lost()), ("line\n", Lost::default()));
}

#[test]
fn the_rate_is_bounded_and_what_strangers_cause_leaves_room_for_warnings() {
    let line = [b'x'; 100];
    let taken = |state: &mut QueueState, weight, now| {
        let mut taken = 0;
        while state.admit(weight, &line, now) {
            taken += 1;
            // Written at once: this is about the rate.
            state.waiting = 0;
        }
        taken
    };
    let mut state = QueueState::new(1000);
    // The bucket holds 8,000 bytes.
    assert_eq!(taken(&mut state, Weight::Access, SECOND), 40, "half");
    assert_eq!(taken(&mut state, Weight::Ordinary, SECOND), 20, "a quarter more");
    assert_eq!(taken(&mut state, Weight::Grave, SECOND), 20, "the rest");
    assert_eq!(state.lost, Lost { too_many: 3, ..Lost::default() });
    // A second brings 1,000 bytes, of which requests get nothing while there is so little.
    assert_eq!(taken(&mut state, Weight::Access, 2 * SECOND), 0);
    assert_eq!(taken(&mut state, Weight::Grave, 2 * SECOND), 10);
    // And it never holds more than at the start.
    assert_eq!(taken(&mut state, Weight::Grave, 1000 * SECOND), 80);
    assert!(!state.admit(Weight::Notice, &line, 1000 * SECOND));
    assert_eq!(state.lost.too_many, 6, "the line that says what was lost is not counted itself");
}

#[test]
fn the_queue_is_bounded_and_requests_fill_half_of_it() {
    let line = [b'x'; 1024];
    let mut state = QueueState::new(u64::MAX / BURST_SECONDS);
    for (weight, share) in [(Weight::Access, 2), (Weight::Ordinary, 3), (Weight::Grave, 4)] {
        while state.admit(weight, &line, SECOND) {}
        assert_eq!(state.waiting, MOST_WAITING / 4 * share);
    }
    assert_eq!(state.lost, Lost { queue_full: 3, ..Lost::default() });
}
