//! As much of a browser as these pages need: cookies, redirects, and the first form of a page.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, bail};
use reqwest::{Client, Method, StatusCode, Url, header};

/// Longest chain of redirects, with room to notice a loop.
const REDIRECTS: usize = 10;

pub struct Browser {
    client: Client,
    home: Url,
    /// Its own address, as a proxy in front of the service would name it: limits are counted by address.
    address: Ipv4Addr,
    cookies: Vec<(String, String)>,
}

/// Browsers so far.
static BROWSERS: AtomicU32 = AtomicU32::new(0);

pub struct Page {
    pub url: Url,
    pub text: String,
}

impl Browser {
    /// At `home`; it follows no redirect to any other address.
    pub fn new(client: Client, home: Url) -> Self {
        // 198.18.0.0/15 is for measurements (RFC 2544 appendix C.2.2).
        let number = BROWSERS.fetch_add(1, Ordering::Relaxed) % 0x2_0000;
        let address = Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + number);
        Self { client, home, address, cookies: Vec::new() }
    }

    pub async fn open(&mut self, url: Url) -> anyhow::Result<Page> {
        self.travel(Method::GET, url, String::new()).await
    }

    pub async fn post(&mut self, url: Url, fields: &[(String, String)]) -> anyhow::Result<Page> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.travel(Method::POST, url, body).await
    }

    /// Sends the first form of a page, with more fields than its hidden ones.
    pub async fn submit(&mut self, page: &Page, more: &[(&str, &str)]) -> anyhow::Result<Page> {
        let form = page.text.split("<form").nth(1).with_context(|| format!("no form at {}", page.url))?;
        let (opening, rest) = form.split_once('>').context("a form that is not opened")?;
        let inside = rest.split("</form").next().unwrap_or_default();
        let mut fields: Vec<(String, String)> = inside
            .split("<input")
            .skip(1)
            .filter_map(|input| input.split_once('>'))
            .filter_map(|(input, _)| Some((attribute(input, "name")?, attribute(input, "value")?)))
            .filter(|(name, _)| more.iter().all(|(other, _)| other != name))
            .collect();
        fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let action = attribute(opening, "action").unwrap_or_default();
        let url = page.url.join(&action)?;
        self.post(url, &fields).await
    }

    async fn travel(&mut self, method: Method, url: Url, body: String) -> anyhow::Result<Page> {
        let (mut method, mut url, mut body) = (method, url, body);
        for _ in 0..REDIRECTS {
            if url.origin() != self.home.origin() {
                return Ok(Page { url, text: String::new() });
            }
            let cookies: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let mut request = self
                .client
                .request(method.clone(), url.clone())
                .header("x-forwarded-for", self.address.to_string())
                .header(header::COOKIE, cookies.join("; "));
            if method == Method::POST {
                request = request
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .header(header::ORIGIN, self.home.origin().ascii_serialization())
                    .body(std::mem::take(&mut body));
            }
            let answer = request.send().await?;
            for cookie in answer.headers().get_all(header::SET_COOKIE) {
                let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
                let (name, value) = pair.split_once('=').context("a cookie without a value")?;
                self.cookies.retain(|(known, _)| known != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
            match (answer.status(), answer.headers().get(header::LOCATION)) {
                (StatusCode::OK, _) => return Ok(Page { url, text: answer.text().await? }),
                (status, Some(location)) if status.is_redirection() => {
                    url = url.join(location.to_str()?)?;
                    method = Method::GET;
                }
                (status, _) => bail!("{status} at {}: {}", url.path(), answer.text().await?),
            }
        }
        bail!("more than {REDIRECTS} redirects")
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next().map(|value| value.replace("&amp;", "&"))
}
