//! Requests through the browser's Digital Credentials API.

use super::super::dc_api::{
    multi_signed, multi_signed_claims, permits, signed, signed_claims, unsigned, who_asks,
};
use super::*;
use crate::base::id::{Nonce, RequestState};
use crate::openid4vp::request::{AnotherWay, DcApiRequest, DcApiRoute, PresentationFlow, VerifierIdentity};

const ORIGIN: &str = "https://verify.example";
const MODES: [ResponseMode; 2] = [ResponseMode::DcApi, ResponseMode::DcApiJwt];

fn asked_by(profile: Profile, client_id: &str, request: DcApiRequest, mode: ResponseMode) -> Addressed {
    let mut asked = super::request(profile, client_id, RequestMethod::ByReferenceGet, mode);
    asked.flow = PresentationFlow::DcApi;
    asked.dc_api = Some(request);
    asked.wallet.dc_api = Some(DcApiRoute { request, response_mode: mode, org_iso_mdoc: false });
    asked
}

fn data(request: &Value) -> &Map<String, Value> {
    request["data"].as_object().unwrap()
}

#[test]
fn req_2_50_req_2_51_the_golden_requests_through_the_browser() {
    for mode in MODES {
        let asked = asked_by(Profile::Openid4vp, DNS, DcApiRequest::Unsigned, mode);
        golden(
            &format!("dc_api-unsigned-{}.json", mode.name()),
            &pretty(data(&unsigned(&asked, &asked.wallet))),
        );
        golden(
            &format!("dc_api-signed-{}.json", mode.name()),
            &pretty(&signed_claims(&asked, &asked.wallet, MADE_AT)),
        );
    }
    let mut proof = asked_by(Profile::Proof, "caxdw5a7d", DcApiRequest::Signed, ResponseMode::DcApi);
    proof.wallet_issuer = Some("https://wallet.example/presentation".to_owned());
    golden("dc_api-signed-proof.json", &pretty(&signed_claims(&proof, &proof.wallet, MADE_AT)));
}

#[test]
fn req_2_50_the_protocol_names_the_kind_of_the_request() {
    let asked = asked_by(Profile::Openid4vp, DNS, DcApiRequest::Unsigned, ResponseMode::DcApi);
    let plain = unsigned(&asked, &asked.wallet);
    assert_eq!(
        (&plain["protocol"], data(&plain).contains_key("request")),
        (&json!("openid4vp-v1-unsigned"), false)
    );
    let signed = signed("eyJ.eyJ.sig");
    assert_eq!(signed, json!({"protocol": "openid4vp-v1-signed", "data": {"request": "eyJ.eyJ.sig"}}));
}

#[test]
fn req_2_51_req_2_52_they_say_no_address_and_only_signed_ones_who_asks() {
    for mode in MODES {
        // The identifier of a wallet whose ordinary requests are unsigned is not sent either.
        for client_id in [DNS, "redirect_uri:"] {
            let asked = asked_by(Profile::Openid4vp, client_id, DcApiRequest::Unsigned, mode);
            let (unsigned, signed) =
                (unsigned(&asked, &asked.wallet), signed_claims(&asked, &asked.wallet, MADE_AT));
            let unsigned = data(&unsigned);
            for written in [unsigned, &signed] {
                for never in ["state", "redirect_uri", "response_uri", "scope", "iss"] {
                    assert!(!written.contains_key(never), "{never}");
                }
                assert_eq!(written["response_mode"], mode.name());
                assert_eq!(written["client_metadata"].get("jwks").is_some(), mode.is_encrypted());
            }
            for only_signed in ["client_id", "expected_origins", "aud", "iat", "exp"] {
                assert!(
                    !unsigned.contains_key(only_signed) && signed.contains_key(only_signed),
                    "{only_signed}"
                );
            }
            assert_eq!(signed["expected_origins"], json!([ORIGIN]));
        }
    }
}

#[test]
fn req_2_51_the_origin_is_ours_without_a_trailing_slash() {
    let mut asked = asked_by(Profile::Openid4vp, DNS, DcApiRequest::Signed, ResponseMode::DcApi);
    for (callback, origin) in [
        ("https://verify.example/callback", "https://verify.example"),
        ("https://verify.example:443/vp/callback", "https://verify.example"),
        ("https://verify.example:8443/callback", "https://verify.example:8443"),
        ("http://127.0.0.1:8080/callback", "http://127.0.0.1:8080"),
    ] {
        asked.wallet.redirect_uri = Url::parse(callback).unwrap();
        asked.origin = asked.wallet.origin();
        assert_eq!(signed_claims(&asked, &asked.wallet, MADE_AT)["expected_origins"], json!([origin]));
    }
}

