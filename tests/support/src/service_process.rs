//! A `vpgate` process of one's own: started, listened to, sent signals, and gone when it is dropped.
//!
//! ```text
//! Start::sandbox().in_folder(path).start()          the sandbox, with its data in `path`
//! Start::serve(text).in_folder(path).start()        the service, with `text` as its vpgate.toml
//! ```
//! In `text`, `{ADDRESS}` stands for an address on loopback that was free a moment ago.

#![expect(
    clippy::disallowed_methods,
    reason = "a real process takes real time, and is reached over a real network"
)]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use reqwest::{Client, Url};
use tempfile::TempDir;

/// Longer than any start takes, on a machine that does much else.
const STARTING: Duration = Duration::from_secs(60);

/// A configuration that starts: a device client `tv`, one wallet, one scope, everything on loopback, the
/// database and the keys in files. More tables can be appended to it.
pub const PLAIN: &str = include_str!("plain.toml");

/// How a process is started.
pub struct Start {
    arguments: Vec<String>,
    config: Option<String>,
    folder: Option<PathBuf>,
    environment: Vec<(String, String)>,
    /// Run this shell line instead, in which `$VPGATE` is the program and `"$@"` are the arguments.
    shell: Option<String>,
    /// Nobody reads its log.
    unread: bool,
}

impl Start {
    /// `vpgate sandbox` at a free port.
    pub fn sandbox() -> Self {
        Self::of(&["sandbox", "--listen", "127.0.0.1:0"], None)
    }

    /// `vpgate sandbox` at this address, with more arguments.
    pub fn sandbox_at(address: &str, more: &[&str]) -> Self {
        Self::of(&[&["sandbox", "--listen", address], more].concat(), None)
    }

    /// `vpgate demo` at a free port, for the service at this address.
    pub fn demo(service: &str) -> Self {
        Self::of(&["demo", "--listen", "127.0.0.1:0", "--service", service], None)
    }

    /// `vpgate serve` with `config` as its file.
    pub fn serve(config: &str) -> Self {
        Self::of(&["serve", "--config", "vpgate.toml"], Some(config.to_owned()))
    }

    fn of(arguments: &[&str], config: Option<String>) -> Self {
        Self {
            arguments: arguments.iter().map(|it| (*it).to_owned()).collect(),
            config,
            folder: None,
            environment: Vec::new(),
            shell: None,
            unread: false,
        }
    }

    /// Data and configuration are in `folder`, and stay there. Otherwise they are in a folder of the service's own.
    pub fn in_folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// With this variable in its environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// By `/bin/sh`: limits, redirections. `exec "$VPGATE" "$@"` at its end keeps the process the same.
    pub fn by_shell(mut self, line: &str) -> Self {
        self.shell = Some(line.to_owned());
        self
    }

    /// The log goes into a pipe that nobody reads: [`Service::stderr`].
    pub fn with_unread_log(mut self) -> Self {
        self.unread = true;
        self
    }

    /// Starts it and waits until it listens.
    pub fn start(self) -> Service {
        self.spawn().unwrap_or_else(|(ended, log)| panic!("it did not start: {ended}\n{log}"))
    }

    /// Starts it; how it ended and what it logged when it never came to listen.
    pub fn spawn(self) -> Result<Service, (ExitStatus, String)> {
        let mut service = self.unheard();
        match service.wait_until_it_listens() {
            Ok(()) => Ok(service),
            Err(ended) => {
                service.keeper.take().into_iter().for_each(|keeper| keeper.join().unwrap());
                Err((ended, service.log()))
            }
        }
    }

