//! ISO mdoc beside SD-JWT VC: the same ways to a wallet, results and tokens. The wallet makes the transcript of what it
//! reads in the request, never of what the service has stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poem::http::StatusCode;
use serde_json::{Value, json};
use url::Url;
use vpgate_core::base::json::Bounds;
use vpgate_core::cbor::Writer;
use vpgate_core::cose::{self, PayloadPlace};
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::jwe::RecipientKey;
use vpgate_core::jose::jws::UnverifiedJws;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::jose::x5c::testing::{Plan, public_key};
use vpgate_core::mdoc::SessionTranscript;
use vpgate_core::mdoc::testing::{DOCTYPE, MdocMaker, NAMESPACE};
use vpgate_core::openid4vp::request::VpRequest;

use crate::scenarios::asking::{DNS, HASH, REDIRECT, haip, parameter, path_of, read, wallet};
use crate::scenarios::posting::{PostingWallet, redirect_uri};
use vpgate::flow::ports::Clock as _;
use vpgate::system::clock::SystemClock;
use vpgate_test_support::browser::Browser;
use vpgate_test_support::certificates::Certified;
use vpgate_test_support::harness::{Answer, CREDENTIAL, Harness, POSTING_WALLET, RETURN_TO};

/// A licence, what its scopes earn, and who asks for them.
const LICENCE: &str = r#"
[[credentials]]
id = "mdl"
format = "mso_mdoc"
doctype = "org.iso.18013.5.1.mDL"
issuer = "Utopia DMV"
trust = { iaca_roots = "iaca.pem" }
certificate_profile = "generic"
stable_identifier = ["org.iso.18013.5.1", "document_number"]

[[scopes]]
name = "of_age"
description = "Whether you are 18 or older"
credential = "mdl"
claims = [["org.iso.18013.5.1", "age_over_18"], ["org.iso.18013.5.1", "portrait"]]
rules = [{ field = ["org.iso.18013.5.1", "birth_date"], age_at_least = 18 }]

[[clients]]
client_id = "box"
grants = ["device_code"]
authentication = "none"
scopes = ["of_age"]
token_claims = [{ name = "born", credential = "mdl", field = ["org.iso.18013.5.1", "birth_date"] }]
[clients.claims]
access_token = "scopes"
"#;

/// A JPEG of 90 kB, as wallets in use have it.
const PORTRAIT_BYTES: usize = 90_000;

/// A service that believes one issuer of licences, and a wallet with one.
pub struct Licences {
    pub world: Harness,
    pub maker: MdocMaker,
    /// Removed at the end.
    _certified: Certified,
}

/// What the wallet reads in a request.
pub struct Read(pub Value);

impl Read {
    pub fn transcript(&self) -> SessionTranscript {
        let text = |name: &str| self.0[name].as_str().unwrap_or_default();
        let key = self.0["client_metadata"]["jwks"]["keys"].get(0);
        let thumbprint = key.map(|jwk| {
            let members = ["crv", "kty", "x", "y"].map(|name| format!("{}:{}", json!(name), jwk[name]));
            let digest = openssl::sha::sha256(format!("{{{}}}", members.join(",")).as_bytes());
            assert_eq!(RecipientKey::from_jwk(jwk).unwrap().kid().unwrap(), URL_SAFE_NO_PAD.encode(digest));
            digest
        });
        SessionTranscript::redirect(
            text("client_id"),
            text("nonce"),
            thumbprint.as_ref(),
            text("response_uri"),
        )
    }
}

impl Licences {
    async fn asking(entry: &str) -> Self {
        Self::asking_for(entry, "").await
    }

    /// With `more` at the end of the configuration.
    pub async fn asking_for(entry: &str, more: &str) -> Self {
        let certified = Certified::new();
        let mut maker = MdocMaker::at(SystemClock.now());
        maker.say("document_number", Writer::new().text("D-1234"));
        for (_, element, value) in &mut maker.elements {
            if element == "portrait" {
                *value = Writer::new().bytes(&vec![0xff; PORTRAIT_BYTES]).into_bytes();
            }
        }
        std::fs::write(certified.path().join("iaca.pem"), maker.root.pem()).unwrap();
        let world = Harness::asking_for(&format!("{LICENCE}{more}"), entry, certified.path()).await;
        Self { world, maker, _certified: certified }
    }

