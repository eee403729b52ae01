use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

use serde_json::json;
use url::Url;

use super::super::issuer_keys::FetchedIssuerKeys;
use super::super::test_server::{ok, serve};
use super::*;
use vpgate_core::base::report::Findings;
use vpgate_core::cbor::Writer;
use vpgate_core::cose::{self, PayloadPlace};
use vpgate_core::credential::Authentic;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::jose::x5c::Roots;
use vpgate_core::jose::x5c::testing::{Authority, Plan, public_key, x5c};
use vpgate_core::sdjwt::limits::PresentationLimits;
use vpgate_core::sdjwt::parse::PresentedSdJwt;
use vpgate_core::sdjwt::testing::{ListMaker, Maker, NOW, QUERY_ID, expected};
use vpgate_core::status_list::check::{StatusClaim, StatusPlace};
use vpgate_core::status_list::kind::StatusEntry;
use vpgate_core::trust::status_policy::StatusPolicy;
use vpgate_core::trust::{CredentialTrust, KeySource};

struct Hand(AtomicI64);

impl Hand {
    fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(NOW.unix())))
    }

    fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

/// The issuer's keys, and whether they can be had.
struct FixedKeys(KeySet, AtomicBool);

#[async_trait]
impl IssuerKeys for FixedKeys {
    async fn of(&self, _: &TrustedIssuer) -> Result<Arc<KeySet>, NotPublished> {
        if self.1.load(Ordering::SeqCst) {
            return Err(NotPublished::passing(&"no answer"));
        }
        Ok(Arc::new(self.0.clone()))
    }
}

/// A credential's issuer, and what its credential names.
struct At {
    issuer: TrustedIssuer,
    reference: StatusReference,
}

fn lists(maker: &Maker, clock: &Arc<Hand>) -> FetchedStatusLists {
    let short = Duration::from_secs(5);
    let client = FetchClient::with_timeouts(true, short, short).unwrap();
    let keys = Arc::new(FixedKeys(maker.keys(), AtomicBool::new(false)));
    FetchedStatusLists::new(client, Arc::<Hand>::clone(clock), keys, CacheBounds::default())
}

fn naming(maker: &mut Maker, url: &Url, stale_if_error: u64) -> At {
    maker.name_status(0, url.as_str());
    let mut trust = maker.trust();
    trust.credentials[0].status =
        StatusPolicy { stale_if_error: Duration::from_secs(stale_if_error), ..StatusPolicy::default() };
    let mut findings = Findings::new();
    let presented =
        PresentedSdJwt::parse(&maker.present(), &PresentationLimits::default(), &mut findings).unwrap();
    let issuer = trust.vouch(QUERY_ID, &presented.issuer_hint(), &mut findings).unwrap();
    let credential = presented.authenticate(&issuer, &maker.keys(), &expected(), NOW, &mut findings).unwrap();
    let credential = Authentic::from(credential);
    let StatusClaim::Listed(reference, _) = credential.status(&mut findings).unwrap() else {
        panic!("a reference")
    };
    At { issuer, reference }
}

fn answer(body: &str) -> Vec<u8> {
    ok("Content-Type: application/statuslist+jwt", body.as_bytes())
}

/// A server of what `list` makes of the number of the request and its own address.
fn publish(list: impl Fn(usize, &str) -> Vec<u8> + Send + Sync + 'static) -> (Url, Arc<AtomicUsize>) {
    let address = Arc::new(std::sync::OnceLock::<String>::new());
    let known = Arc::clone(&address);
    let (url, served) = serve(move |number| Some(list(number, known.wait())));
    address.set(url.to_string()).unwrap();
    (url, served)
}

fn signed(issuer: &SigningKey, uri: &str, status: u8, until: i64) -> String {
    let mut list = ListMaker::new(issuer, &[status]);
    list.payload.insert("sub".to_owned(), json!(uri));
    list.payload.insert("exp".to_owned(), json!(until));
    list.sign(issuer)
}

fn again(key: &SigningKey) -> SigningKey {
    SigningKey::from_jwk(&key.to_private_jwk()).unwrap()
}

/// Longer than the client of these tests waits.
const SOON: Duration = Duration::from_secs(6);
const LATE: i64 = NOW.unix() + 100_000;

