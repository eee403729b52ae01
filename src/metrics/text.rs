//! The text that Prometheus reads (exposition format 0.0.4), and the list for people.

use super::family::MetricFamily;

/// The media type of `exposition`.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Every sample of these metrics, at this second of Unix time.
pub(super) fn exposition(families: &[&dyn MetricFamily], now: i64) -> String {
    let mut text = String::with_capacity(16 << 10);
    for family in families {
        let about = family.about();
        text.push_str(&format!(
            "# HELP {} {}\n# TYPE {} {}\n",
            about.name, about.help, about.name, about.kind
        ));
        family.tell(now, &mut |sample| {
            let named = about.labels.iter().copied().zip(sample.labels.iter().map(|label| &**label));
            let labels: Vec<String> = named
                .chain(sample.bound.as_deref().map(|bound| ("le", bound)))
                .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
                .collect();
            text.push_str(about.name);
            text.push_str(sample.suffix);
            if !labels.is_empty() {
                text.push_str(&format!("{{{}}}", labels.join(",")));
            }
            text.push_str(&format!(" {}\n", sample.value));
        });
    }
    text
}

/// A table in Markdown: name, kind, labels, meaning.
pub(super) fn described(families: &[&dyn MetricFamily]) -> String {
    let rows = families.iter().map(|family| {
        let about = family.about();
        let labels: Vec<String> = about.labels.iter().map(|label| format!("`{label}`")).collect();
        format!("| `{}` | {} | {} | {} |\n", about.name, about.kind, labels.join(", "), about.help)
    });
    let head = "| Metric | Kind | Labels | Meaning |\n|---|---|---|---|\n".to_owned();
    rows.fold(head, |table, row| table + &row)
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
