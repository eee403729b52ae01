//! Where keys stand in the file: in one of forty clients nobody wants to count.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::fault::Faults;

/// One fault a line, each with the line of its key in `text`, the file that they were found in. A key that is not there
/// has the line of the table that lacks it.
pub fn with_lines(faults: &Faults, text: &str) -> String {
    let Ok(table) = DeTable::parse(text) else { return faults.to_string() };
    let told = faults.iter().map(|fault| match span(table.get_ref(), &fault.path) {
        Some(span) => format!("line {}: {fault}", line(text, span.start)),
        None => fault.to_string(),
    });
    told.collect::<Vec<_>>().join("\n")
}

fn line(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or_default().matches('\n').count() + 1
}

/// The innermost key or element on the way that is written, of a path as in `clients[1].redirect_uris[0]`.
fn span(table: &DeTable<'_>, path: &str) -> Option<Range<usize>> {
    let mut steps = path.split(['.', '[']).filter(|step| !step.is_empty());
    let (key, value) = table.get_key_value(steps.next()?)?;
    let (mut found, mut value) = (key.span(), value.get_ref());
    for step in steps {
        match (value, step.strip_suffix(']')) {
            (DeValue::Array(items), Some(index)) => {
                let Some(item) = index.parse().ok().and_then(|index: usize| items.get(index)) else { break };
                (found, value) = (item.span(), item.get_ref());
            }
            (DeValue::Table(inner), None) => {
                let Some((key, inner)) = inner.get_key_value(step) else { break };
                (found, value) = (key.span(), inner.get_ref());
            }
            _ => break,
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_has_the_line_of_its_key_or_of_what_lacks_it() {
        let text = "listen = 3\n[[clients]]\nclient_id = \"a\"\n\n[[clients]]\nredirect_uris = [\n  \"https://a.example/\",\n  \
                    \"b\",\n]\n[clients.device]\ncode_lifetime = \"x\"\n[tokens]\n";
        for (path, expected) in [
            ("listen", "line 1: listen: is wrong"),
            ("clients[0].client_id", "line 3: clients[0].client_id: is wrong"),
            ("clients[1].redirect_uris[1]", "line 8: clients[1].redirect_uris[1]: is wrong"),
            ("clients[1].device.code_lifetime", "line 11: clients[1].device.code_lifetime: is wrong"),
            ("clients[1].client_id", "line 5: clients[1].client_id: is wrong"),
            ("tokens.lifetime", "line 12: tokens.lifetime: is wrong"),
            ("wallets", "wallets: is wrong"),
            ("", "is wrong"),
        ] {
            let mut faults = Faults::default();
            faults.add(path, "is wrong");
            assert_eq!(with_lines(&faults, text), expected);
        }
        let mut faults = Faults::default();
        faults.add("", "is no TOML");
        assert_eq!(with_lines(&faults, "= 3"), "is no TOML");
    }
}
