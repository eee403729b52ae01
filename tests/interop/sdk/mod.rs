//! The SDKs (`sdk`): made from the document of this version, held to their types, tried by their own tests; and the
//! applications of `examples` that use them, each selling wine to a person with the demo wallet.
//!
//! Needs node 20 or newer, npm and python3 with venv (`apt-get install nodejs npm python3-venv`). Where one is missing
//! the test says SKIP and why; `VPGATE_REQUIRE_CLIENTS=1` makes that a failure.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod application;

use std::path::{Path, PathBuf};
use std::process::Command;

use application::Application;
use vpgate_test_support::equipment;

use crate::openapi::{run_in, service};

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_for_typescript_and_a_shop_on_express() {
    let (sdk, example) = (at("sdk/typescript"), at("examples/express"));
    let tools = equipment::node(&sdk).and_then(|_| equipment::node(&example));
    let Some(node) = equipment::found("sdk, TypeScript", tools) else { return };
    run_in(&sdk, Command::new("npm").args(["run", "--silent", "build"]));
    run_in(&sdk, Command::new("npm").args(["run", "--silent", "test"]));
    let service = service::start();
    let mut app = Command::new(node);
    app.arg("app.mjs").current_dir(example);
    Application::start(&mut app, &service).sells_to_a_person_who_shares_and_to_nobody_else().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_for_python_and_a_shop_on_fastapi() {
    let (sdk, example) = (at("sdk/python"), at("examples/fastapi"));
    let python = equipment::python("sdk", &at("tests/interop/sdk/requirements.txt"));
    let Some(python) = equipment::found("sdk, Python", python) else { return };
    run_in(&sdk, Command::new("sh").arg("generate").env("PYTHON", &python));
    run_in(&sdk, Command::new(&python).args(["-m", "mypy", "--no-incremental", "vpgate", "tests"]));
    let quiet = [("PYTHONDONTWRITEBYTECODE", "1"), ("PYTHONPATH", sdk.to_str().unwrap())];
    run_in(&sdk, Command::new(&python).args(["-m", "unittest", "discover", "tests"]).envs(quiet));
    let service = service::start();
    let mut app = Command::new(&python);
    app.args(["-m", "uvicorn", "--log-level", "warning", "app:app"]).current_dir(example).envs(quiet);
    Application::start(&mut app, &service).sells_to_a_person_who_shares_and_to_nobody_else().await;
}

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