    /// The browser goes to the wallet, which reads the request.
    async fn asks(&self, browser: &mut Browser<'_>, request: &Value) -> (Value, Read) {
        let begun = self.world.begin(request).await;
        let page = browser.open(begun["start_url"].as_str().unwrap()).await;
        (begun, self.read(&page.url, None).await)
    }

    pub async fn read(&self, url: &Url, nonce: Option<&str>) -> Read {
        assert!(url.as_str().starts_with(POSTING_WALLET), "{url}");
        if parameter(url, "request_uri").is_none() {
            let members = url.query_pairs().map(|(name, value)| {
                let value = serde_json::from_str(&value).unwrap_or_else(|_| json!(value));
                (name.into_owned(), value)
            });
            return Read(Value::Object(members.collect()));
        }
        let object = match nonce {
            Some(nonce) => self.world.post_form(&path_of(url), &[("wallet_nonce", nonce)]).await,
            None => self.world.get(&path_of(url)).await,
        };
        Read(read(&object.text).1)
    }

    async fn stored(&self, read: &Read) -> VpRequest {
        self.world.asked(read.0["state"].as_str().unwrap()).await
    }

    /// The wallet answers the query `id` with this presentation.
    pub async fn answers(&self, read: &Read, id: &str, presentation: &str) -> Answer {
        let asked = self.stored(read).await;
        PostingWallet::new(&self.world).answer_with(&asked, &json!({ id: [presentation] })).await
    }

    /// What the issuer publishes at `uri`, by a signer of its own below the same authority: a claim, with its number.
    fn list(&self, uri: &str, media_type: &str, (number, claim): (u64, Writer)) -> Vec<u8> {
        let (now, signer) = (self.world.now().unix(), SigningKey::generate(Algorithm::Es256).unwrap());
        let plan = Plan::leaf("Utopia Revocation", now);
        let leaf = self.maker.root.certify(&plan, &public_key(&signer.public_key().to_jwk()));
        let covered = [
            (16, Writer::new().text(media_type).into_bytes()),
            (33, Writer::new().bytes(&leaf.to_der().unwrap()).into_bytes()),
        ];
        let seconds = |to: Writer, at: i64| to.unsigned(at.try_into().unwrap());
        let claims = Writer::new().map(4).unsigned(2).text(uri).unsigned(4);
        let claims = seconds(seconds(claims, now + 3600).unsigned(6), now - 60);
        let claims = claims.unsigned(number).raw(&claim.into_bytes()).into_bytes();
        cose::sign(&signer, (&covered, &[]), &claims, PayloadPlace::Attached).unwrap()
    }

    /// The wallet shows a document whose issuer has taken it back by the first list, and not by the second one; each is
    /// published at `uri`.
    async fn is_refused_and_taken(&self, entry: &str, uri: &str, media_type: &str, lists: [Vec<u8>; 2]) {
        for (list, verified) in lists.into_iter().zip([false, true]) {
            self.world.publishes(uri, media_type, list);
            let mut browser = self.world.browser();
            let (begun, read) = self.asks(&mut browser, &asks_for(&SHOWN)).await;
            let presentation = self.maker.present(&read.transcript(), &SHOWN);
            let answer = self.answers(&read, "mdl", &presentation).await;
            if verified {
                let result = self.result(&mut browser, &begun, &answer).await;
                assert_eq!(result["credentials"]["mdl"]["status"], "valid");
            } else {
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{entry}: {}", answer.text);
                assert_eq!(self.world.collect(&begun, None).await.1["status"], "rejected");
            }
        }
    }

    /// The result behind an answer that was taken.
    async fn result(&self, browser: &mut Browser<'_>, begun: &Value, answer: &Answer) -> Value {
        let page = browser.open(&redirect_uri(answer)).await;
        let code = parameter(&page.url, "response_code");
        let (status, result) = self.world.collect(begun, code.as_deref()).await;
        assert_eq!((status, &result["status"]), (StatusCode::OK, &json!("verified")), "{result}");
        result
    }
}

