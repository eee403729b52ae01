//! Issuers inside one's own network: behind a private authority, or beyond a proxy.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;

use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslAcceptor, SslMethod};
use openssl::x509::X509;
use url::Url;
use vpgate::fetch::client::{FetchClient, FetchFault};
use vpgate::fetch::reach::Reach;
use vpgate_test_support::certificates::certificate_for;

const JSON: &[&str] = &["application/json"];

/// A server with this certificate, on this machine.
fn serve(key: &PKey<Private>, certificate: &X509) -> Url {
    let mut acceptor = SslAcceptor::mozilla_intermediate(SslMethod::tls()).unwrap();
    acceptor.set_private_key(key).unwrap();
    acceptor.set_certificate(certificate).unwrap();
    let acceptor = acceptor.build();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}/jwks.json", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // Who does not believe the certificate goes away.
            let Ok(mut stream) = acceptor.accept(stream.unwrap()) else { continue };
            let _request = stream.read(&mut [0; 4096]);
            let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
            let _sent = stream.write_all(answer.as_bytes());
        }
    });
    Url::parse(&url).unwrap()
}

fn reaching(authorities: Option<&X509>) -> FetchClient {
    let authorities = authorities.map(|it| it.to_pem().unwrap());
    FetchClient::reaching(Reach { allow_loopback: true, authorities, ..Reach::default() }).unwrap()
}

#[tokio::test]
async fn a_private_authority_counts_where_it_is_named_and_is_called_that_where_not() {
    let (key, certificate) = certificate_for("localhost");
    let url = serve(&key, &certificate);
    let fetched = reaching(Some(&certificate)).get(&url, JSON, 100).await.unwrap();
    assert_eq!(fetched.body, b"{}");
    let (_, other) = certificate_for("localhost");
    for strange in [None, Some(&other)] {
        let fault = reaching(strange).get(&url, JSON, 100).await.unwrap_err();
        assert!(matches!(fault, FetchFault::Certificate(_)), "{fault:?}");
        assert!(fault.is_passing(), "whoever mends it is not the issuer");
        let words = fault.to_string();
        assert!(words.contains("self-signed certificate") && words.contains("[fetch] ca_file"), "{words}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_called_that() {
    let (key, certificate) = certificate_for("elsewhere.example");
    let url = serve(&key, &certificate);
    let fault = reaching(Some(&certificate)).get(&url, JSON, 100).await.unwrap_err();
    assert!(fault.to_string().contains("mismatch"), "{fault}");
}

#[tokio::test]
async fn what_is_not_on_this_machine_goes_through_the_proxy() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // A proxy is the operator's: its name may lead inside, here to this machine.
    let proxy = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 1024];
        let length = stream.read(&mut asked).unwrap();
        tell.send(String::from_utf8_lossy(&asked[..length]).into_owned()).unwrap();
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    let reach = Reach { proxy: Some(Url::parse(&proxy).unwrap()), ..Reach::default() };
    let client = FetchClient::reaching(reach).unwrap();
    let outside = Url::parse("https://issuer.example/jwks.json").unwrap();
    let fault = client.get(&outside, JSON, 100).await.unwrap_err();
    assert!(matches!(fault, FetchFault::NoAnswer(_)), "{fault:?}");
    let asked = told.recv().unwrap();
    assert!(asked.starts_with("CONNECT issuer.example:443 "), "{asked}");
    let inside = Url::parse("https://10.0.0.1/jwks.json").unwrap();
    let fault = client.get(&inside, JSON, 100).await.unwrap_err();
    assert!(matches!(fault, FetchFault::Refused), "a proxy opens no address: {fault:?}");
}
