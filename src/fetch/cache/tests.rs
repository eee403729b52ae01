use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use tokio::sync::oneshot;

use super::*;

/// Moved by the tests.
#[derive(Default)]
struct CacheHand(AtomicI64);

impl CacheHand {
    fn forward(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_secs()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for CacheHand {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

const FRESH: Duration = Duration::from_secs(100);
const STALE: Duration = Duration::from_secs(1000);
const LONG: Duration = Duration::from_secs(30);

struct TestDocument {
    name: &'static str,
    until: Timestamp,
    bytes: usize,
}

impl Keepable for TestDocument {
    fn fresh_until(&self) -> Timestamp {
        self.until
    }

    fn bytes(&self) -> usize {
        self.bytes
    }
}

#[derive(Clone, Debug, PartialEq)]
enum TestTrouble {
    Nothing,
    NoGood,
}

impl LoadFailure for TestTrouble {
    fn replaces_older(&self) -> bool {
        *self == Self::NoGood
    }
}

struct Stage {
    cache: Cache<&'static str, TestDocument, TestTrouble>,
    clock: Arc<CacheHand>,
    fetches: AtomicUsize,
}

type TestOutcome = Result<&'static str, NotHad<TestTrouble>>;

impl Stage {
    fn new() -> Self {
        Self::with_room(Room::CONFIGURED)
    }

    fn with_room(room: Room) -> Self {
        let clock = Arc::<CacheHand>::default();
        let cache = Cache::new(Arc::clone(&clock) as Arc<dyn Clock>, room);
        Self { cache, clock, fetches: AtomicUsize::new(0) }
    }

    fn document(&self, name: &'static str) -> TestDocument {
        TestDocument { name, until: self.clock.now().plus(FRESH), bytes: 1 }
    }

    /// Asks for the document `wanted`, where anything fetched is what `fetch` brings.
    async fn get<F>(&self, stale: Duration, patience: Duration, wanted: Option<&str>, fetch: F) -> TestOutcome
    where
        F: Future<Output = Result<TestDocument, TestTrouble>> + Send + 'static,
    {
        let has_it = |document: &TestDocument| wanted.is_none_or(|wanted| document.name == wanted);
        let wish = Wish { stale, patience, has_it: &has_it };
        let fetch = || {
            self.fetches.fetch_add(1, Ordering::SeqCst);
            fetch
        };
        self.cache.get(&"key", &wish, fetch).await.map(|document| document.name)
    }

    async fn brings(&self, stale: Duration, brought: Result<&'static str, TestTrouble>) -> TestOutcome {
        let brought = brought.map(|name| self.document(name));
        self.get(stale, LONG, None, async { brought }).await
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

/// A fetch that hangs until the sender speaks.
fn hanging() -> (
    oneshot::Sender<Result<TestDocument, TestTrouble>>,
    impl Future<Output = Result<TestDocument, TestTrouble>> + Send + 'static,
) {
    let (say, said) = oneshot::channel();
    (say, async { said.await.unwrap_or(Err(TestTrouble::Nothing)) })
}

/// Lets whatever can run do so.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

/// A fetch that must not be begun.
async fn never_asked() -> Result<TestDocument, TestTrouble> {
    panic!("a fetch is under way already")
}

#[tokio::test]
async fn what_is_fresh_is_served_and_what_is_not_is_fetched_once() {
    let stage = Stage::new();
    assert_eq!(stage.brings(STALE, Ok("one")).await, Ok("one"));
    assert_eq!(stage.brings(STALE, Ok("two")).await, Ok("one"));
    assert_eq!(stage.fetches(), 1);
    stage.clock.forward(FRESH);
    assert_eq!(stage.brings(STALE, Ok("two")).await, Ok("two"));
    assert_eq!(stage.fetches(), 2);
}

#[tokio::test]
async fn a_failure_counts_from_when_it_happened() {
    let stage = Stage::new();
    let (say, hangs) = hanging();
    let asks = stage.get(Duration::ZERO, LONG, None, hangs);
    let fails = async {
        settle().await;
        // The fetch takes longer than the pause.
        stage.clock.forward(PAUSE * 2);
        assert!(say.send(Err(TestTrouble::Nothing)).is_ok());
    };
    let (asked, ()) = tokio::join!(asks, fails);
    assert_eq!(asked, Err(NotHad::Failed(TestTrouble::Nothing)));
    for _ in 0..3 {
        let again = stage.brings(Duration::ZERO, Ok("one")).await;
        assert_eq!(again, Err(NotHad::Failed(TestTrouble::Nothing)), "left alone");
    }
    assert_eq!(stage.fetches(), 1);
    stage.clock.forward(PAUSE);
    assert_eq!(stage.brings(Duration::ZERO, Ok("one")).await, Ok("one"));
}

/// A fetch that lets everybody wait for ten seconds, and fails.
async fn lets_wait(stage: &Stage) {
    let (say, hangs) = hanging();
    let asks = stage.get(Duration::ZERO, LONG, None, hangs);
    let fails = async {
        settle().await;
        stage.clock.forward(PAUSE * 2);
        assert!(say.send(Err(TestTrouble::Nothing)).is_ok());
    };
    let (asked, ()) = tokio::join!(asks, fails);
    assert_eq!(asked, Err(NotHad::Failed(TestTrouble::Nothing)));
}

#[tokio::test]
async fn who_lets_us_wait_again_and_again_is_left_alone_for_longer_each_time() {
    let stage = Stage::new();
    let second = Duration::from_secs(1);
    for (number, pause) in [5, 10, 20, 40, 60, 60].into_iter().enumerate() {
        lets_wait(&stage).await;
        assert_eq!(stage.fetches(), number + 1);
        stage.clock.forward(second * (pause - 1));
        let asked = stage.get(Duration::ZERO, LONG, None, never_asked());
        assert_eq!(asked.await, Err(NotHad::Failed(TestTrouble::Nothing)), "at once, for {pause} seconds");
        assert_eq!(stage.fetches(), number + 1);
        stage.clock.forward(second);
    }
    // Who says at once that it cannot is asked again as soon as ever.
    assert_eq!(
        stage.brings(Duration::ZERO, Err(TestTrouble::Nothing)).await,
        Err(NotHad::Failed(TestTrouble::Nothing))
    );
    stage.clock.forward(PAUSE);
    // And what comes is the end of it.
    lets_wait(&stage).await;
    stage.clock.forward(PAUSE);
    assert_eq!(stage.brings(Duration::ZERO, Ok("one")).await, Ok("one"));
    stage.clock.forward(FRESH);
    lets_wait(&stage).await;
    stage.clock.forward(PAUSE);
    assert_eq!(stage.brings(Duration::ZERO, Ok("two")).await, Ok("two"));
}

#[tokio::test]
async fn an_older_copy_serves_at_once_while_a_fetch_hangs_and_where_it_may() {
    let stage = Stage::new();
    assert_eq!(stage.brings(STALE, Ok("one")).await, Ok("one"));
    stage.clock.forward(FRESH);
    let (say, hangs) = hanging();
    let leader = stage.get(STALE, Duration::from_millis(50), None, hangs);
    let others = async {
        settle().await;
        for _ in 0..1000 {
            assert_eq!(stage.brings(STALE, Ok("two")).await, Ok("one"));
        }
        let strict = stage.get(Duration::ZERO, Duration::from_millis(1), None, never_asked());
        assert_eq!(strict.await, Err(NotHad::Slow), "who may not use it waits, and not for ever");
    };
    let (leader, ()) = tokio::join!(leader, others);
    assert_eq!(leader, Ok("one"), "who began the fetch does not wait for ever either");
    assert_eq!(stage.fetches(), 2);
    // The fetch went on without anybody, and what it brings is kept.
    assert!(say.send(Ok(stage.document("new"))).is_ok());
    settle().await;
    assert_eq!(stage.brings(STALE, Ok("two")).await, Ok("new"));
    stage.clock.forward(FRESH + STALE);
    assert_eq!(
        stage.brings(STALE, Err(TestTrouble::Nothing)).await,
        Err(NotHad::Failed(TestTrouble::Nothing))
    );
}

#[tokio::test]
async fn waiters_are_bounded_in_number_and_time() {
    let stage = Arc::new(Stage::new());
    let (say, hangs) = hanging();
    let mut waiting = tokio::task::JoinSet::new();
    let leader = Arc::clone(&stage);
    waiting.spawn(async move { leader.get(Duration::ZERO, LONG, None, hangs).await });
    settle().await;
    for _ in 1..MOST_WAITING {
        let stage = Arc::clone(&stage);
        waiting.spawn(async move { stage.brings(Duration::ZERO, Ok("never fetched")).await });
    }
    settle().await;
    for _ in 0..3 {
        assert_eq!(stage.brings(Duration::ZERO, Ok("x")).await, Err(NotHad::Crowded));
    }
    assert!(say.send(Ok(stage.document("one"))).is_ok());
    let answers = waiting.join_all().await;
    assert_eq!(answers.len(), MOST_WAITING);
    assert!(answers.iter().all(|answer| *answer == Ok("one")));
    assert_eq!(stage.fetches(), 1);

    // Patience counts from the start of the fetch: who comes late does not wait as long again.
    stage.clock.forward(FRESH);
    let (_say, hangs) = hanging();
    let brief = Duration::from_millis(30);
    assert_eq!(stage.get(Duration::ZERO, brief, None, hangs).await, Err(NotHad::Slow));
    let late = async {
        for _ in 0..1000 {
            let answer = stage.get(Duration::ZERO, brief, None, never_asked()).await;
            assert_eq!(answer, Err(NotHad::Slow));
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(5), late).await.is_ok());
}

#[tokio::test]
async fn what_a_fresh_copy_lacks_is_looked_for_once_a_minute() {
    let stage = Stage::new();
    assert_eq!(stage.brings(STALE, Ok("old key")).await, Ok("old key"));
    let wanted = |name| {
        let brought = stage.document(name);
        stage.get(STALE, LONG, Some("new key"), async { Ok(brought) })
    };
    for _ in 0..5 {
        assert_eq!(wanted("new key").await, Err(NotHad::FetchedJustNow));
        assert_eq!(stage.brings(STALE, Ok("x")).await, Ok("old key"), "others are served");
    }
    assert_eq!(stage.fetches(), 1);
    stage.clock.forward(WANTED_PAUSE);
    assert_eq!(wanted("new key").await, Ok("new key"));
    // What a fetch brought is the answer, with or without what was wanted: nobody has a newer one.
    stage.clock.forward(WANTED_PAUSE);
    let brought = stage.document("old key");
    assert_eq!(stage.get(STALE, LONG, Some("third key"), async { Ok(brought) }).await, Ok("old key"));
}

#[tokio::test]
async fn what_came_and_is_no_good_is_not_hidden_by_an_older_copy() {
    let stage = Stage::new();
    assert_eq!(stage.brings(STALE, Ok("one")).await, Ok("one"));
    stage.clock.forward(FRESH);
    assert_eq!(stage.brings(STALE, Err(TestTrouble::Nothing)).await, Ok("one"));
    stage.clock.forward(PAUSE);
    assert_eq!(stage.brings(STALE, Err(TestTrouble::NoGood)).await, Err(NotHad::Failed(TestTrouble::NoGood)));
    stage.clock.forward(PAUSE);
    assert_eq!(
        stage.brings(STALE, Err(TestTrouble::Nothing)).await,
        Err(NotHad::Failed(TestTrouble::Nothing))
    );
}

#[tokio::test]
async fn a_fetch_that_dies_holds_nobody_up() {
    let stage = Stage::new();
    let dies = stage.get(Duration::ZERO, LONG, None, async { panic!("as a test wants it") });
    assert_eq!(dies.await, Err(NotHad::Slow));
    assert_eq!(stage.brings(Duration::ZERO, Ok("one")).await, Ok("one"));
}

#[tokio::test]
async fn what_is_no_longer_of_use_goes_first_then_what_is_soonest_due() {
    let stage = Stage::with_room(Room { documents: 10, bytes: 100 });
    let put = |key: &'static str, lasts: u64, bytes: usize| {
        let until = stage.clock.now().plus(Duration::from_secs(lasts));
        let document = TestDocument { name: key, until, bytes };
        let wish = Wish { stale: Duration::ZERO, patience: LONG, has_it: &|_| true };
        let cache = &stage.cache;
        async move { cache.get(&key, &wish, || async { Ok(document) }).await.map(drop) }
    };
    for (key, lasts) in [("b", 50), ("a", 10), ("c", 90)] {
        assert_eq!(put(key, lasts, 30).await, Ok(()));
    }
    let known = || {
        let mut known = stage.cache.known();
        known.sort_unstable();
        known
    };
    assert_eq!(known(), ["a", "b", "c"]);
    assert_eq!(put("d", 20, 30).await, Ok(()));
    assert_eq!(known(), ["b", "c", "d"], "the soonest due gave way");
    stage.clock.forward(Duration::from_secs(60));
    assert_eq!(put("e", 20, 1).await, Ok(()));
    assert_eq!(known(), ["c", "e"], "the others were of no more use");
    // One that is larger than all the room is served, and kept alone.
    assert_eq!(put("f", 20, 200).await, Ok(()));
    assert_eq!(known(), ["f"]);
}
