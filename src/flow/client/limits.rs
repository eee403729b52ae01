//! Who is counted, and how long somebody must wait. Rows hold keyed digests: the key is not in the
//! database, so that nobody reads addresses out of it.

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use vpgate_core::base::client_address::ClientAddress;
use vpgate_core::base::secret::Digest;
use vpgate_core::oauth::attempts::Limited;
use vpgate_core::oauth::client::Client;
use vpgate_core::oauth::guessing::Guesser;

/// An address; all that are not known are counted as one.
pub(in crate::flow) fn counted_address(context: &Context, address: ClientAddress) -> Digest {
    match address.counted() {
        Some(address) => counted(context, &format!("address {address}")),
        None => counted(context, "no address"),
    }
}

/// Under which digest a client is counted.
pub(in crate::flow) fn counted_client(context: &Context, client: &Client) -> Digest {
    counted(context, &format!("client {}", client.id))
}

/// Under which digest everybody together is counted.
pub(in crate::flow) fn counted_everybody(context: &Context) -> Digest {
    counted(context, "everybody")
}

/// The networks around an address, and how many times as much they may do.
pub(in crate::flow) fn counted_networks(context: &Context, address: ClientAddress) -> Vec<(Digest, u32)> {
    let counted = |(network, times)| (counted(context, &format!("network {network}")), times);
    address.networks().map(counted).collect()
}

/// Whoever enters a code on our own page.
pub(in crate::flow) fn guesser_at(context: &Context, address: ClientAddress) -> Guesser {
    Guesser {
        address: counted_address(context, address),
        is_address: true,
        networks: counted_networks(context, address),
        everybody: counted_everybody(context),
    }
}

/// The people of a client with pages of its own, which does not say where they are.
pub(in crate::flow) fn guesser_somewhere_at(context: &Context, client: &Client) -> Guesser {
    Guesser {
        address: counted_client(context, client),
        is_address: false,
        networks: Vec::new(),
        everybody: counted_everybody(context),
    }
}

/// Seconds until no barrier is closed any more.
pub(in crate::flow) async fn retry_after(context: &Context, limited: &Limited) -> Result<u64, Unavailable> {
    let mut longest = 1;
    for barrier in &limited.barriers {
        let mut soonest: Option<u64> = None;
        let mut closed = true;
        for attempt in barrier.attempts() {
            let slots = context.ports.store.attempts(attempt).await?;
            closed = closed && attempt.is_reached(&slots);
            let opens = attempt.retry_after(&slots);
            soonest = Some(soonest.map_or(opens, |soonest| soonest.min(opens)));
        }
        if closed {
            longest = soonest.unwrap_or_default().max(longest);
        }
    }
    Ok(longest)
}

/// How many more may happen before a barrier closes.
pub(in crate::flow) async fn left(context: &Context, limited: &Limited) -> Result<u32, Unavailable> {
    let mut fewest = u32::MAX;
    for barrier in &limited.barriers {
        let mut left = 0;
        for attempt in barrier.attempts() {
            left = attempt.left(&context.ports.store.attempts(attempt).await?).max(left);
        }
        fewest = fewest.min(left);
    }
    Ok(fewest)
}

/// The key of user codes serves: no code holds a space, so nothing here is one.
fn counted(context: &Context, whom: &str) -> Digest {
    context.keys.user_code.digest(whom.as_bytes())
}