fn query(elements: &[&str]) -> Value {
    let claims: Vec<Value> = elements.iter().map(|name| json!({"path": [NAMESPACE, name]})).collect();
    json!({"id": "mdl", "format": "mso_mdoc", "meta": {"doctype_value": DOCTYPE}, "claims": claims})
}

pub fn asks_for(elements: &[&str]) -> Value {
    json!({"dcql_query": {"credentials": [query(elements)]}, "redirect_uri": RETURN_TO})
}

/// Client identifier prefix, request method and response mode: every combination that is legal, HAIP's last.
fn entries() -> Vec<(String, &'static str)> {
    let mut all = Vec::new();
    for (identity, method) in [(REDIRECT, "url_query"), (DNS, "by_reference"), (HASH, "by_reference")] {
        for mode in ["direct_post", "direct_post.jwt"] {
            all.push((wallet(identity, method, mode), method));
        }
    }
    all.push((haip("by_reference"), "by_reference"));
    all
}

const SHOWN: [&str; 2] = ["family_name", "age_over_18"];

/// The OpenID Foundation's module `happy-flow` with the credential format `iso_mdl`.
#[tokio::test]
async fn req_14_1_req_14_2_iso_mdl_happy_flow() {
    for (entry, _) in entries() {
        let licences = Licences::asking(&entry).await;
        let mut browser = licences.world.browser();
        let (begun, read) = licences.asks(&mut browser, &asks_for(&SHOWN)).await;
        assert_eq!(read.0["dcql_query"]["credentials"][0], query(&SHOWN), "{entry}");
        let formats = &read.0["client_metadata"]["vp_formats_supported"];
        let algorithms = json!([-7, -9, -35, -51, -36, -52]);
        let metadata = json!({"issuerauth_alg_values": algorithms, "deviceauth_alg_values": algorithms});
        assert_eq!(formats, &json!({ "mso_mdoc": metadata }), "REQ-14.13: what is asked for, and no MAC");
        let presentation = licences.maker.present(&read.transcript(), &SHOWN);
        let answer = licences.answers(&read, "mdl", &presentation).await;
        let result = licences.result(&mut browser, &begun, &answer).await;
        let shown = &result["credentials"]["mdl"];
        assert_eq!((&shown["format"], &shown["type"]), (&json!("mso_mdoc"), &json!(DOCTYPE)));
        assert_eq!(shown["issuer"], "Utopia DMV");
        assert_eq!(shown.get("vct"), None, "that is a word of another format");
        let claims = json!({ NAMESPACE: {"family_name": "Mustermann", "age_over_18": true} });
        assert_eq!(shown["claims"], claims);
        assert_eq!((&shown["holder_binding"], &shown["status"]), (&json!(true), &json!("none")));
        assert!(shown["expires_at"].is_string() && shown["issued_at"].is_string());
    }
}

/// `invalid-session-transcript`: every part of it, each by itself.
#[tokio::test]
async fn req_14_50_to_14_54_iso_mdl_invalid_session_transcript() {
    for (entry, _) in entries() {
        let licences = Licences::asking(&entry).await;
        let mut browser = licences.world.browser();
        let (begun, read) = licences.asks(&mut browser, &asks_for(&SHOWN)).await;
        let with = |name: &str, value: Value| {
            let mut other = read.0.clone();
            other[name] = value;
            Read(other).transcript()
        };
        let other_key = json!({"jwks": {"keys": [vpgate_core::jose::jwe::EncryptionKey::generate().unwrap().to_public_jwk()]}});
        let origin =
            SessionTranscript::dc_api("http://127.0.0.1:8080", read.0["nonce"].as_str().unwrap(), None);
        for wrong in [with("nonce", json!("n-0S6_WzA2MjqKkrQ1QfZw")), origin] {
            let presentation = licences.maker.present(&wrong, &SHOWN);
            let answer = licences.answers(&read, "mdl", &presentation).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{entry}: {}", answer.text);
            assert_eq!(answer.json(), json!({"error": "invalid_request"}));
        }
        for (name, value) in [
            ("client_id", json!("x509_san_dns:other.example")),
            ("response_uri", json!("http://127.0.0.1:8080/wallet/responses/other")),
            ("client_metadata", other_key),
        ] {
            let mut browser = licences.world.browser();
            let (begun, read) = licences.asks(&mut browser, &asks_for(&SHOWN)).await;
            let mut other = read.0.clone();
            other[name] = value;
            let presentation = licences.maker.present(&Read(other).transcript(), &SHOWN);
            let answer = licences.answers(&read, "mdl", &presentation).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{entry}, {name}: {}", answer.text);
            assert_ne!(licences.world.collect(&begun, None).await.1["status"], "verified");
        }
        // The same wallet is believed when it signs what was sent.
        let presentation = licences.maker.present(&read.transcript(), &SHOWN);
        let answer = licences.answers(&read, "mdl", &presentation).await;
        licences.result(&mut browser, &begun, &answer).await;
    }
}