#[test]
fn req_2_54_the_audience_is_the_origin_of_signed_requests_too() {
    for kind in [DcApiRequest::Unsigned, DcApiRequest::Signed] {
        let asked = asked_by(Profile::Openid4vp, DNS, kind, ResponseMode::DcApi);
        assert_eq!(asked.expected().audience, "origin:https://verify.example");
        let Addressed { asked, wallet } = asked;
        let way = AnotherWay {
            wallet: &wallet,
            flow: PresentationFlow::SameDevice,
            is_chosen: false,
            client_name: None,
            state: RequestState::from_entropy([8; 16]),
            nonce: Nonce::from_entropy([9; 16]),
            answer_key: None,
            until: asked.expires_at,
        };
        let redirected = asked.asked_by(&way);
        assert_eq!(redirected.expected().audience, DNS);
    }
}

#[test]
fn req_2_51_req_9_8_only_legal_requests_through_the_browser_are_permitted() {
    for profile in [Profile::Proof, Profile::Openid4vp, Profile::Haip] {
        for prefix in Prefix::ALL {
            for request in [DcApiRequest::Unsigned, DcApiRequest::Signed, DcApiRequest::MultiSigned] {
                for response_mode in MODES {
                    let (signed, encrypted) = (request.is_signed(), response_mode.is_encrypted());
                    let multi = request == DcApiRequest::MultiSigned;
                    let proves_nothing = multi && prefix == Prefix::PreRegistered;
                    let wrong = if (signed && prefix == Prefix::RedirectUri) || proves_nothing {
                        Some("dc_api.request")
                    } else if (signed && encrypted && prefix == Prefix::PreRegistered)
                        || (profile == Profile::Haip && !encrypted)
                    {
                        Some("dc_api.response_mode")
                    } else {
                        None
                    };
                    let permitted =
                        permits(profile, prefix, DcApiRoute { request, response_mode, org_iso_mdoc: false });
                    assert_eq!(
                        permitted.err().map(|wrong| wrong.key),
                        wrong,
                        "{profile:?} {prefix:?} {request:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn req_2_53_of_a_multi_signed_request_only_the_headers_say_who_asks() {
    let mut asked = asked_by(Profile::Openid4vp, DNS, DcApiRequest::MultiSigned, ResponseMode::DcApiJwt);
    let info = |ids: Option<&str>| VerifierInfo {
        format: "jwt".to_owned(),
        data: "eyJ.eyJ.sig".into(),
        credential_ids: ids.map(|id| vec![id.to_owned()]),
    };
    asked.wallet.verifier_info = vec![info(None), info(Some("other"))];
    let claims = multi_signed_claims(&asked, &asked.wallet, MADE_AT);
    golden("dc_api-multisigned-dc_api.jwt.json", &pretty(&claims));
    for never in ["client_id", "verifier_info", "x5c", "jwt", "state", "response_uri", "iss"] {
        assert!(!claims.contains_key(never), "{never}");
    }
    for inside in ["expected_origins", "client_metadata", "nonce", "dcql_query", "transaction_data", "aud"] {
        assert!(claims.contains_key(inside), "{inside}");
    }
    asked.wallet.also_as =
        vec![VerifierIdentity { wallet: "other".to_owned(), verifier_id: HASH.to_owned() }];
    let [ours, other] = &asked.identities(&asked.wallet)[..] else { panic!("two sign") };
    let header = who_asks(&asked, &asked.wallet, ours);
    assert_eq!((&header["client_id"], header["verifier_info"].as_array().unwrap().len()), (&json!(DNS), 1));
    assert_eq!(
        Value::Object(who_asks(&asked, &asked.wallet, other)),
        json!({"client_id": HASH}),
        "said about the other one"
    );
}

#[test]
fn req_2_50_req_2_53_a_multi_signed_request_is_one_object_with_several_signatures() {
    let request = multi_signed(&["h1.payload.s1".to_owned(), "h2.payload.s2".to_owned()]);
    let signatures = json!([{"protected": "h1", "signature": "s1"}, {"protected": "h2", "signature": "s2"}]);
    let object = json!({"payload": "payload", "signatures": signatures});
    assert_eq!(request, json!({"protocol": "openid4vp-v1-multisigned", "data": {"request": object}}));
}
