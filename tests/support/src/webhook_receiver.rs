//! A receiver of webhooks: a real server on loopback that keeps what comes, and answers as it is told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poem::http::HeaderMap;
use ring::hmac;
use serde_json::Value;

/// How it answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// By this status.
    Status(u16),
    /// By this status, with a line of header.
    With(u16, String),
    /// By 200, with a body of so many bytes.
    Long(usize),
    /// Not before it is released.
    Hang,
}

/// A message that came.
#[derive(Clone, Debug)]
pub struct Message {
    /// `webhook-id`
    pub id: String,
    /// `webhook-timestamp`
    pub timestamp: i64,
    /// `webhook-signature`
    pub signature: String,
    /// The bytes that were signed.
    pub body: String,
}

impl Message {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether one of its signatures is that of a shared secret, as the specification has it.
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let signed = format!("{}.{}.{}", self.id, self.timestamp, self.body);
        let expected = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
        self.signature.split(' ').any(|one| one == format!("v1,{}", STANDARD.encode(expected)))
    }

    /// Whether the crate `standardwebhooks` takes it, now.
    pub fn is_taken_by_library(&self, secret: &str) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("webhook-id", self.id.clone()),
            ("webhook-timestamp", self.timestamp.to_string()),
            ("webhook-signature", self.signature.clone()),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        let library = standardwebhooks::Webhook::new(secret).unwrap();
        library.verify(self.body.as_bytes(), &headers).is_ok()
    }
}

#[derive(Default)]
struct State {
    came: Vec<Message>,
    released: bool,
}

/// It listens until the test ends.
pub struct WebhookReceiver {
    pub url: String,
    reply: Arc<Mutex<Reply>>,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl WebhookReceiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let reply = Arc::new(Mutex::new(Reply::Status(204)));
        let state: Arc<(Mutex<State>, Condvar)> = Arc::default();
        let (replies, kept) = (Arc::clone(&reply), Arc::clone(&state));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (replies, kept) = (Arc::clone(&replies), Arc::clone(&kept));
                std::thread::spawn(move || serve(stream.unwrap(), &replies, &kept));
            }
        });
        Self { url, reply, state }
    }

    /// From now on it answers so.
    pub fn answers(&self, reply: Reply) {
        *self.reply.lock().unwrap() = reply;
    }

    /// What came since it was last asked.
    pub fn take(&self) -> Vec<Message> {
        std::mem::take(&mut self.state.0.lock().unwrap().came)
    }

    /// Waits until so many have come, and takes them.
    pub fn wait_for(&self, number: usize) -> Vec<Message> {
        let (state, changed) = &*self.state;
        let mut state = changed.wait_while(state.lock().unwrap(), |state| state.came.len() < number).unwrap();
        std::mem::take(&mut state.came)
    }

    /// Answers those that hang, and all that come.
    pub fn release(&self) {
        self.state.0.lock().unwrap().released = true;
        self.state.1.notify_all();
    }
}

impl Drop for WebhookReceiver {
    fn drop(&mut self) {
        self.release();
    }
}

fn serve(mut stream: TcpStream, reply: &Mutex<Reply>, state: &(Mutex<State>, Condvar)) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(message) = read(&mut reader) {
        state.0.lock().unwrap().came.push(message);
        state.1.notify_all();
        let reply = reply.lock().unwrap().clone();
        let (status, header, body) = match reply {
            Reply::Status(status) => (status, String::new(), 0),
            Reply::With(status, header) => (status, format!("{header}\r\n"), 0),
            Reply::Long(bytes) => (200, String::new(), bytes),
            Reply::Hang => {
                drop(state.1.wait_while(state.0.lock().unwrap(), |state| !state.released).unwrap());
                (204, String::new(), 0)
            }
        };
        let head = format!("HTTP/1.1 {status} X\r\n{header}Content-Length: {body}\r\n\r\n");
        // Whoever has heard enough may be gone.
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&vec![b' '; body])).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Message> {
    let mut first = String::new();
    if reader.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
            None => break,
        }
    }
    let header = |wanted: &str| {
        headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Message {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp").parse().unwrap_or_default(),
        signature: header("webhook-signature"),
        body: String::from_utf8(body).unwrap(),
    })
}

/// A shared secret, for tests.
pub fn secret(byte: u8) -> String {
    format!("whsec_{}", STANDARD.encode([byte; 32]))
}

/// A file of this content that nobody else can read.
pub fn private_file(folder: &Path, name: &str, content: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}
