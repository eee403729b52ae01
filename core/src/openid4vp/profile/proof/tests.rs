use url::Url;

use super::*;
use crate::openid4vp::dcql::Query;
use crate::openid4vp::testing::{CREDENTIAL, asked, route, transaction};

const NONCE: &str = "BAQEBAQEBAQEBAQEBAQEBA";
const STATE: &str = "AwMDAwMDAwMDAwMDAwMDAw";

fn url(asked: &VpRequest) -> Url {
    parameters(asked, &route()).at(&route().authorization_endpoint)
}

fn values(url: &Url, name: &str) -> Vec<String> {
    url.query_pairs().filter(|(found, _)| found == name).map(|(_, value)| value.into_owned()).collect()
}

#[test]
fn req_13_1_the_document_s_request_by_scope() {
    let asked = VpRequest { login_hint: Some("ann+x@example.com".to_owned()), ..asked() };
    assert_eq!(
        url(&asked).as_str(),
        format!(
            "https://wallet.example/authorize?response_type=vp_token&client_id=caxdw5a7d\
             &redirect_uri=https%3A%2F%2Fverify.example%2Fcallback&scope=urn%3Aexample%3Abasic\
             &login_hint=ann%2Bx%40example.com&nonce={NONCE}&state={STATE}"
        )
    );
}

#[test]
fn req_13_1_login_hint_only_when_there_and_req_13_3_no_response_mode() {
    let url = url(&asked());
    assert!(values(&url, "login_hint").is_empty());
    assert!(values(&url, "response_mode").is_empty());
    assert!(values(&url, "transaction_data").is_empty());
}

#[test]
fn req_1_4_exactly_one_of_scope_and_query() {
    let by_scope = url(&asked());
    assert_eq!(values(&by_scope, "scope"), ["urn:example:basic"]);
    assert!(values(&by_scope, "dcql_query").is_empty());
    let asked = VpRequest { scope: None, ..asked() };
    let by_query = url(&asked);
    assert!(values(&by_query, "scope").is_empty());
    assert_eq!(values(&by_query, "dcql_query"), [asked.query.to_json().to_string()]);
}

#[test]
fn req_1_7_fragment_has_a_redirect_uri_and_no_response_uri() {
    let url = url(&asked());
    assert_eq!(values(&url, "redirect_uri"), ["https://verify.example/callback"]);
    assert!(values(&url, "response_uri").is_empty());
}

#[test]
fn req_1_28_req_13_2_a_registered_client_has_no_prefix_and_sends_no_metadata() {
    let url = url(&asked());
    assert_eq!(values(&url, "client_id"), ["caxdw5a7d"]);
    assert!(values(&url, "client_metadata").is_empty());
}

#[test]
fn req_13_4_the_nonce_has_128_bits() {
    let nonces = values(&url(&asked()), "nonce");
    assert_eq!(nonces, [NONCE]);
    assert_eq!(NONCE.len(), 22);
}

#[test]
fn req_1_86_req_13_11_transaction_data_is_separated_by_spaces() {
    let [one, two] = ["192.0.2.1", "192.0.2.2"].map(|address| transaction(&[CREDENTIAL], address));
    let golden = format!("transaction_data={}+{}", one.encoded(), two.encoded());
    let both = format!("{} {}", one.encoded(), two.encoded());
    let url = url(&VpRequest { transaction_data: vec![one, two], ..asked() });
    assert!(url.as_str().ends_with(&golden));
    assert_eq!(values(&url, "transaction_data"), [both]);
}

#[test]
fn req_1_15_no_parameter_is_sent_twice_and_the_endpoint_s_query_stays() {
    let endpoint = "https://wallet.example/authorize?tenant=a%20b&client_id=other&nonc%65=1&&flag#part";
    let url = parameters(&asked(), &route()).at(&Url::parse(endpoint).unwrap());
    assert!(
        url.as_str()
            .starts_with("https://wallet.example/authorize?tenant=a%20b&flag&response_type=vp_token&")
    );
    assert_eq!(url.fragment(), None);
    let mut names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn req_1_6_state_is_always_sent_also_where_nothing_is_bound_to_a_nonce() {
    let mut credential = asked().query.credentials()[0].clone();
    credential.holder_binding = false;
    let asked = VpRequest { scope: None, query: Query::of(vec![credential]).unwrap(), ..asked() };
    let url = url(&asked);
    assert_eq!(values(&url, "state"), [STATE]);
    assert!(values(&url, "dcql_query")[0].contains("\"require_cryptographic_holder_binding\":false"));
}
