//! Plays one case.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, header};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::device_grant::listed::{self, Step};
use crate::device_grant::servers::{self, Server};
use vpgate_test_support::browser::Browser;

const GRANT_TYPE: &str = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";

struct Player {
    server: Server,
    http: Client,
    device: String,
    /// The last device authorization response.
    authorization: Value,
}

struct Heard {
    status: u16,
    body: Value,
}

pub async fn play(name: &str) {
    let case = listed::cases().into_iter().find(|case| case.name == name).unwrap();
    #[expect(clippy::disallowed_methods, reason = "a client of the service, not a part of it")]
    let http = Client::builder().no_proxy().build().unwrap();
    let server = servers::of(&case.device);
    let mut player = Player { server, http, device: case.device, authorization: Value::Null };
    for (number, step) in case.steps.iter().enumerate() {
        player.take(step, &format!("{name}, step {}", number + 1)).await;
    }
}

impl Player {
    async fn take(&mut self, step: &Step, place: &str) {
        tokio::time::sleep(Duration::from_secs(step.wait)).await;
        if let Some(done) = &step.person {
            return self.person(done).await;
        }
        if let Some(count) = step.polls {
            return self.polls(step, count, place).await;
        }
        let heard = if let Some(form) = &step.ask {
            let heard = self.post("/device_authorization", self.filled(form)).await;
            if heard.status == 200 {
                self.authorization = heard.body.clone();
            }
            heard
        } else if let Some(form) = &step.poll {
            self.post("/token", self.poll_form(form)).await
        } else {
            hear(self.http.get(self.at(step.get.as_ref().unwrap())), false).await
        };
        assert_eq!(Some(heard.status), step.status, "{place}: {}", heard.body);
        assert_eq!(heard.body["error"].as_str(), step.error.as_deref(), "{place}: {}", heard.body);
        for member in &step.members {
            assert!(heard.body.get(member).is_some(), "{place}: no {member} in {}", heard.body);
        }
        for (member, value) in &step.equal {
            assert_eq!(heard.body[member], serde_json::to_value(value).unwrap(), "{place}: {member}");
        }
    }

    async fn polls(&self, step: &Step, count: usize, place: &str) {
        let form = self.poll_form(step.poll.as_ref().unwrap());
        let mut polls = JoinSet::new();
        for _ in 0..count {
            let request = self.form("/token", form.clone());
            polls.spawn(async move { hear(request, true).await });
        }
        let heard = polls.join_all().await;
        let winners = heard.iter().filter(|heard| Some(heard.status) == step.status).count();
        assert_eq!(winners, 1, "{place}");
        let losers = heard.iter().filter(|heard| heard.body["error"].as_str() == step.error.as_deref());
        assert_eq!(losers.count(), count - 1, "{place}");
    }

    async fn person(&self, does: &str) {
        let mut phone = Browser::new(&self.server.pages, self.server.base.clone());
        let code = self.authorization["user_code"].as_str().unwrap();
        let page = phone.open(&format!("/device?user_code={code}")).await;
        match does {
            "open" => {}
            "deny" => drop(phone.press(&page, "I did not start this").await),
            "approve" => {
                let wallet = phone.press(&page, "Continue").await;
                let done = phone.press(&wallet, "Share").await;
                assert!(done.url.path().starts_with("/done/"), "{}", done.body);
            }
            other => panic!("a person does not {other}"),
        }
    }

    fn poll_form(&self, form: &str) -> String {
        let form =
            if form.contains("grant_type=") { form.to_owned() } else { format!("{GRANT_TYPE}&{form}") };
        self.filled(&form)
    }

    fn filled(&self, form: &str) -> String {
        form.replace("CLIENT", &self.server.client(&self.device))
            .replace("OTHER", &self.server.client("other"))
            .replace("CODE", self.authorization["device_code"].as_str().unwrap_or_default())
    }

    fn at(&self, path: &str) -> String {
        self.server.base.join(path).unwrap().to_string()
    }

    fn form(&self, path: &str, form: String) -> RequestBuilder {
        let kind = "application/x-www-form-urlencoded";
        self.http.post(self.at(path)).header(header::CONTENT_TYPE, kind).body(form)
    }

    async fn post(&self, path: &str, form: String) -> Heard {
        hear(self.form(path, form), true).await
    }
}

async fn hear(request: RequestBuilder, is_oauth: bool) -> Heard {
    let answer = request.send().await.unwrap();
    let header = |name: &str| answer.headers().get(name).map(|it| it.to_str().unwrap().to_owned());
    if is_oauth {
        assert_eq!(header("cache-control").as_deref(), Some("no-store"));
        assert!(header("content-type").unwrap().starts_with("application/json"));
    }
    let status = answer.status().as_u16();
    // What a method that is not allowed says is not ours to judge.
    let body = if status == 405 {
        Value::Null
    } else {
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    };
    Heard { status, body }
}