/// Those whose request is fetched, by this method.
fn fetched_by(method: &str) -> Vec<String> {
    let modes = ["direct_post", "direct_post.jwt"];
    let signed =
        [DNS, HASH].into_iter().flat_map(|identity| modes.map(|mode| wallet(identity, method, mode)));
    signed.chain([haip(method)]).collect()
}

/// `request-uri-method-post`.
#[tokio::test]
async fn req_14_53_iso_mdl_request_uri_method_post() {
    for entry in fetched_by("by_reference_post") {
        let licences = Licences::asking(&entry).await;
        let mut browser = licences.world.browser();
        let begun = licences.world.begin(&asks_for(&SHOWN)).await;
        let url = browser.open(begun["start_url"].as_str().unwrap()).await.url;
        assert_eq!(parameter(&url, "request_uri_method").as_deref(), Some("post"), "{entry}");
        let read = licences.read(&url, Some("n-0S6_WzA2Mj")).await;
        assert_eq!(read.0["wallet_nonce"], "n-0S6_WzA2Mj", "{entry}");
        let presentation = licences.maker.present(&read.transcript(), &SHOWN);
        let answer = licences.answers(&read, "mdl", &presentation).await;
        licences.result(&mut browser, &begun, &answer).await;
    }
}

/// `request-uri-fetched-twice`: the wallet signs for what it read the second time, and both are one request.
#[tokio::test]
async fn req_14_53_iso_mdl_request_uri_fetched_twice() {
    for entry in [fetched_by("by_reference"), fetched_by("by_reference_post")].concat() {
        let licences = Licences::asking(&entry).await;
        let mut browser = licences.world.browser();
        let begun = licences.world.begin(&asks_for(&SHOWN)).await;
        let url = browser.open(begun["start_url"].as_str().unwrap()).await.url;
        let (first, second) = (licences.read(&url, None).await, licences.read(&url, None).await);
        for member in ["nonce", "client_metadata", "client_id", "response_uri"] {
            assert_eq!(first.0[member], second.0[member], "{entry}: {member}");
        }
        let presentation = licences.maker.present(&second.transcript(), &SHOWN);
        let answer = licences.answers(&second, "mdl", &presentation).await;
        licences.result(&mut browser, &begun, &answer).await;
    }
}

/// Where the issuer of the licences says which it has taken back.
const LIST: &str = "https://status.example/list";

/// `present-revoked-credential`, by a status list (Token Status List), and the same wallet afterwards.
#[tokio::test]
async fn req_14_61_iso_mdl_present_revoked_credential() {
    const TYPE: &str = "application/statuslist+cwt";
    for (entry, _) in entries() {
        let mut licences = Licences::asking(&entry).await;
        let status = Writer::new().map(1).text("status_list").map(2).text("idx").unsigned(9);
        licences.maker.status = Some(status.text("uri").text(LIST).into_bytes());
        let lists = [[0, 2], [0, 1]].map(|bits: [u8; 2]| {
            let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
            std::io::Write::write_all(&mut packed, &bits).unwrap();
            let claim = Writer::new().map(2).text("bits").unsigned(1).text("lst");
            licences.list(LIST, TYPE, (65_533, claim.bytes(&packed.finish().unwrap())))
        });
        licences.is_refused_and_taken(&entry, LIST, TYPE, lists).await;
    }
}

