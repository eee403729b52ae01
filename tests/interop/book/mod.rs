//! The first pages of the book, as a reader goes through them: every command is run, every file is saved, and where a page
//! says that a person shares something, somebody does.
//!
//! A page tells its reader what to do; beside it, comments of HTML tell this test what a reader sees and does:
//!
//! ```text
//! <!-- says: TEXT -->               the commands before it printed this
//! <!-- a person: Share "$X" -->     opens the address in this variable and shares; what the address that the browser is
//!                                   sent to in the end says (`code`, `response_code`) is in variables of these names then
//! <!-- a customer: URL TEXT -->     opens this page, presses its button, shares, and reads this
//! <!-- Ctrl-C -->                   ends what runs in the terminal that was opened last
//! ```

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod page;
mod reader;
mod site;

use std::fs;

use vpgate_test_support::equipment;

use self::page::{Step, steps};
use self::reader::Reader;

/// Pages whose commands are run from the first to the last.
const PAGES: [&str; 6] = ["start", "device", "application", "wallets", "production", "backup"];

/// Commands that are not: the page, how they begin, and why.
const LEFT_OUT: [(&str, &str, &str); 18] = [
    (
        "container",
        "OPENSSL_NO_VENDOR=0 cargo build --release",
        "it builds for minutes; the script has a test of its own",
    ),
    ("container", "docker load", "it needs an engine and a registry"),
    ("container", "docker run", "it needs an engine; the image is run without one by a test of its own"),
    ("container", "openssl rand", "it needs an engine; the compose file has tests of its own"),
    (
        "systemd",
        "OPENSSL_NO_VENDOR=0 cargo build --release",
        "it builds for minutes; the package has a test of its own",
    ),
    ("systemd", "vpgate init --wallet proof", "it needs systemd as the first process"),
    ("systemd", "runuser", "it needs systemd as the first process"),
    (
        "systemd",
        "systemd-sysusers",
        "it needs systemd as the first process; its first line has a test of its own",
    ),
    ("systemd", "install -m 755", "it changes the machine that the tests run on"),
    ("kubernetes", "helm install", "it needs a cluster; the chart has tests of its own"),
    ("kubernetes", "vpgate keys list", "it needs a cluster"),
    ("start", "sudo apt-get install", "it changes the machine that the tests run on"),
    ("start", "adb reverse", "it needs a phone"),
    ("start", "cloudflared tunnel", "it needs the world"),
    ("start", "ADDRESS=192.168.1.20 caddy", "it needs a network; the file has a test of its own"),
    ("audit", "vpgate audit", "its page is not for the first hour; the command has a test of its own"),
    ("replicas", "vpgate storage copy", "it needs two databases; the command has tests of its own"),
    (
        "webhooks",
        "(umask 077",
        "its page is not for the first hour; messages are checked by other people's libraries",
    ),
];

#[tokio::test]
async fn five_minutes() {
    go_through("start").await;
}

#[tokio::test]
async fn your_first_device() {
    go_through("device").await;
}

#[tokio::test]
async fn your_first_web_application() {
    go_through("application").await;
}

#[tokio::test]
async fn your_wallet() {
    go_through("wallets").await;
}

#[tokio::test]
async fn before_production() {
    go_through("production").await;
}

#[tokio::test]
async fn backup_and_restore() {
    go_through("backup").await;
}

async fn go_through(page: &str) {
    let needed = [("jq", "jq"), ("curl", "curl"), ("node", "nodejs"), ("python3", "python3")];
    let what = format!("docs/{page}.md");
    if equipment::found(&what, equipment::programs(&needed)).is_none() {
        return;
    }
    let mut reader = Reader::new();
    let mut ran = 0;
    for step in steps(&text_of(page)) {
        let left_out = matches!(&step, Step::Commands(it) | Step::Terminal(it) if reason(page, it).is_some());
        if !left_out {
            reader.follow(&step).await;
            ran += 1;
        }
    }
    assert!(ran > 1, "{what} has nothing to run");
}

/// Why this is not run.
fn reason(page: &str, commands: &str) -> Option<&'static str> {
    let known = LEFT_OUT.iter().find(|(of, begins, _)| *of == page && commands.starts_with(begins));
    known.map(|(.., why)| *why)
}

fn text_of(page: &str) -> String {
    fs::read_to_string(vpgate_test_support::root().join(format!("docs/{page}.md"))).unwrap()
}

#[test]
fn every_command_of_the_book_is_run_or_left_out_for_a_reason() {
    let mut used = [false; LEFT_OUT.len()];
    for entry in fs::read_dir(vpgate_test_support::root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        let page = path.file_stem().unwrap().to_str().unwrap();
        for step in steps(&fs::read_to_string(&path).unwrap()) {
            let (Step::Commands(commands) | Step::Terminal(commands)) = step else { continue };
            let known =
                LEFT_OUT.iter().position(|(of, begins, _)| *of == page && commands.starts_with(begins));
            if let Some(known) = known {
                used[known] = true;
            }
            let runs = known.is_some() || PAGES.contains(&page);
            assert!(runs, "docs/{page}.md has commands that nobody runs:\n{commands}");
        }
    }
    for (used, (page, begins, _)) in used.into_iter().zip(LEFT_OUT) {
        assert!(used, "docs/{page}.md has no commands that begin with {begins:?}: take them off the list");
    }
}
