//! The alert rules, as Prometheus reads them: each fires where it should, and none in a service that is well.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use super::{at, said};
use vpgate_test_support::equipment::{found, programs};

#[test]
fn every_alert_fires_where_it_should_and_nowhere_else() {
    let Some(()) = found("alert rules", programs(&[("promtool", "prometheus")])) else { return };
    said(Command::new("promtool").args(["check", "rules"]).arg(at("deploy/alerts/vpgate.yaml")));
    said(Command::new("promtool").args(["test", "rules"]).arg(at("deploy/alerts/vpgate.test.yaml")));
}

#[test]
fn no_alert_is_left_untried() {
    let names = |path: &str, key: &str| -> Vec<String> {
        let text = fs::read_to_string(at(path)).unwrap();
        let after = text.split(key).skip(1);
        after.map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect()).collect()
    };
    let there = names("deploy/alerts/vpgate.yaml", "alert: ");
    let tried = names("deploy/alerts/vpgate.test.yaml", "alertname: ");
    assert!(there.len() > 5);
    for alert in there.iter().collect::<BTreeSet<_>>() {
        assert_eq!(tried.iter().filter(|it| it == &alert).count(), 2, "{alert}: once silent, once not");
    }
}