/// The same by an identifier list (ISO/IEC 18013-5, second edition).
#[tokio::test]
async fn req_14_61_iso_mdl_present_revoked_credential_by_identifier_list() {
    const TYPE: &str = "application/identifierlist+cwt";
    for (entry, _) in entries() {
        let mut licences = Licences::asking(&entry).await;
        let status = Writer::new().map(1).text("identifier_list").map(2).text("id").bytes(&[10, 11]);
        licences.maker.status = Some(status.text("uri").text(LIST).into_bytes());
        let lists = [[10, 11], [10, 12]].map(|taken_back: [u8; 2]| {
            licences.list(LIST, TYPE, (65_530, Writer::new().map(1).bytes(&taken_back).map(0)))
        });
        licences.is_refused_and_taken(&entry, LIST, TYPE, lists).await;
    }
}

#[tokio::test]
async fn req_14_3_req_14_51_an_mdoc_comes_through_the_browser_s_api() {
    for mode in ["dc_api", "dc_api.jwt"] {
        let entry = format!(
            "{}dc_api = {{ request = \"unsigned\", response_mode = \"{mode}\" }}\n",
            wallet(REDIRECT, "url_query", "direct_post")
        );
        let licences = Licences::asking(&entry).await;
        let world = &licences.world;
        let mut asks = asks_for(&SHOWN);
        asks["flow"] = "dc_api".into();
        for right in [false, true] {
            let mut browser = world.browser();
            let begun = world.begin(&asks).await;
            let page = browser.open(begun["start_url"].as_str().unwrap()).await;
            let data = page.request_by_api().unwrap()["data"].clone();
            let key = data["client_metadata"]["jwks"]["keys"].get(0).cloned();
            let thumbprint = key.as_ref().map(|jwk| {
                let kid = RecipientKey::from_jwk(jwk).unwrap().kid().unwrap().to_owned();
                <[u8; 32]>::try_from(URL_SAFE_NO_PAD.decode(kid).unwrap()).unwrap()
            });
            let origin = if right { "http://127.0.0.1:8080" } else { "http://127.0.0.1:8080/" };
            let nonce = data["nonce"].as_str().unwrap();
            let transcript = SessionTranscript::dc_api(origin, nonce, thumbprint.as_ref());
            let vp_token = json!({"vp_token": {"mdl": [licences.maker.present(&transcript, &SHOWN)]}});
            let handed = match &key {
                Some(jwk) => json!({"response": PostingWallet::new(world).encrypted_to(jwk, &vp_token)}),
                None => vp_token,
            };
            let page = browser.hand_over(&page, "openid4vp-v1-unsigned", &handed.to_string()).await;
            let code = parameter(&page.url, "response_code");
            let (_, result) = world.collect(&begun, code.as_deref()).await;
            assert_eq!(result["status"] == "verified", right, "{mode}: {result}");
        }
    }
}

#[tokio::test]
async fn req_14_16_req_14_28_either_format_answers_one_question() {
    let licences = Licences::asking(&wallet(DNS, "by_reference", "direct_post")).await;
    let name = json!({"id": CREDENTIAL, "format": "dc+sd-jwt", "claims": [{"path": ["family_name"]}],
        "meta": {"vct_values": ["https://credentials.notarize.com/ProofCredentialV1"]}});
    for credentials in [json!([name, query(&SHOWN)]), json!([query(&SHOWN), name])] {
        for id in ["mdl", CREDENTIAL] {
            let sets = json!([{"options": [[CREDENTIAL], ["mdl"]]}]);
            let query = json!({"credentials": credentials, "credential_sets": sets});
            let request = json!({"dcql_query": query, "redirect_uri": RETURN_TO});
            let mut browser = licences.world.browser();
            let (begun, read) = licences.asks(&mut browser, &request).await;
            let formats = read.0["client_metadata"]["vp_formats_supported"].as_object().unwrap();
            assert_eq!(formats.keys().collect::<Vec<_>>(), ["dc+sd-jwt", "mso_mdoc"]);
            let mdoc = licences.maker.present(&read.transcript(), &SHOWN);
            let asked = licences.stored(&read).await;
            let sd_jwt = PostingWallet::new(&licences.world).presentation(&asked);
            let (right, wrong) = if id == "mdl" { (&mdoc, &sd_jwt) } else { (&sd_jwt, &mdoc) };
            let refused = licences.answers(&read, id, wrong).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "REQ-8.2: {id}: {}", refused.text);
            let answer = licences.answers(&read, id, right).await;
            let result = licences.result(&mut browser, &begun, &answer).await;
            assert_eq!(result["credentials"].as_object().unwrap().keys().collect::<Vec<_>>(), [id]);
        }
    }
}

