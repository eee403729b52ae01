//! The servers that are held to the list, one for each case: the sandbox, where a wallet can approve, and
//! a service with clients of its own. `DEVICE_GRANT_BASE_URL` names another server instead: it must know
//! the clients that `cases.toml` describes, with `s3cret` as their secret, and approve and deny by the
//! buttons that our pages have.

use poem::endpoint::BoxEndpoint;
use reqwest::Url;
use vpgate_test_support::person::over_http;
use vpgate_test_support::service_process::{Service, Start};

/// One server.
pub struct Server {
    pub base: Url,
    /// The server for a person's browser, which keeps cookies and redirects to itself.
    pub pages: BoxEndpoint<'static>,
    /// What the patient device calls itself there.
    patient: &'static str,
    /// Ends with the case.
    _process: Option<Service>,
}

/// The server on which a device of this kind is played.
pub fn of(device: &str) -> Server {
    let started = |start: Start, patient| {
        let process = start.start();
        Server::at(process.at("/"), patient, Some(process))
    };
    match std::env::var("DEVICE_GRANT_BASE_URL") {
        Ok(base) => Server::at(base.parse().unwrap(), "patient", None),
        Err(_) if device == "patient" => started(Start::sandbox(), "tv"),
        Err(_) => started(Start::serve(include_str!("service.toml")), "patient"),
    }
}

impl Server {
    fn at(base: Url, patient: &'static str, process: Option<Service>) -> Self {
        Self { pages: over_http(base.clone()), base, patient, _process: process }
    }

    /// What names or proves a client, in a form.
    pub fn client(&self, device: &str) -> String {
        match device {
            "patient" => format!("client_id={}", self.patient),
            "confidential" | "barred" => format!("client_id={device}&client_secret=s3cret"),
            _ => format!("client_id={device}"),
        }
    }
}
