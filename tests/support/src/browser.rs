//! A person's browser, as far as the stories need one: cookies, redirects, forms, and the script of
//! `/callback`. It speaks to the service in process.

use std::collections::BTreeMap;

use poem::endpoint::BoxEndpoint;
use poem::http::{Method, StatusCode, header};
use poem::{Endpoint as _, Request};
use serde_json::Value;
use url::{Url, form_urlencoded};

/// What the browser shows, or would have left for.
pub struct Page {
    /// Where it is.
    pub url: Url,
    /// The status of the last answer.
    pub status: StatusCode,
    /// The body of the last answer.
    pub body: String,
}

/// One browser with its own cookies.
pub struct Browser<'w> {
    endpoint: &'w BoxEndpoint<'static>,
    base: Url,
    /// What it remembers, by name.
    pub cookies: BTreeMap<String, String>,
    holds_fragments: bool,
}

/// Longest chain of redirects a story needs, with room to notice a loop.
const REDIRECTS: usize = 8;

impl Page {
    /// What the script of the start page asks the browser's Digital Credentials API: the same in each protocol.
    pub fn requests_by_api(&self) -> Option<Vec<Value>> {
        let (_, button) = self.body.split_once("id=\"ask\"")?;
        serde_json::from_str(&attribute(button, "data-requests")?).ok()
    }

    /// The first of them.
    pub fn request_by_api(&self) -> Option<Value> {
        self.requests_by_api()?.into_iter().next()
    }
}

impl<'w> Browser<'w> {
    /// A browser without cookies.
    pub fn new(endpoint: &'w BoxEndpoint<'static>, base: Url) -> Self {
        Self { endpoint, base, cookies: BTreeMap::new(), holds_fragments: false }
    }

    /// What it sends as `Cookie`.
    pub fn cookies(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// Goes to an address and follows where it leads, within the service. At an address elsewhere it
    /// stops without asking for it.
    pub async fn open(&mut self, address: &str) -> Page {
        let url = self.base.join(address).unwrap();
        self.travel(Method::GET, url, None).await
    }

    /// Presses the button whose text begins with `label`.
    pub async fn press(&mut self, page: &Page, label: &str) -> Page {
        let form = Form::with_button(&page.body, label)
            .unwrap_or_else(|| panic!("no button {label:?} on {}:\n{}", page.url, page.body));
        self.submit(&page.url, form, &[]).await
    }

    /// Fills fields in, then presses the button whose text begins with `label`.
    pub async fn fill_and_press(&mut self, page: &Page, fields: &[(&str, &str)], label: &str) -> Page {
        let form = Form::with_button(&page.body, label)
            .unwrap_or_else(|| panic!("no button {label:?} on {}:\n{}", page.url, page.body));
        self.submit(&page.url, form, fields).await
    }

    /// Presses a button, and answers with the fragment that the wallet would have sent us.
    pub async fn press_without_returning(&mut self, page: &Page, label: &str) -> String {
        self.fill_and_press_without_returning(page, &[], label).await
    }

    /// Presses a button, and answers with the address it would be sent to.
    pub async fn press_without_travelling(&mut self, page: &Page, label: &str) -> String {
        let form = Form::with_button(&page.body, label).unwrap();
        let fields = form_urlencoded::Serializer::new(String::new()).extend_pairs(form.fields).finish();
        let url = page.url.join(&form.action).unwrap();
        self.send(&Method::POST, &url, Some(fields)).await.1.unwrap()
    }

    pub async fn fill_and_press_without_returning(
        &mut self,
        page: &Page,
        filled: &[(&str, &str)],
        label: &str,
    ) -> String {
        self.holds_fragments = true;
        let page = self.fill_and_press(page, filled, label).await;
        self.holds_fragments = false;
        page.url.fragment().unwrap_or_else(|| panic!("no fragment at {}", page.url)).to_owned()
    }

    /// What the script of `/callback` does with a fragment.
    pub async fn bring_fragment(&mut self, fragment: &str) -> Page {
        let url = self.base.join("/callback").unwrap();
        self.travel(Method::POST, url, Some(fragment.to_owned())).await
    }

    /// What the script of the start page does with what the browser's Digital Credentials API gives it.
    pub async fn hand_over(&mut self, page: &Page, protocol: &str, data: &str) -> Page {
        let (_, answer) = page.body.split_once("<form id=\"answer\"").unwrap();
        let hidden = answer.split("<input").find(|input| input.contains("name=\"csrf\"")).unwrap();
        let fields = [("csrf", attribute(hidden, "value").unwrap())];
        let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields.chain([("protocol", protocol), ("data", data)]))
            .finish();
        let url = page.url.join(&attribute(answer, "action").unwrap()).unwrap();
        self.travel(Method::POST, url, Some(body)).await
    }