#[tokio::test]
async fn req_7_7_a_list_is_fetched_once_while_it_is_fresh_and_again_later() {
    let mut maker = Maker::new();
    let key = again(&maker.issuer);
    let (url, served) = publish(move |number, uri| answer(&signed(&key, uri, u8::from(number > 0), LATE)));
    let clock = Hand::new();
    let (lists, at) = (lists(&maker, &clock), naming(&mut maker, &url, 0));
    let (first, second) =
        tokio::join!(lists.of(&at.issuer, &at.reference, SOON), lists.of(&at.issuer, &at.reference, SOON));
    assert_eq!(first.unwrap().at(&StatusEntry::Index(0)), Some(0));
    assert!(second.is_ok());
    assert_eq!(served.load(Ordering::SeqCst), 1, "one flight for both");
    clock.forward(299);
    assert_eq!(lists.of(&at.issuer, &at.reference, SOON).await.unwrap().at(&StatusEntry::Index(0)), Some(0));
    assert_eq!(served.load(Ordering::SeqCst), 1);
    clock.forward(1);
    assert_eq!(lists.of(&at.issuer, &at.reference, SOON).await.unwrap().at(&StatusEntry::Index(0)), Some(1));
    assert_eq!(served.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn req_7_3_only_a_whole_status_list_token_of_bounded_size_is_taken() {
    let mut maker = Maker::new();
    let key = again(&maker.issuer);
    let served = |head: &'static str| {
        let key = again(&key);
        publish(move |_, uri| ok(head, signed(&key, uri, 0, LATE).as_bytes())).0
    };
    let redirect = publish(|_, uri| {
        format!("HTTP/1.1 302 Found\r\nLocation: {uri}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .into_bytes()
    });
    let refused = [
        (served("Content-Type: text/html"), "media type"),
        (served("Content-Type: application/jwt"), "media type"),
        (redirect.0.clone(), "on and on"),
        (publish(|_, _| b"HTTP/1.1 503 \r\n\r\n".to_vec()).0, "status 503"),
        (publish(|_, _| answer(&"x".repeat(MOST_BYTES + 1))).0, "too long"),
        (serve(|_| None).0, "no answer"),
    ];
    for (url, expected) in refused {
        let (lists, at) = (lists(&maker, &Hand::new()), naming(&mut maker, &url, 0));
        let why = lists.of(&at.issuer, &at.reference, SOON).await.unwrap_err();
        let passing = ["status 503", "no answer"].contains(&expected);
        let NoStatusList::NotPublished(absent) = &why else { panic!("{why:?}") };
        assert_eq!(matches!(absent, NotPublished::Passing(_)), passing, "whose fault: {why}");
        assert!(why.to_string().contains(expected), "{expected}: {why}");
    }
    assert_eq!(redirect.1.load(Ordering::SeqCst), 4, "followed three times");
    let url = served("Content-Type: application/statuslist+jwt; charset=utf-8");
    let (lists, at) = (lists(&maker, &Hand::new()), naming(&mut maker, &url, 0));
    assert!(lists.of(&at.issuer, &at.reference, SOON).await.is_ok());
}

#[tokio::test]
async fn req_7_3_an_issuer_cannot_send_us_inside() {
    let mut maker = Maker::new();
    let (url, served) = publish(|_, _| answer("x"));
    let strict = FetchClient::new(false).unwrap();
    let keys = Arc::new(FixedKeys(maker.keys(), AtomicBool::new(false)));
    let lists = FetchedStatusLists::new(strict, Hand::new(), keys, CacheBounds::default());
    for inside in [url.as_str(), "https://169.254.169.254/list", "https://localhost/list"] {
        let at = naming(&mut maker, &Url::parse(inside).unwrap(), 0);
        let why = lists.of(&at.issuer, &at.reference, SOON).await.unwrap_err();
        assert!(why.to_string().contains("not a public https address"), "{inside}: {why}");
    }
    assert_eq!(served.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn req_7_8_a_list_by_another_issuer_is_refused_and_not_kept() {
    let mut maker = Maker::new();
    let (key, other) = (again(&maker.issuer), Maker::new().issuer);
    let (url, served) =
        publish(move |number, uri| answer(&signed(if number == 0 { &other } else { &key }, uri, 0, LATE)));
    let clock = Hand::new();
    let (lists, at) = (lists(&maker, &clock), naming(&mut maker, &url, 1000));
    for _ in 0..3 {
        let why = lists.of(&at.issuer, &at.reference, SOON).await.unwrap_err();
        assert!(matches!(why, NoStatusList::Unusable(StatusListFault::Key(_))), "{why:?}");
    }
    assert_eq!(served.load(Ordering::SeqCst), 1, "left alone for a moment");
    clock.forward(5);
    assert!(lists.of(&at.issuer, &at.reference, SOON).await.is_ok());
}

#[tokio::test]
async fn req_7_13_when_the_provider_fails_nothing_serves_unless_configured() {
    let server = |maker: &Maker| {
        let key = again(&maker.issuer);
        publish(move |number, uri| match number {
            0 => answer(&signed(&key, uri, 0, NOW.unix() + 2000)),
            _ => b"HTTP/1.1 503 \r\n\r\n".to_vec(),
        })
    };
    let mut maker = Maker::new();
    let clock = Hand::new();
    let (url, _) = server(&maker);
    let (strict, at) = (lists(&maker, &clock), naming(&mut maker, &url, 0));
    assert!(strict.of(&at.issuer, &at.reference, SOON).await.is_ok());
    clock.forward(300);
    assert!(strict.of(&at.issuer, &at.reference, SOON).await.is_err());

    let clock = Hand::new();
    let (url, served) = server(&maker);
    let (tolerant, at) = (lists(&maker, &clock), naming(&mut maker, &url, 600));
    assert!(tolerant.of(&at.issuer, &at.reference, SOON).await.is_ok());
    clock.forward(300);
    assert!(tolerant.of(&at.issuer, &at.reference, SOON).await.is_ok());
    assert!(tolerant.of(&at.issuer, &at.reference, SOON).await.is_ok());
    assert_eq!(served.load(Ordering::SeqCst), 2, "tried, then left alone for a moment");
    clock.forward(599);
    assert!(tolerant.of(&at.issuer, &at.reference, SOON).await.is_ok());
    clock.forward(1);
    assert!(tolerant.of(&at.issuer, &at.reference, SOON).await.is_err());
}

#[tokio::test]
async fn req_7_13_an_unusable_list_is_not_hidden_by_an_older_one() {
    let mut maker = Maker::new();
    let key = again(&maker.issuer);
    let (url, _) = publish(move |number, uri| {
        answer(&signed(&key, uri, 0, if number == 0 { LATE } else { NOW.unix() }))
    });
    let clock = Hand::new();
    let (lists, at) = (lists(&maker, &clock), naming(&mut maker, &url, 100_000));
    assert!(lists.of(&at.issuer, &at.reference, SOON).await.is_ok());
    clock.forward(300);
    let why = lists.of(&at.issuer, &at.reference, SOON).await.unwrap_err();
    assert!(matches!(why, NoStatusList::Unusable(StatusListFault::Expired)), "{why:?}");
}

#[tokio::test]
async fn req_7_8_without_the_issuers_keys_there_is_no_list() {
    let mut maker = Maker::new();
    let key = again(&maker.issuer);
    let (url, _) = publish(move |_, uri| answer(&signed(&key, uri, 0, LATE)));
    let client = FetchClient::new(true).unwrap();
    let keys = Arc::new(FixedKeys(maker.keys(), AtomicBool::new(true)));
    let lists = FetchedStatusLists::new(client, Hand::new(), keys, CacheBounds::default());
    let at = naming(&mut maker, &url, 0);
    let why = lists.of(&at.issuer, &at.reference, SOON).await.unwrap_err();
    assert!(matches!(why, NoStatusList::NotPublished(NotPublished::Passing(_))), "{why:?}");
}

#[tokio::test]
async fn a_slow_provider_does_not_hold_up_another() {
    let (mut maker, clock) = (Maker::new(), Hand::new());
    let key = again(&maker.issuer);
    let (slow, _) = serve(|_| None);
    let (quick, _) = publish(move |_, uri| answer(&signed(&key, uri, 0, LATE)));
    let lists = lists(&maker, &clock);
    let (slow, quick) = (naming(&mut maker, &slow, 0), naming(&mut maker, &quick, 0));
    tokio::select! {
        biased;
        _ = lists.of(&slow.issuer, &slow.reference, SOON) => panic!("the hanging server answered first"),
        found = lists.of(&quick.issuer, &quick.reference, SOON) => assert!(found.is_ok()),
    }
}

#[tokio::test]
async fn req_7_16_what_is_no_longer_fresh_is_forgotten_and_memory_is_bounded() {
    let mut maker = Maker::new();
    let (key, clock) = (again(&maker.issuer), Hand::new());
    let (url, _) = publish(move |_, uri| answer(&signed(&key, uri, 0, LATE)));
    let lists = lists(&maker, &clock);
    // The list is of one address, so the other names fail and leave nothing that stays.
    let at = naming(&mut maker, &url, 0);
    lists.of(&at.issuer, &at.reference, SOON).await.unwrap();
    for number in 0..3 {
        let other = url.join(&format!("/other/{number}")).unwrap();
        let at = naming(&mut maker, &other, 0);
        assert!(lists.of(&at.issuer, &at.reference, SOON).await.is_err());
    }
    assert_eq!(lists.lists.known().len(), 4);
    clock.forward(300);
    let last = naming(&mut maker, &url.join("/last").unwrap(), 0);
    assert!(lists.of(&last.issuer, &last.reference, SOON).await.is_err());
    assert_eq!(lists.lists.known().len(), 1);
}

#[tokio::test]
async fn the_list_that_is_soonest_due_gives_way() {
    let mut maker = Maker::new();
    let clock = Hand::new();
    let lists = lists(&maker, &clock);
    let list = |ttl: i64| {
        let key = again(&maker.issuer);
        publish(move |_, uri| {
            let mut list = ListMaker::new(&key, &vec![0; 15 << 20]);
            list.payload.extend([("sub".to_owned(), json!(uri)), ("ttl".to_owned(), json!(ttl))]);
            answer(&list.sign(&key))
        })
        .0
    };
    let urls: Vec<Url> = (0..10).map(|number| list(300 + (number * 7) % 10)).collect();
    for url in &urls {
        let at = naming(&mut maker, url, 0);
        lists.of(&at.issuer, &at.reference, SOON).await.unwrap();
    }
    let names = lists.lists.known();
    assert_eq!(names.len(), ROOM.bytes / (15 << 20));
    let kept = |url: &Url| names.iter().any(|name| name.uri == url.as_str());
    assert!(!kept(&urls[0]) && kept(&urls[9]), "300 seconds went first");
}

/// A server at another address, which answers every request with a redirect to `to`.
fn sends_to(to: &str) -> Url {
    let answer =
        format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    serve(move |_| Some(answer.clone().into_bytes())).0
}

/// TSL 8.2: clients should follow redirects.
#[tokio::test]
async fn req_7_3_a_list_that_has_moved_is_followed_and_must_still_be_the_one_that_was_named() {
    let mut maker = Maker::new();
    let key = again(&maker.issuer);
    let named = Arc::new(std::sync::OnceLock::<String>::new());
    let known = Arc::clone(&named);
    let (new, _) = serve(move |_| Some(answer(&signed(&key, known.wait(), 0, LATE))));
    let old = sends_to(new.as_str());
    named.set(old.to_string()).unwrap();
    let (lists, at) = (lists(&maker, &Hand::new()), naming(&mut maker, &old, 0));
    assert!(lists.of(&at.issuer, &at.reference, SOON).await.is_ok());
    // The list of another address stays one, whoever sends us there.
    let stranger = sends_to(new.as_str());
    let at = naming(&mut maker, &stranger, 0);
    let why = lists.of(&at.issuer, &at.reference, SOON).await.unwrap_err();
    assert!(matches!(why, NoStatusList::Unusable(StatusListFault::Subject)), "{why:?}");
}

#[tokio::test]
async fn req_7_3_a_redirect_leads_nowhere_that_the_guard_refuses() {
    let mut maker = Maker::new();
    for inside in [
        "http://169.254.169.254/latest",
        "https://10.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "ftp://e.example/",
        "file:///etc/passwd",
    ] {
        let at = naming(&mut maker, &sends_to(inside), 0);
        let why = lists(&maker, &Hand::new()).of(&at.issuer, &at.reference, SOON).await.unwrap_err();
        assert!(why.to_string().contains("not a public https address"), "{inside}: {why}");
    }
    let at = naming(&mut maker, &sends_to("http://"), 0);
    let why = lists(&maker, &Hand::new()).of(&at.issuer, &at.reference, SOON).await.unwrap_err();
    assert!(matches!(why, NoStatusList::NotPublished(NotPublished::Mistake(_))), "{why}");
}

/// Introspection and refresh wait briefly, and the older list serves meanwhile where it may.
#[tokio::test]
async fn a_provider_that_hangs_keeps_nobody_longer_than_his_patience() {
    let mut maker = Maker::new();
    let key = again(&maker.issuer);
    let address = Arc::new(std::sync::OnceLock::<String>::new());
    let known = Arc::clone(&address);
    let (url, served) =
        serve(move |number| (number == 0).then(|| answer(&signed(&key, known.wait(), 0, LATE))));
    address.set(url.to_string()).unwrap();
    let clock = Hand::new();
    let lists = lists(&maker, &clock);
    let (strict, tolerant) = (naming(&mut maker, &url, 0), naming(&mut maker, &url, 600));
    assert!(lists.of(&strict.issuer, &strict.reference, SOON).await.is_ok());
    clock.forward(300);
    let brief = Duration::from_millis(200);
    let began = tokio::time::Instant::now();
    assert!(lists.of(&strict.issuer, &strict.reference, brief).await.is_err());
    assert!(began.elapsed() < Duration::from_secs(2));
    let began = tokio::time::Instant::now();
    for _ in 0..100 {
        assert!(lists.of(&strict.issuer, &strict.reference, brief).await.is_err());
        assert!(lists.of(&tolerant.issuer, &tolerant.reference, SOON).await.is_ok(), "the older one serves");
    }
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(served.load(Ordering::SeqCst), 2, "one fetch under way for all");
}

#[tokio::test]
async fn req_7_8_of_two_mechanisms_the_lists_own_header_calls_for_one() {
    let mut maker = Maker::new();
    let root = Authority::root(&Plan::authority("Root", NOW.unix()));
    let leaf =
        root.certify(&Plan::leaf("Issuer", NOW.unix()), &public_key(&maker.issuer.public_key().to_jwk()));
    let (key, chain) = (again(&maker.issuer), x5c(&[&leaf]));
    let (url, _) = publish(move |_, uri| {
        let mut list = ListMaker::new(&key, &[0]);
        list.header.insert("x5c".to_owned(), chain.clone());
        list.payload.insert("sub".to_owned(), json!(uri));
        list.payload.insert("exp".to_owned(), json!(LATE));
        answer(&list.sign(&key))
    });
    let reference = naming(&mut maker, &url, 0).reference;
    let mut trust = maker.trust();
    let roots = Roots::new(&root.pem(), None, Vec::new()).unwrap();
    let by_chain = CredentialTrust { keys: KeySource::X5c(Arc::new(roots)), ..trust.credentials[0].clone() };
    let short = Duration::from_secs(5);
    // Its published keys cannot be had, and the header of the list calls for none of them.
    trust.credentials[0].keys = KeySource::JwksUri(Url::parse("http://127.0.0.1:1/jwks.json").unwrap());
    let fetched = || {
        let client = FetchClient::with_timeouts(true, short, short).unwrap();
        let keys = Arc::new(FetchedIssuerKeys::new(client.clone(), Hand::new()));
        FetchedStatusLists::new(client, Hand::new(), keys, CacheBounds::default())
    };
    let name = trust.credentials[0].issuer.clone();
    let by_keys_alone = trust.vouch_again(QUERY_ID, &name).unwrap();
    assert!(fetched().of(&by_keys_alone, &reference, SOON).await.is_err());
    trust.credentials.push(by_chain);
    let by_both = trust.vouch_again(QUERY_ID, &name).unwrap();
    assert!(fetched().of(&by_both, &reference, SOON).await.unwrap().chain().is_some());
}

/// ARF VCR_15: the provider of a list must not learn whose document was shown.
#[tokio::test]
async fn req_14_64_a_list_is_fetched_once_for_every_document_that_names_it() {
    let mut maker = Maker::new();
    let key = again(&maker.issuer);
    let (url, served) = publish(move |_, uri| {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, &[0b10]).unwrap();
        let list =
            Writer::new().map(2).text("bits").unsigned(1).text("lst").bytes(&encoder.finish().unwrap());
        let claims = Writer::new().map(4).integer(2).text(uri).integer(6).integer(NOW.unix()).integer(4);
        let claims = claims.integer(LATE).integer(65_533).raw(&list.into_bytes()).into_bytes();
        let typ = [(16, Writer::new().text("application/statuslist+cwt").into_bytes())];
        let signed = cose::sign(&key, (&typ, &[]), &claims, PayloadPlace::Attached).unwrap();
        ok("Content-Type: application/statuslist+cwt", &signed)
    });
    let clock = Hand::new();
    let (lists, at) = (lists(&maker, &clock), naming(&mut maker, &url, 0));
    for (index, status) in [(0, 0), (1, 1), (2, 0)] {
        let place =
            json!({ "credential": QUERY_ID, "issuer": at.issuer.issuer(), "index": index, "uri": url });
        let reference = serde_json::from_value::<StatusPlace>(place).unwrap().of(&at.issuer).unwrap();
        let list = lists.of(&at.issuer, &reference, SOON).await.unwrap();
        assert_eq!(list.at(&StatusEntry::Index(index)), Some(status), "{index}");
    }
    assert_eq!(served.load(Ordering::SeqCst), 1);
}
