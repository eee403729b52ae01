//! The laws are held to faults that are planted, each where somebody once got through or might.

use super::faults::faults;
use super::graph::{circle, graph};
use super::shape::{long_functions, type_names};
use super::source::Source;

fn told(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<Source> = files.iter().map(|(place, text)| Source::new(place, text)).collect();
    faults(&files)
}

fn circle_of(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<Source> = files.iter().map(|(place, text)| Source::new(place, text)).collect();
    circle(&graph(&files))
}

#[track_caller]
fn caught(place: &str, code: &str, expected: &str) {
    let found = told(&[(place, code)]);
    assert!(found.iter().any(|fault| fault.contains(expected)), "{place}: {code}: {found:?}");
}

#[track_caller]
fn let_through(place: &str, code: &str) {
    let found = told(&[(place, code)]);
    assert!(found.is_empty(), "{place}: {code}: {found:?}");
}

#[test]
fn a_room_imports_one_that_is_not_below_it() {
    caught("flow/sweep", "use crate::store::sqlite;", "imports store");
    caught("core/base/id", "use crate::jose::alg;", "imports core::jose");
    caught("core/base/id", "use super::super::jose::alg;", "imports core::jose");
    caught("core/base/id", "fn f() { crate::jose::alg::x() }", "imports core::jose");
    caught("core/jose/jws", "use crate::sdjwt::parse;", "imports core::sdjwt");
    caught("flow/sweep", "use vpgate_core::change;\nuse crate::config;", "imports config");
    caught("http/limits", "use crate::store::{row, sqlite};", "imports store");
    caught("sandbox/shop", "use vpgate_core::{base::id, openid4vp};", "imports core::openid4vp");
    caught("sandbox/shop", "use crate::flow::context::Context;", "imports flow");
}

#[test]
fn a_room_is_reached_through_the_exports_of_another() {
    let found = told(&[
        ("flow/mod", "pub use crate::app::parts::Store;"),
        ("app/parts", "pub struct Store;"),
        ("http/limits", "use crate::flow::Store;"),
    ]);
    assert!(found.iter().any(|it| it.starts_with("http/limits: imports app")), "{found:?}");
    caught("http/limits", "use crate as house;\nfn f() { house::store::open() }", "imports store");
}

#[test]
fn a_crate_is_used_away_from_its_home() {
    caught("http/limits", "use reqwest::Client;", "reqwest lives elsewhere");
    caught("core/base/id", "fn f() { tokio::spawn(x) }", "tokio lives elsewhere");
    caught("core/base/id", "fn f() { let x = ::time::now(); }", "time lives elsewhere");
}

#[test]
fn a_crate_is_used_under_another_name() {
    caught("http/limits", "use reqwest as r;\nfn f() { r::get() }", "reqwest lives elsewhere");
    caught("http/limits", "use reqwest;", "reqwest lives elsewhere");
    caught("http/limits", "use {reqwest as r, url::Url};\nfn f() { r::get() }", "reqwest lives elsewhere");
    caught("http/limits", "extern crate reqwest;", "reqwest lives elsewhere");
    caught("http/limits", "extern crate reqwest as r;\nfn f() { r::get() }", "reqwest lives elsewhere");
}

#[test]
fn the_rules_read_a_file() {
    caught("core/base/id", "fn f() { std::fs::read(x); }", "not pure: std::fs::read");
    caught("core/base/id", "use std::{fs, fmt};", "not pure: std::fs");
    caught("core/base/id", "use std as s;\nfn f() { s::fs::read(x) }", "not pure: std::fs::read");
}

#[test]
fn the_rules_start_a_thread_with_a_socket() {
    caught("core/base/id", "fn f() { std::thread::spawn(|| x); }", "not pure: std::thread");
    caught("core/base/id", "use std::net::TcpStream;", "not pure: std::net::TcpStream");
}

#[test]
fn the_rules_wait() {
    caught("core/base/id", "async fn f() {}", "not pure: async");
    caught("core/base/id", "fn f() -> impl Future { async move { 1 } }", "not pure: async");
}

#[test]
fn the_rules_keep_something() {
    caught("core/base/id", "static KEPT: std::sync::Mutex<u8> = x;", "not pure: std::sync::Mutex");
    caught("core/base/id", "use std::sync::{Arc, OnceLock};", "not pure: std::sync::OnceLock");
    caught("core/base/id", "thread_local! { static KEPT: u8 = 1 }", "not pure: thread_local!");
}

#[test]
fn a_state_is_restored_elsewhere() {
    caught("flow/sweep", "use vpgate_core::x::Pace;\nfn f() { Pace::restore(a, b) }", "restores");
    caught(
        "http/limits",
        "use vpgate_core::x::presentation;\nfn f() { presentation::restore::begun(a) }",
        "restores",
    );
}

#[test]
fn a_state_is_restored_under_another_name() {
    let alias = "use vpgate_core::oauth::device_grant::restore as r;\nfn f() { r::denied(a) }";
    caught("http/limits", alias, "restores");
    let value = "use vpgate_core::oauth::polling::Pace;\nfn f() { a.map(Pace::restore) }";
    caught("flow/sweep", value, "restores");
}