    /// Starts it, and waits for nothing.
    pub fn unheard(mut self) -> Service {
        let own = self.folder.is_none().then(|| tempfile::tempdir().unwrap());
        let folder = self.folder.take().unwrap_or_else(|| own.as_ref().unwrap().path().to_owned());
        match &self.config {
            Some(config) => {
                let config = config.replace("{ADDRESS}", &free_address());
                std::fs::write(folder.join("vpgate.toml"), config).unwrap();
            }
            None if self.arguments[0] == "sandbox" => {
                self.arguments.extend(["--data".to_owned(), folder.display().to_string()]);
            }
            None => {}
        }
        let program = crate::program();
        let mut command = Command::new(if self.shell.is_some() { Path::new("/bin/sh") } else { &program });
        if let Some(line) = &self.shell {
            command.args(["-c", line, "sh"]).env("VPGATE", &program);
        }
        command.args(&self.arguments).current_dir(&folder).envs(self.environment);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = read_lines(process.stdout.take().unwrap());
        let log = Arc::new(Mutex::new(String::new()));
        let stderr = if self.unread { process.stderr.take() } else { None };
        let keeper = process.stderr.take().map(|stderr| keep(stderr, Arc::clone(&log)));
        let greeting = String::new();
        Service {
            process,
            greeting,
            base: None,
            operations: None,
            said,
            log,
            keeper,
            stderr,
            folder,
            _own: own,
        }
    }
}

/// A running process.
pub struct Service {
    /// The process itself.
    pub process: Child,
    greeting: String,
    base: Option<Url>,
    operations: Option<Url>,
    said: Receiver<String>,
    log: Arc<Mutex<String>>,
    keeper: Option<JoinHandle<()>>,
    /// The other end of its log, where nobody reads it.
    pub stderr: Option<ChildStderr>,
    /// Where its database and keys are.
    pub folder: PathBuf,
    _own: Option<TempDir>,
}

impl Service {
    fn wait_until_it_listens(&mut self) -> Result<(), ExitStatus> {
        let deadline = Instant::now() + STARTING;
        loop {
            match self.said.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(address) = line.trim().strip_prefix("operations endpoints on ") {
                        self.operations = Some(address.parse().unwrap());
                    }
                    if let Some(address) = line.trim().strip_prefix("listening on ") {
                        self.base = Some(address.parse().unwrap());
                        return Ok(());
                    }
                    self.greeting.push_str(&line);
                    self.greeting.push('\n');
                }
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("it never said where it listens"),
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(self.ended()),
            }
        }
    }

    /// What it printed before it said where it listens.
    pub fn greeting(&self) -> &str {
        &self.greeting
    }

    /// An address of it: `service.at("/token")`.
    pub fn at(&self, path: &str) -> Url {
        self.base.as_ref().unwrap().join(path).unwrap()
    }

    /// An address on the listener for operators.
    pub fn operations_at(&self, path: &str) -> Url {
        self.operations.as_ref().unwrap().join(path).unwrap()
    }

    /// Host and port.
    pub fn address(&self) -> String {
        let base = self.base.as_ref().unwrap();
        format!("{}:{}", base.host_str().unwrap(), base.port().unwrap())
    }

    /// Sends a signal by its name: `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.process.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end, not for ever.
    pub fn ended(&mut self) -> ExitStatus {
        self.ended_within(STARTING)
    }

    /// Waits for the end, not longer than `patience`.
    pub fn ended_within(&mut self, patience: Duration) -> ExitStatus {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(ended) = self.process.try_wait().unwrap() {
                return ended;
            }
            assert!(Instant::now() < deadline, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it printed after the line that says where it listens.
    pub fn printed(&self) -> Vec<String> {
        let first = self.said.recv_timeout(STARTING);
        let more = std::iter::from_fn(|| self.said.recv_timeout(Duration::from_millis(300)).ok());
        first.into_iter().chain(more).collect()
    }

    /// What it logged until now.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until its log says `text`, not for ever.
    pub fn wait_for_log(&self, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.log().contains(text) {
            assert!(Instant::now() < deadline, "the log never said {text:?}:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Reads on when nobody asks, so that the process never waits for us.
fn read_lines(out: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            // Nobody may be interested any more.
            drop(tell.send(line));
        }
    });
    told
}

fn keep(log: ChildStderr, kept: Arc<Mutex<String>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            let mut kept = kept.lock().unwrap();
            kept.push_str(&line);
            kept.push('\n');
        }
    })
}

/// An address on loopback that is free now.
pub fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// A client that follows no proxy of the machine.
pub fn client() -> Client {
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}