    async fn submit(&mut self, page: &Url, form: Form, filled: &[(&str, &str)]) -> Page {
        let mut fields: BTreeMap<String, String> = form.fields.into_iter().collect();
        fields.extend(filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let url = page.join(&form.action).unwrap();
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        if form.method == "get" {
            let mut url = url;
            url.set_query(Some(&body));
            return self.travel(Method::GET, url, None).await;
        }
        self.travel(Method::POST, url, Some(body)).await
    }

    async fn travel(&mut self, method: Method, url: Url, body: Option<String>) -> Page {
        let (mut method, mut url, mut body) = (method, url, body);
        for _ in 0..REDIRECTS {
            if url.origin() != self.base.origin() {
                return Page { url, status: StatusCode::SEE_OTHER, body: String::new() };
            }
            let (status, location, text) = self.send(&method, &url, body.take()).await;
            let Some(location) = location.filter(|_| status.is_redirection()) else {
                return self.run_callback(Page { url, status, body: text }).await;
            };
            url = url.join(&location).unwrap();
            method = Method::GET;
        }
        panic!("more than {REDIRECTS} redirects, now at {url}");
    }

    /// The script puts the fragment into the form of its page.
    async fn run_callback(&mut self, page: Page) -> Page {
        match page.url.fragment() {
            Some(fragment)
                if !self.holds_fragments
                    && page.url.path().ends_with("/callback")
                    && page.status == StatusCode::OK =>
            {
                let (_, form) = page.body.split_once("<form id=\"answer\"").unwrap();
                let to = page.url.join(&attribute(form, "action").unwrap()).unwrap();
                Box::pin(self.travel(Method::POST, to, Some(fragment.to_owned()))).await
            }
            _ => page,
        }
    }

    async fn send(
        &mut self,
        method: &Method,
        url: &Url,
        body: Option<String>,
    ) -> (StatusCode, Option<String>, String) {
        let path =
            url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let origin = self.base.origin().ascii_serialization();
        let mut request = Request::builder()
            .method(method.clone())
            .uri_str(path)
            .header(header::HOST, self.base.authority())
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, self.cookies());
        if *method == Method::POST {
            request = request
                .header(header::ORIGIN, origin)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let response = self.endpoint.get_response(request.body(body.unwrap_or_default())).await;
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if cookie.to_str().unwrap().contains("Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = response.headers().get(header::LOCATION).map(|it| it.to_str().unwrap().to_owned());
        let status = response.status();
        let text = response.into_body().into_string().await.unwrap();
        (status, location, text)
    }
}

struct Form {
    method: String,
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    /// The form that holds a button (or link) whose text begins with `label`.
    fn with_button(html: &str, label: &str) -> Option<Self> {
        html.split("<form").skip(1).find_map(|form| {
            let (form, _) = form.split_once("</form>")?;
            let (opening, inside) = form.split_once('>')?;
            let button = inside.split("<button").skip(1).find_map(|button| {
                let (opening, text) = button.split_once('>')?;
                let text = text.split("</button>").next()?;
                plain(text).starts_with(label).then(|| opening.to_owned())
            })?;
            let hidden = inside.split("<input").skip(1).filter_map(|input| input.split_once('>'));
            let mut fields: Vec<_> = hidden
                // A choice is sent when it is made.
                .filter(|(input, _)| attribute(input, "value").is_some() && !input.contains("type=\"radio\""))
                .filter_map(|(input, _)| Some((attribute(input, "name")?, attribute(input, "value")?)))
                .collect();
            fields.extend(attribute(&button, "name").zip(attribute(&button, "value")));
            Some(Self {
                method: attribute(opening, "method").unwrap_or_else(|| "get".to_owned()).to_lowercase(),
                action: attribute(&button, "formaction")
                    .or_else(|| attribute(opening, "action"))
                    .unwrap_or_default(),
                fields,
            })
        })
    }
}

/// The text of a fragment of HTML, without tags and surplus space.
fn plain(html: &str) -> String {
    let text: String = html
        .split('<')
        .enumerate()
        .map(|(n, part)| if n == 0 { part } else { part.split_once('>').map_or("", |it| it.1) })
        .collect();
    unescape(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next().map(unescape)
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#38;", "&")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
