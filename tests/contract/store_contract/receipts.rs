//! Receipts: written with the decision, sealed once each, in one chain for each client.

use std::time::Duration;

use vpgate::flow::ports::NotCommitted;
use vpgate_core::base::secret::Digest;
use vpgate_core::change::Change;
use vpgate_core::openid4vp::presentation::Settled;
use vpgate_core::openid4vp::request::VpRequest;
use vpgate_core::receipt::chain::{
    ChainHead, GrownChain, KeptReceipt, SealedReceipt, WaitingReceipt, next_position,
};

use crate::store_contract::backend::AnyStore;
use crate::store_contract::presentations::{begin, served};
use crate::store_contract::races::at_once;
use vpgate_test_support::builders::states::{self, NOW, after};

/// Settles a presentation that leaves a receipt; the request, and its client.
async fn decided(store: &AnyStore) -> (VpRequest, String) {
    let browser = states::digest();
    let asked = served(store, browser).await;
    settle(store, states::verified(&asked, browser, None)).await;
    let client = asked.requester.client_id().to_owned();
    (asked, client)
}

async fn settle(store: &AnyStore, settled: Settled) {
    let presentation = settled.with_receipt(Digest::of(b"rules"));
    store.commit(&Change::Settle { presentation, grant: None }).await.unwrap();
}

async fn waiting(store: &AnyStore, client: &str) -> Vec<WaitingReceipt> {
    let found = store.waiting_receipts(client, 100).await.unwrap();
    found
        .into_iter()
        .map(|kept| match kept {
            KeptReceipt::Waiting(waiting) => *waiting,
            KeptReceipt::Sealed { .. } => panic!("it waits"),
        })
        .collect()
}

/// As if they were signed: the text names who signed, and what is before it.
fn sealed(by: &str, after: Option<ChainHead>, waiting: &[WaitingReceipt]) -> Change {
    let (mut head, mut sealed) = (after, Vec::new());
    for one in waiting {
        let before = head.map(|head| String::from(head.hash)).unwrap_or_default();
        let position = next_position(head.as_ref());
        let jws = format!("{by}.{position}.{before}.{}", one.draft.presentation);
        let receipt = SealedReceipt { presentation: one.draft.presentation.clone(), position, jws };
        head = Some(receipt.head());
        sealed.push(receipt);
    }
    let client = waiting[0].draft.client.clone();
    Change::SealReceipts { client, after, sealed, at: NOW }
}

async fn text(store: &AnyStore, asked: &VpRequest) -> String {
    match store.receipt(&asked.id).await.unwrap().unwrap() {
        KeptReceipt::Sealed { jws, .. } => jws,
        KeptReceipt::Waiting(_) => panic!("it is not sealed"),
    }
}

pub async fn a_decision_leaves_one_receipt_or_none(store: AnyStore) {
    let (asked, client) = decided(&store).await;
    let [one] = &waiting(&store, &client).await[..] else { panic!("one waits") };
    assert_eq!((&one.draft.presentation, one.draft.decided_at), (&asked.id, NOW));
    assert_eq!(one.draft.claims["verdict"], "verified");
    assert_eq!(one.sent, Vec::<String>::new());
    assert!(store.clients_with_waiting_receipts(10).await.unwrap().contains(&client));
    // Whoever comes second writes neither.
    let again = states::verified(&asked, states::digest(), None).with_receipt(Digest::of(b"rules"));
    let outcome = store.commit(&Change::Settle { presentation: again, grant: None }).await;
    assert!(matches!(outcome, Err(NotCommitted::Lost)), "{outcome:?}");
    assert_eq!(waiting(&store, &client).await.len(), 1);
    let browser = states::digest();
    let without = served(&store, browser).await;
    let presentation = states::verified(&without, browser, None);
    store.commit(&Change::Settle { presentation, grant: None }).await.unwrap();
    assert!(store.receipt(&without.id).await.unwrap().is_none());
}

pub async fn what_was_sent_is_known_to_the_receipt_once_and_the_last_sixteen(store: AnyStore) {
    let asked = states::asked();
    store.commit(&begin(&asked, None)).await.unwrap();
    let note = async |sent: String| store.commit(&Change::NoteSent { id: asked.id.clone(), sent }).await;
    let hash = |number: u32| String::from(Digest::of(&number.to_be_bytes()));
    note(hash(0)).await.unwrap();
    let browser = states::digest();
    let serve = states::served(&asked, browser).sending(Some(hash(1)));
    store.commit(&Change::ServePresentation(serve)).await.unwrap();
    for number in 2..20 {
        note(hash(number)).await.unwrap();
        assert!(matches!(note(hash(number)).await, Err(NotCommitted::Lost)), "the same once");
    }
    settle(&store, states::verified(&asked, browser, None)).await;
    assert!(matches!(note(hash(20)).await, Err(NotCommitted::Lost)), "nothing is sent after the end");
    let Some(KeptReceipt::Waiting(waiting)) = store.receipt(&asked.id).await.unwrap() else {
        panic!("it waits")
    };
    assert_eq!(waiting.sent, (4..20).map(hash).collect::<Vec<_>>());
}

