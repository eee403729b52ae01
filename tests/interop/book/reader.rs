//! A reader: a folder, a shell, terminals, and the browser of a person who has the demo wallet.
//!
//! Addresses of the book are replaced by free ones, so that pages can be read at the same time.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]
#![expect(clippy::disallowed_methods, reason = "real programs take real time")]

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use url::Url;
use vpgate_test_support::browser::Browser;
use vpgate_test_support::person::over_http;
use vpgate_test_support::service_process::free_address;

use super::page::Step;

/// What a shell prints when it is done: nothing that a page prints.
const DONE: &str = "--- the commands of this step are done";
const STARTING: Duration = Duration::from_secs(60);

pub struct Reader {
    folder: TempDir,
    shell: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    terminals: Vec<Child>,
    /// As the book has them, and as they are here.
    replaced: Vec<(&'static str, String)>,
    /// What the last commands printed.
    printed: String,
}

impl Reader {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(vpgate_test_support::program(), bin.join("vpgate")).unwrap();
        let mut shell = bash(folder.path());
        // What a command says of itself is read with what it prints.
        shell.args(["-c", "exec 2>&1; set -o pipefail; while read -r -d '' step; do eval \"$step\"; done"]);
        let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (shell.stdin.take().unwrap(), BufReader::new(shell.stdout.take().unwrap()));
        Self {
            folder,
            shell,
            input,
            output,
            terminals: Vec::new(),
            replaced: replacements(),
            printed: String::new(),
        }
    }

    /// Does what the step says, and fails when something else comes of it than the page says.
    pub async fn follow(&mut self, step: &Step) {
        match step {
            Step::Commands(commands) => self.run(commands),
            Step::Terminal(command) => self.open_terminal(command),
            Step::Save { name, content } => {
                fs::write(self.folder.path().join(name), self.here(content)).unwrap();
            }
            Step::Sees(text) => {
                let text = self.here(text);
                assert!(self.printed.contains(&text), "{text:?} was not printed:\n{}", self.printed);
            }
            Step::Person { button, variable } => self.present(button, variable).await,
            Step::Customer { address, reads } => self.buy(&self.here(address), reads).await,
            Step::Interrupt => {
                let mut terminal = self.terminals.pop().unwrap();
                end(&mut terminal);
            }
        }
    }

    fn run(&mut self, commands: &str) {
        let commands = self.here(commands);
        self.printed = self.evaluated(&commands);
        // Addresses in what was made are those of the book.
        self.replace_in(self.folder.path());
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.replace_in(&path);
            }
        }
    }

    /// What these print. Every command must be good.
    fn evaluated(&mut self, commands: &str) -> String {
        let step = format!("set -e\n{commands}\nset +e\necho '{DONE}'\0");
        self.input.write_all(step.as_bytes()).unwrap();
        self.input.flush().unwrap();
        let mut printed = String::new();
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).unwrap();
            assert!(read > 0, "a command failed:\n{commands}\n{printed}");
            // What was printed before may have had no end of line.
            if let Some(rest) = line.trim_end().strip_suffix(DONE) {
                printed.push_str(rest);
                return printed;
            }
            printed.push_str(&line);
        }
    }

    fn open_terminal(&mut self, command: &str) {
        let command = self.here(command);
        let log = self.folder.path().join(format!("terminal-{}.log", self.terminals.len()));
        let out = File::create(&log).unwrap();
        let mut terminal = bash(self.folder.path());
        terminal.args(["-c", &command]).stdin(Stdio::null()).stdout(out.try_clone().unwrap()).stderr(out);
        let mut terminal = terminal.process_group(0).spawn().unwrap();
        let deadline = Instant::now() + STARTING;
        loop {
            let said = fs::read_to_string(&log).unwrap();
            if said.contains("listening on http") {
                break;
            }
            let ended = terminal.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "it does not listen:\n{command}\n{said}");
            std::thread::sleep(Duration::from_millis(50));
        }
        self.terminals.push(terminal);
    }

    /// Opens the address, goes on to the wallet, presses the button there, and follows where that leads. What the last
    /// address says is in variables of the shell.
    async fn present(&mut self, button: &str, variable: &str) {
        let address = self.evaluated(&format!("printf %s \"${variable}\""));
        let last = through_the_wallet(&address, button).await;
        for (name, value) in last.query_pairs() {
            let plain = name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
            if plain && !value.contains('\'') {
                self.evaluated(&format!("{name}='{value}'"));
            }
        }
    }

    async fn buy(&self, address: &str, reads: &str) {
        let shop_url: Url = address.parse().unwrap();
        let network = over_http(shop_url.clone());
        let mut browser = Browser::new(&network, shop_url.clone());
        let shelf = browser.open(address).await;
        let service = browser.press(&shelf, "Buy").await;
        let last = through_the_wallet(service.url.as_str(), "Share").await;
        let page = browser.open(last.as_str()).await;
        assert!(page.body.contains(reads), "{reads:?} is not on {}:\n{}", page.url, page.body);
    }

    fn here(&self, text: &str) -> String {
        self.replaced.iter().fold(text.to_owned(), |text, (known, here)| text.replace(known, here))
    }

    fn replace_in(&self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|it| it == "toml") {
                let text = fs::read_to_string(&path).unwrap();
                fs::write(&path, self.here(&text)).unwrap();
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.terminals.iter_mut().for_each(end);
        drop(self.shell.kill());
        drop(self.shell.wait());
    }
}