#[test]
fn siblings_import_each_other() {
    let (a, b, c) = (
        ("flow/a", "use super::b::B;"),
        ("flow/b", "use crate::flow::c;"),
        ("flow/c", "use super::a::{A, D};"),
    );
    assert_eq!(circle_of(&[a, b]), Vec::<String>::new());
    assert_eq!(circle_of(&[a, b, c]), ["flow/a", "flow/b", "flow/c", "flow/a"]);
}

#[test]
fn siblings_import_each_other_through_their_folder() {
    let folder = ("flow/mod", "mod a;\nmod b;\npub use self::b::B;\npub use a::*;");
    let (a, b) =
        (("flow/a", "use super::B;\npub struct A;"), ("flow/b", "use crate::flow::A;\npub struct B;"));
    assert_eq!(circle_of(&[folder, a, b]), ["flow/a", "flow/b", "flow/a"]);
    assert_eq!(circle_of(&[folder, a, ("flow/b", "pub struct B;")]), Vec::<String>::new());
}

#[test]
fn siblings_call_each_other() {
    let a = ("flow/a", "use super::b;\npub fn begin() { b::end() }");
    let b = ("flow/b", "pub fn end() { super::a::begin() }");
    assert_eq!(circle_of(&[a, b]), ["flow/a", "flow/b", "flow/a"]);
    let imported = ("flow/b", "use crate::flow::a::begin;\npub fn end() { begin() }");
    assert_eq!(circle_of(&[a, imported]), ["flow/a", "flow/b", "flow/a"]);
}

/// Neither names the other: what both name is the type that their methods hang on.
#[test]
fn siblings_call_each_other_through_a_value() {
    let value = ("flow/mod", "mod a;\nmod b;\npub struct Service;");
    let a = (
        "flow/a",
        "use super::Service;\nimpl Service {\n    pub fn begin(&self) {\n        self.end()\n    }\n}",
    );
    let b = (
        "flow/b",
        "use super::Service;\nimpl Service {\n    pub fn end(&self) {\n        self.begin();\n    }\n}",
    );
    assert_eq!(circle_of(&[value, ("flow/a", "\n"), b]), Vec::<String>::new());
    let (a, b) = ((a.0, format!("\n{}\n", a.1)), (b.0, format!("\n{}\n", b.1)));
    assert_eq!(circle_of(&[value, (a.0, &a.1), (b.0, &b.1)]), ["flow/a", "flow/b", "flow/a"]);
}

#[test]
fn an_endpoint_writes() {
    caught("http/oauth/mod", "fn f() { vpgate.store.commit(change) }", "reaches for the store");
    caught("http/oauth/mod", "fn f() { vpgate\n  .store\n  .commit(change) }", "writes by itself");
    caught("http/oauth/mod", "fn f() { let store = port(); store.commit(change) }", "writes by itself");
}

#[test]
fn an_endpoint_asks_what_time_it_is_or_what_the_operator_decided() {
    caught("http/oauth/mod", "fn f() { vpgate.clock.now() }", "reaches for the clock");
    caught("http/oauth/mod", "fn f() { &vpgate.policy.clients }", "reaches for the policy");
}

#[test]
fn a_fault_stands_below_the_tests() {
    let tests =
        "#[cfg(test)]\nmod tests {\n    use crate::store::x;\n    fn f() { let brace = '}'; \"}\" }\n}\n";
    let_through("http/limits", tests);
    caught("http/limits", &format!("{tests}use crate::store::x;"), "imports store");
    caught(
        "http/limits",
        &format!("#[cfg(test)]\nuse crate::flow::{{a, b}};\n{tests}use crate::store::x;"),
        "imports store",
    );
}

#[test]
fn a_lint_is_allowed() {
    caught("http/limits", "#[allow(dead_code)]", "allow");
}

#[test]
fn what_is_right_is_let_through() {
    let_through("core/trust/did", "use crate::jose::jwk;\nuse super::hint::Hint;");
    let_through("core/base/time", "use std::time::Duration;\nuse super::secret;");
    let_through(
        "http/limits",
        "use crate::flow::context::Context;\nuse vpgate_core::change; // crate::store is not for us",
    );
    let_through("http/limits", "fn f() -> &'static str { \"use crate::store; .commit(\" }");
    let_through("store/row", "fn f() { presentation::restore::begun(a) }");
    let_through("app", "use crate::store::sqlite;\nuse crate::http;");
    let_through(
        "http/limits",
        "/* use crate::store::x; */ fn f<'a>(x: &'a str, c: char) { c == '\\'' || c == '\"' }",
    );
}

#[test]
fn a_long_function_and_a_name_for_two_things_are_found() {
    let lines = |count: usize| format!("fn long(\n    x: [u8; 3],\n) {{\n{}}}\n", "    x();\n".repeat(count));
    let found = |count| long_functions(&Source::new("flow/a", &lines(count)), 60);
    assert_eq!(found(56), []);
    assert_eq!(found(57), [("flow/a::long".to_owned(), 61)]);
    let files = [
        Source::new("flow/a", "pub struct Grant;\nimpl X for Y {\n    type Error = A;\n}"),
        Source::new("flow/b", "pub(crate) enum Grant {}\nimpl X for Z {\n    type Error = A;\n}"),
    ];
    let names = type_names(&files);
    assert_eq!(names["Grant"], ["flow/a", "flow/b"]);
    assert_eq!(names.len(), 1);
}
