//! What is deployed beside the program names metrics that exist, and the book describes each of them.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use vpgate::metrics::{self, Metrics};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Words that begin like a metric of ours.
fn named(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("vpgate_") || word.starts_with("process_")).collect()
}

/// The names under which the samples of a metric are published.
fn exists(word: &str, names: &[&str]) -> bool {
    let parts = ["", "_bucket", "_sum", "_count"];
    parts.iter().any(|part| word.strip_suffix(part).is_some_and(|name| names.contains(&name)))
}

#[test]
fn every_metric_of_the_dashboard_and_the_alerts_exists() {
    let metrics = Metrics::default();
    let names = metrics.names();
    for path in ["deploy/grafana/vpgate.json", "deploy/alerts/vpgate.yaml"] {
        let text = read(path);
        let named = named(&text);
        assert!(named.len() > 5, "{path} names only {named:?}");
        let unknown: Vec<_> = named.iter().filter(|word| !exists(word, &names)).collect();
        assert!(unknown.is_empty(), "{path} names {unknown:?}, which nobody counts");
    }
    assert!(!exists("vpgate_gone_total", &names) && !exists("vpgate_http_requests", &names));
}

#[test]
fn every_label_of_the_dashboard_and_the_alerts_is_one_of_its_metric() {
    let description = metrics::description();
    for path in ["deploy/grafana/vpgate.json", "deploy/alerts/vpgate.yaml"] {
        for (metric, selector) in selectors(&read(path).replace("\\\"", "\"")) {
            let base = ["_bucket", "_sum", "_count"].iter().find_map(|part| metric.strip_suffix(part));
            let row = format!("| `{}` |", base.unwrap_or(&metric));
            let row = description.lines().find(|line| line.starts_with(&row)).unwrap_or_default();
            let label = selector.split(['=', '!']).next().unwrap_or_default();
            let known = label == "job" || row.contains(&format!("`{label}`"));
            assert!(known, "{path}: {metric} has no label {label}");
        }
    }
}

/// Each `name{label...`.
fn selectors(text: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = text.split('{').collect();
    let pairs = parts.windows(2).filter_map(|pair| {
        let name = pair[0].rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
        let inside = pair[1].split('}').next()?;
        (name.starts_with("vpgate_") || name.starts_with("process_"))
            .then(|| (name.to_owned(), inside.to_owned()))
    });
    pairs.collect()
}

#[test]
fn the_dashboard_and_the_alerts_can_be_read() {
    let dashboard: serde_json::Value = serde_json::from_str(&read("deploy/grafana/vpgate.json")).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() > 10);
    let alerts: serde_yaml::Value = serde_yaml::from_str(&read("deploy/alerts/vpgate.yaml")).unwrap();
    for rule in alerts["groups"][0]["rules"].as_sequence().unwrap() {
        for key in ["alert", "expr", "labels", "annotations"] {
            assert!(!rule[key].is_null(), "{rule:?} has no {key}");
        }
    }
}

#[test]
fn the_book_describes_every_metric_as_the_program_does() {
    let page = read("docs/metrics.md");
    let description = metrics::description();
    assert!(page.contains(description.trim_end()), "docs/metrics.md is not what is counted:\n{description}");
}