/// The whole group, for a shell that started something.
fn end(terminal: &mut Child) {
    drop(Command::new("kill").args(["-TERM", "--", &format!("-{}", terminal.id())]).status());
    drop(terminal.wait());
}

fn bash(folder: &Path) -> Command {
    let mut shell = Command::new("bash");
    let path = std::env::var("PATH").unwrap();
    shell.current_dir(folder).env("PATH", format!("{}:{path}", folder.join("bin").display()));
    shell.env("HOME", folder).env_remove("VPGATE_LOG").env_remove("VPGATE_CONFIG");
    shell
}

/// One after the other.
fn replacements() -> Vec<(&'static str, String)> {
    let [service, demo, shop] = [(); 3].map(|()| free_address());
    let shop_port = shop.rsplit_once(':').unwrap().1.to_owned();
    vec![
        ("cargo run -- sandbox", "vpgate sandbox".to_owned()),
        ("vpgate sandbox", format!("vpgate sandbox --listen {service}")),
        ("vpgate demo", format!("vpgate demo --listen {demo}")),
        ("127.0.0.1:8080", service),
        ("127.0.0.1:8081", demo),
        ("localhost:3000", format!("localhost:{shop_port}")),
        ("listen(3000", format!("listen({shop_port}")),
        ("\"localhost\", 3000", format!("\"localhost\", {shop_port}")),
    ]
}

/// From an address of the service to the button of the wallet, wherever that is, and back. Where the browser is in the end.
async fn through_the_wallet(address: &str, button: &str) -> Url {
    let start: Url = address.parse().unwrap_or_else(|why| panic!("{address:?}: {why}"));
    let base = start.join("/").unwrap();
    let network = over_http(base.clone());
    let mut browser = Browser::new(&network, base.clone());
    let mut page = browser.open(address).await;
    if page.url.origin() == base.origin() && !page.body.contains(">Share<") {
        page = browser.press(&page, "Continue").await;
    }
    if page.url.origin() == base.origin() {
        return browser.press(&page, button).await.url;
    }
    // The wallet is another program: its pages are fetched from there, and what it says is brought back.
    let wallet = page.url.join("/").unwrap();
    let network = over_http(wallet.clone());
    let mut abroad = Browser::new(&network, wallet);
    let consent = abroad.open(page.url.as_str()).await;
    let back = abroad.press(&consent, button).await.url;
    match back.fragment() {
        Some(fragment) => browser.bring_fragment(fragment).await.url,
        None => browser.open(back.as_str()).await.url,
    }
}
