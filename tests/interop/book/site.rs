//! The book as a site.

use std::process::Command;

use vpgate_test_support::equipment;

/// Links between pages and to headings are checked on the way: one that leads nowhere is a failure.
#[test]
fn the_book_becomes_a_site_without_dead_links() {
    let root = vpgate_test_support::root();
    let python = equipment::python("site", &root.join(".ci/site/requirements.txt"));
    let Some(python) = equipment::found("the site of the book", python) else { return };
    let built = Command::new(root.join(".ci/site/build")).arg(python).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let site = root.join("target/site");
    for (page, says) in [
        ("index.html", "Your first device"),
        ("configuration-reference.html", "danger_any_loopback_redirect_uri"),
        ("rest-reference.html", "POST /v1/presentations"),
        ("glossary.html", "Glossary"),
    ] {
        let text = std::fs::read_to_string(site.join(page)).unwrap();
        assert!(text.contains(says), "{page} does not say {says:?}");
    }
}