#[tokio::test]
async fn req_9_12_req_14_27_several_mdocs_are_one_response_each() {
    let licences = Licences::asking(&wallet(HASH, "by_reference", "direct_post.jwt")).await;
    let mut several = query(&SHOWN);
    several["multiple"] = json!(true);
    let request = json!({"dcql_query": {"credentials": [several]}, "redirect_uri": RETURN_TO});
    let mut browser = licences.world.browser();
    let (begun, read) = licences.asks(&mut browser, &request).await;
    let presentation = || licences.maker.present(&read.transcript(), &SHOWN);
    let asked = licences.stored(&read).await;
    let vp_token = json!({"mdl": [presentation(), presentation()]});
    let answer = PostingWallet::new(&licences.world).answer_with(&asked, &vp_token).await;
    let result = licences.result(&mut browser, &begun, &answer).await;
    assert_eq!(result["credentials"]["mdl"].as_array().unwrap().len(), 2);
    assert_eq!(result["one_holder"], false, "keys of mdocs prove nothing");
    let checks = result["report"]["checks"].as_array().unwrap();
    let line = checks.iter().find(|it| it["check"] == "one_holder").unwrap();
    assert_eq!(line["outcome"], "not_applicable");
}

/// The device keys of two copies differ, and the person is the same.
#[tokio::test]
async fn tokens_are_of_the_person_and_say_elements_but_no_portrait() {
    let mut licences = Licences::asking(&wallet(HASH, "by_reference", "direct_post.jwt")).await;
    let mut subjects = Vec::new();
    for _ in 0..2 {
        licences.maker.holder = SigningKey::generate(Algorithm::Es256).unwrap();
        let authorization = licences.world.device_of("box").await;
        let mut phone = licences.world.browser();
        let page = phone.open(authorization["verification_uri_complete"].as_str().unwrap()).await;
        assert!(!page.body.contains(NAMESPACE), "people read elements: {}", page.body);
        let page = phone.press(&page, "Continue").await;
        let read = licences.read(&page.url, None).await;
        let asked = read.0["dcql_query"]["credentials"][0]["claims"].as_array().unwrap();
        let kept = asked
            .iter()
            .map(|it| (it["path"][1].as_str().unwrap(), it["intent_to_retain"].as_bool().unwrap()));
        let expected =
            [("age_over_18", true), ("portrait", false), ("birth_date", true), ("document_number", false)];
        assert_eq!(kept.collect::<Vec<_>>(), expected, "REQ-14.12");
        let elements = ["age_over_18", "birth_date", "document_number", "portrait"];
        let presentation = licences.maker.present(&read.transcript(), &elements);
        let answer = licences.answers(&read, "mdl", &presentation).await;
        phone.open(&redirect_uri(&answer)).await;
        let claims = token(&licences.world, &authorization).await;
        assert_eq!(claims[NAMESPACE], json!({"age_over_18": true}), "{claims}");
        assert_eq!((&claims["born"], &claims["scope"]), (&json!("1990-08-12"), &json!("of_age")));
        subjects.push(claims["sub"].clone());
    }
    assert_eq!(subjects[0], subjects[1]);
}

/// What the access token of `authorization` says.
pub async fn token(world: &Harness, authorization: &Value) -> Value {
    let code = authorization["device_code"].as_str().unwrap();
    world.clock.advance(std::time::Duration::from_secs(10));
    let (status, token) = world.poll_as("box", code).await;
    assert_eq!(status, StatusCode::OK, "{token}");
    let bounds = Bounds { bytes: 8192, depth: 6, members: 100 };
    let jwt = UnverifiedJws::parse(token["access_token"].as_str().unwrap(), &bounds).unwrap();
    let text = URL_SAFE_NO_PAD.decode(token["access_token"].as_str().unwrap().split('.').nth(1).unwrap());
    drop(jwt);
    serde_json::from_slice(&text.unwrap()).unwrap()
}

