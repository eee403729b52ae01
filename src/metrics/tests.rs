//! What Prometheus reads.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;

fn lines(metrics: &Metrics, now: i64, of: &str) -> Vec<String> {
    let text = metrics.exposition(now);
    text.lines().filter(|line| line.contains(of)).map(str::to_owned).collect()
}

#[test]
fn counters_and_gauges_are_told_with_their_labels() {
    let metrics = Metrics::default();
    metrics.fetches.add(["jwks", "issuer.example", "ok"]);
    metrics.fetches.add_many(["jwks", "a\"b\\c\nd", "ok"], 2);
    metrics.list_next_update.set(["https://issuer.example"], 1_800_000_060.0);
    assert_eq!(
        lines(&metrics, 0, "vpgate_fetch_total"),
        [
            "# HELP vpgate_fetch_total Requests to other servers. Status lists go by the host of the issuer.",
            "# TYPE vpgate_fetch_total counter",
            r#"vpgate_fetch_total{kind="jwks",host="a\"b\\c\nd",result="ok"} 2"#,
            r#"vpgate_fetch_total{kind="jwks",host="issuer.example",result="ok"} 1"#,
        ]
    );
    let until = lines(&metrics, 1_800_000_000, "vpgate_list_next_update_seconds{");
    assert_eq!(until, [r#"vpgate_list_next_update_seconds{issuer="https://issuer.example"} 60"#]);
    let overdue = lines(&metrics, 1_800_000_100, "vpgate_list_next_update_seconds{");
    assert_eq!(overdue, [r#"vpgate_list_next_update_seconds{issuer="https://issuer.example"} -40"#]);
    assert!(
        metrics.exposition(0).contains("\nvpgate_uptime_seconds 0\n"),
        "without labels, without brackets"
    );
}

#[test]
fn a_histogram_counts_up_to_each_bound() {
    let metrics = Metrics::default();
    for milliseconds in [0, 1, 400, 31_000] {
        metrics.verdict_seconds.observe(["verified"], Duration::from_millis(milliseconds));
    }
    let text = metrics.exposition(0);
    for line in [
        "# TYPE vpgate_verdict_seconds histogram",
        r#"vpgate_verdict_seconds_bucket{verdict="verified",le="0.0005"} 1"#,
        r#"vpgate_verdict_seconds_bucket{verdict="verified",le="0.001"} 2"#,
        r#"vpgate_verdict_seconds_bucket{verdict="verified",le="0.25"} 2"#,
        r#"vpgate_verdict_seconds_bucket{verdict="verified",le="0.5"} 3"#,
        r#"vpgate_verdict_seconds_bucket{verdict="verified",le="30"} 3"#,
        r#"vpgate_verdict_seconds_bucket{verdict="verified",le="+Inf"} 4"#,
        r#"vpgate_verdict_seconds_sum{verdict="verified"} 31.401"#,
        r#"vpgate_verdict_seconds_count{verdict="verified"} 4"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\nis not in\n{text}");
    }
}

#[test]
fn names_follow_the_rules_of_prometheus() {
    let metrics = Metrics::default();
    let names = metrics.names();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "one name, one metric");
    for family in metrics.all() {
        let about = family.about();
        let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(letters(about.name) && about.labels.iter().all(|label| letters(label)), "{about:?}");
        assert_eq!(about.name.ends_with("_total"), about.kind == "counter", "{about:?}");
        assert!(about.help.ends_with('.') && !about.help.contains(['\n', '|']), "{about:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_process_is_measured() {
    let metrics = Metrics::default();
    let value = |name: &str| -> f64 {
        let found = lines(&metrics, 0, &format!("{name} "));
        found.iter().find(|line| !line.starts_with('#')).unwrap().rsplit(' ').next().unwrap().parse().unwrap()
    };
    assert!(value("process_resident_memory_bytes") > 1e6);
    assert!(value("process_open_fds") >= 3.0);
    assert!(value("process_cpu_seconds_total") >= 0.0);
}