pub async fn a_chain_grows_from_its_end_and_from_nowhere_else(store: AnyStore) {
    let (first, client) = decided(&store).await;
    assert_eq!(store.receipt_chain(&client).await.unwrap(), None);
    let begins = sealed("a", None, &waiting(&store, &client).await);
    store.commit(&begins).await.unwrap();
    let head = store.receipt_chain(&client).await.unwrap().unwrap();
    let jws = text(&store, &first).await;
    assert_eq!(head, ChainHead { position: 1, hash: Digest::of(jws.as_bytes()) });
    assert!(waiting(&store, &client).await.is_empty());
    assert!(!store.clients_with_waiting_receipts(10).await.unwrap().contains(&client));

    let (second, _) = decided(&store).await;
    let (third, _) = decided(&store).await;
    let both = waiting(&store, &client).await;
    for stale in [None, Some(ChainHead { position: 7, ..head })] {
        let outcome = store.commit(&sealed("b", stale, &both)).await;
        assert!(matches!(outcome, Err(NotCommitted::Lost | NotCommitted::Taken)), "{outcome:?}");
    }
    assert_eq!(waiting(&store, &client).await.len(), 2, "nothing was sealed by halves");
    store.commit(&sealed("c", Some(head), &both)).await.unwrap();
    let texts = [text(&store, &second).await, text(&store, &third).await];
    assert!(texts.iter().all(|text| text.starts_with("c.")), "{texts:?}");
    assert_eq!(store.receipt_chain(&client).await.unwrap().unwrap().position, 3);
}

/// Several processes sign for one client at once: nothing is sealed twice, and no chain forks.
pub async fn many_who_seal_make_one_chain(store: AnyStore) {
    let mut all = Vec::new();
    for _ in 0..5 {
        for _ in 0..3 {
            all.push(decided(&store).await);
        }
        let client = all[0].1.clone();
        // All of them have seen the same end and the same that waits.
        let (head, open) = (store.receipt_chain(&client).await.unwrap(), waiting(&store, &client).await);
        let rivals = (0..8).map(|number| {
            let part = if number % 2 == 0 { &open[..] } else { &open[..1] };
            sealed(&format!("r{number}"), head, part)
        });
        let outcomes = at_once(&store, rivals.collect()).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        loop {
            let (head, open) = (store.receipt_chain(&client).await.unwrap(), waiting(&store, &client).await);
            let Some(one) = open.first() else { break };
            store.commit(&sealed("rest", head, std::slice::from_ref(one))).await.unwrap();
        }
    }
    let mut texts = Vec::new();
    for (asked, _) in &all {
        texts.push(text(&store, asked).await);
    }
    let part = |text: &str, at: usize| text.split('.').nth(at).unwrap().to_owned();
    texts.sort_by_key(|text| part(text, 1).parse::<u64>().unwrap());
    for (place, text) in texts.iter().enumerate() {
        assert_eq!(part(text, 1), (place + 1).to_string(), "{texts:#?}");
        let before = place.checked_sub(1).map(|before| String::from(Digest::of(texts[before].as_bytes())));
        assert_eq!(part(text, 2), before.unwrap_or_default(), "{texts:#?}");
    }
}

pub async fn a_checkpoint_is_made_once_an_hour_of_what_has_grown(store: AnyStore) {
    let (_, client) = decided(&store).await;
    let grown = async |at| {
        let found = store.grown_chains(at, 100).await.unwrap();
        found.into_iter().find(|chain| chain.client == client)
    };
    assert!(grown(NOW).await.is_none());
    store.commit(&sealed("a", None, &waiting(&store, &client).await)).await.unwrap();
    let chain = grown(NOW).await.unwrap();
    assert_eq!(store.receipt_checkpoint(&client).await.unwrap(), None);
    let make = |chain: &GrownChain, text: &str, at| Change::CheckpointReceipts {
        chain: chain.clone(),
        checkpoint: text.to_owned(),
        at,
    };
    store.commit(&make(&chain, "first", after(5))).await.unwrap();
    let twice = store.commit(&make(&chain, "again", after(6))).await;
    assert!(matches!(twice, Err(NotCommitted::Lost)), "{twice:?}");
    assert_eq!(store.receipt_checkpoint(&client).await.unwrap().as_deref(), Some("first"));
    assert!(grown(after(5)).await.is_none(), "nothing has grown");
    decided(&store).await;
    let head = Some(chain.head);
    store.commit(&sealed("b", head, &waiting(&store, &client).await)).await.unwrap();
    assert!(grown(after(4)).await.is_none(), "not so soon");
    assert_eq!(grown(after(5)).await.unwrap().head.position, 2);
}

pub async fn a_receipt_outlives_its_presentation_and_is_swept_a_week_after_it_was_sealed(store: AnyStore) {
    let (asked, client) = decided(&store).await;
    store.commit(&Change::Forget(asked.id.clone())).await.unwrap();
    let years = after(10 * 365 * 86_400);
    store.sweep(years, 100).await.unwrap();
    assert!(store.receipt(&asked.id).await.unwrap().is_some(), "what waits is never lost");
    store.commit(&sealed("a", None, &waiting(&store, &client).await)).await.unwrap();
    let week = Duration::from_secs(7 * 86_400);
    store.sweep(NOW.plus(week).minus(Duration::from_secs(1)), 100).await.unwrap();
    assert!(store.receipt(&asked.id).await.unwrap().is_some());
    assert_eq!(store.sweep(NOW.plus(week), 100).await.unwrap().receipts, 1);
    assert!(store.receipt(&asked.id).await.unwrap().is_none());
    assert_eq!(store.receipt_chain(&client).await.unwrap().unwrap().position, 1, "the chain goes on");
}