#[tokio::test]
async fn a_portrait_comes_in_every_mode_and_stands_in_the_result() {
    for mode in ["direct_post", "direct_post.jwt"] {
        let licences = Licences::asking(&wallet(DNS, "by_reference", mode)).await;
        let mut browser = licences.world.browser();
        let (begun, read) = licences.asks(&mut browser, &asks_for(&["portrait"])).await;
        let presentation = licences.maker.present(&read.transcript(), &["portrait"]);
        let answer = licences.answers(&read, "mdl", &presentation).await;
        let result = licences.result(&mut browser, &begun, &answer).await;
        let portrait = result["credentials"]["mdl"]["claims"][NAMESPACE]["portrait"].as_str().unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(portrait).unwrap(), vec![0xff; PORTRAIT_BYTES]);
    }
}

#[tokio::test]
async fn an_mdoc_authorises_no_transaction() {
    let licences =
        Licences::asking(&format!("{}transaction_data = true\n", wallet(DNS, "by_reference", "direct_post")))
            .await;
    let mut request = asks_for(&SHOWN);
    request["transaction_data"] = json!([{"type": "urn:proof:params:vc:transaction-data:session-data",
        "credential_ids": ["mdl"], "payload": {"ip_address": "192.0.2.7"}}]);
    let answer = licences.world.post_json("/v1/presentations", &request.to_string()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    assert_eq!(answer.json()["pointer"], "/transaction_data/0/credential_ids/0");
    assert!(answer.json()["detail"].as_str().unwrap().contains("mdoc"), "{}", answer.text);
}

#[tokio::test]
async fn who_received_an_mdoc_by_itself_says_what_its_device_signed() {
    let licences = Licences::asking(&wallet(DNS, "by_reference", "direct_post")).await;
    let thumbprint = URL_SAFE_NO_PAD.encode([7; 32]);
    let made = |transcript: &SessionTranscript| licences.maker.present(transcript, &SHOWN);
    let uri = "https://shop.example/answers/1";
    let redirect = made(&SessionTranscript::redirect("shop", "n-1", Some(&[7; 32]), uri));
    let by_browser = made(&SessionTranscript::dc_api("https://shop.example", "n-1", None));
    let by_annex_c = made(&SessionTranscript::org_iso_mdoc("gmVkY2FwaQ", "https://shop.example"));
    let origin = "origin:https://shop.example";
    for (presentation, audience, more, verdict) in [
        (&redirect, "shop", json!({"response_uri": uri, "jwk_thumbprint": thumbprint}), "verified"),
        (&redirect, "shop", json!({"response_uri": uri}), "rejected"),
        (&redirect, "other", json!({"response_uri": uri, "jwk_thumbprint": thumbprint}), "rejected"),
        (&by_browser, origin, json!({}), "verified"),
        (&by_browser, origin, json!({"jwk_thumbprint": thumbprint}), "rejected"),
        (&by_browser, "origin:https://shop.example/", json!({}), "rejected"),
        (&by_annex_c, origin, json!({"encryption_info": "gmVkY2FwaQ"}), "verified"),
        (&by_annex_c, origin, json!({}), "rejected"),
    ] {
        let answer = verify(&licences.world, presentation, audience, &more).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert_eq!(answer.json()["verdict"], verdict, "{more}: {}", answer.json()["report"]);
        if verdict == "rejected" {
            assert_eq!(answer.json()["reason"], "device_signature");
        }
    }
    for (audience, more, pointer) in [
        ("shop", json!({}), "/response_uri"),
        (origin, json!({"response_uri": uri}), "/response_uri"),
        ("shop", json!({"response_uri": uri, "jwk_thumbprint": "AQ"}), "/jwk_thumbprint"),
        ("shop", json!({"response_uri": uri, "encryption_info": "x"}), "/encryption_info"),
    ] {
        let answer = verify(&licences.world, &redirect, audience, &more).await;
        assert_eq!((answer.status, &answer.json()["pointer"]), (StatusCode::BAD_REQUEST, &json!(pointer)));
    }
}

async fn verify(world: &Harness, presentation: &str, audience: &str, more: &Value) -> Answer {
    let mut body = json!({"vp_token": {"mdl": [presentation]}, "audience": audience, "nonce": "n-1",
        "dcql_query": {"credentials": [query(&SHOWN)]}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.post_json("/v1/verify", &body.to_string()).await
}
