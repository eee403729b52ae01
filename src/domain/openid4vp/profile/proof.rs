//! Proof's cloud wallet: a plain authorization request in the query of a URL, answered in the fragment
//! of our redirect URI (checklist 13.1; OpenID4VP 1.0 sections 5.1, 5.2, 8.2).

use url::{Url, form_urlencoded};

use super::super::request::Asked;
use super::super::transaction_data::TransactionData;

/// `response_mode` is not sent: this wallet's document does not list it, and `fragment` is the default
/// for `vp_token` (REQ-13.3).
pub(super) fn authorization_url(asked: &Asked) -> Url {
    let query = asked.query.to_json().to_string();
    let transaction_data = space_separated(&asked.transaction_data);
    let question = match &asked.scope {
        Some(scope) => ("scope", scope.as_str()),
        None => ("dcql_query", query.as_str()),
    };
    let mut parameters = vec![
        ("response_type", "vp_token"),
        ("client_id", &asked.wallet.client_id),
        ("redirect_uri", asked.wallet.redirect_uri.as_str()),
        question,
    ];
    parameters.extend(asked.login_hint.as_deref().map(|hint| ("login_hint", hint)));
    parameters.extend([("nonce", asked.nonce.as_str()), ("state", asked.state.as_str())]);
    parameters.extend(transaction_data.as_deref().map(|data| ("transaction_data", data)));
    with_parameters(&asked.wallet.authorization_endpoint, &parameters)
}

/// The wire form of this wallet (REQ-1.86): base64url knows no space.
fn space_separated(transaction_data: &[TransactionData]) -> Option<String> {
    let encoded: Vec<&str> = transaction_data.iter().map(TransactionData::encoded).collect();
    (!encoded.is_empty()).then(|| encoded.join(" "))
}

/// Keeps the endpoint's own query (RFC 6749 section 3.1) except where it would send a parameter twice.
fn with_parameters(endpoint: &Url, parameters: &[(&str, &str)]) -> Url {
    let ours = |part: &&str| {
        form_urlencoded::parse(part.as_bytes())
            .any(|(name, _)| parameters.iter().any(|(parameter, _)| *parameter == name))
    };
    let kept: Vec<&str> = endpoint
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|part| !part.is_empty() && !ours(part))
        .collect();
    let mut url = endpoint.clone();
    url.set_fragment(None);
    url.set_query((!kept.is_empty()).then(|| kept.join("&")).as_deref());
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

#[cfg(test)]
mod tests;
