//! The stories as a person lives them: Chromium clicks through `vpgate sandbox`.
//!
//! Needs node 20 or newer, npm and Chromium (`apt-get install nodejs npm chromium`, or `CHROMIUM=/path`).
//! Where one is missing the test says SKIP and why; `VPGATE_REQUIRE_BROWSER=1` makes that a failure.
//! Screenshots of every step are in `test-output/`.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use vpgate::config::secrets::hash_text;
use vpgate_core::base::secret::Secret;
use vpgate_test_support::equipment;
use vpgate_test_support::service_process::Start;

/// Found, or installed, once for all tests.
static EQUIPMENT: OnceLock<Result<PathBuf, String>> = OnceLock::new();

#[test]
fn the_stories_by_clicking() {
    tell("story.mjs", "browser", None);
}

/// Four sizes, light, dark and Arabic; axe finds nothing. The pictures are in `test-output/states`.
#[test]
fn every_state_of_the_pages_in_four_sizes_light_dark_and_arabic() {
    let hash = hash_text(Secret::received("shop-secret").digest());
    let pages = include_str!("pages.toml").replace("{SECRET}", &hash);
    tell("states.mjs", "states", Some(&pages));
}

/// The API is a stub, which says so; everything else is real.
#[test]
fn req_2_50_req_2_54_the_browser_s_digital_credentials_api_stubbed() {
    tell("api.mjs", "api", None);
}

/// What the token is (REQ-12.14), what an answer may lack (REQ-10.63), and everything else that a page
/// may expect of `/vpgate.js`. `VPGATE_STORY=desktop` tells some of it; `UPDATE_WIDGET=1` makes the file
/// that is served from its sources.
#[test]
fn req_10_63_and_12_14_the_widget_in_pages_of_another_origin() {
    tell("widget.mjs", "widget", None);
}

/// Against the sandbox, and where a story needs another service, against one with this configuration.
fn tell(script: &str, pictures: &str, config: Option<&str>) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let chromium = match EQUIPMENT.get_or_init(|| needed(&here)) {
        Ok(chromium) => chromium,
        Err(missing) => {
            assert!(std::env::var_os("VPGATE_REQUIRE_BROWSER").is_none_or(|it| it != "1"), "{missing}");
            // Past the capture of the test harness: a skipped test must not look like one that ran.
            let skipped = format!("SKIP browser, {script}: {missing}\n");
            std::io::stderr().write_all(skipped.as_bytes()).unwrap();
            return;
        }
    };
    let sandbox = Start::sandbox().start();
    let other = config.map(|config| Start::serve(config).start());
    let output = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-output").join(pictures);
    // Pictures of an earlier run would tell an old story; the first run has none.
    let _none_yet = std::fs::remove_dir_all(&output);
    std::fs::create_dir_all(&output).unwrap();
    let story = Command::new("node")
        .arg(here.join(script))
        .arg(format!("http://{}", sandbox.address()))
        .arg(&output)
        .args(other.iter().map(|service| format!("http://{}", service.address())))
        .env("CHROMIUM", chromium)
        .status()
        .unwrap();
    assert!(story.success(), "the browser tells what it missed above; see {}", output.display());
}

/// The path of Chromium, when everything is there.
fn needed(here: &Path) -> Result<PathBuf, String> {
    let chromium =
        std::env::var_os("CHROMIUM").map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from);
    if !chromium.exists() {
        let path = chromium.display();
        return Err(format!("no Chromium at {path}; apt-get install chromium, or set CHROMIUM"));
    }
    equipment::node(here)?;
    Ok(chromium)
}
