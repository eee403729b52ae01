//! A page of the book, as steps to follow.

#![expect(clippy::panic, reason = "a test says what is wrong by failing")]

/// What a reader does, or sees.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Runs these, in the shell of the page.
    Commands(String),
    /// Runs this in a terminal of its own, until it listens.
    Terminal(String),
    /// Saves this file.
    Save { name: String, content: String },
    /// Sees this among what the last commands printed.
    Sees(String),
    /// Opens the address in this variable, and presses this button of the wallet.
    Person { button: String, variable: String },
    /// Buys something at this address, and reads this in the end.
    Customer { address: String, reads: String },
    /// Ends what runs in the last terminal.
    Interrupt,
}

const OWN_TERMINAL: &str = "# In a terminal of its own\n";

/// The steps of a page, from its first line to its last.
pub fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let inside = lines.by_ref().take_while(|line| line.trim_start() != "```");
            let text: String = inside.map(|line| format!("{}\n", line.get(indent..).unwrap_or(""))).collect();
            steps.extend(block(language, &text));
        } else if let Some(said) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
            steps.push(remark(said));
        }
    }
    steps
}

fn block(language: &str, text: &str) -> Option<Step> {
    if language == "sh" {
        return Some(match text.strip_prefix(OWN_TERMINAL) {
            Some(command) => Step::Terminal(command.to_owned()),
            None => Step::Commands(text.to_owned()),
        });
    }
    let first = text.lines().next()?;
    let name = first.strip_prefix("// ").or(first.strip_prefix("# "))?;
    let is_name =
        name.contains('.') && name.bytes().all(|it| it.is_ascii_alphanumeric() || b".-".contains(&it));
    is_name.then(|| Step::Save { name: name.to_owned(), content: text.to_owned() })
}

fn remark(said: &str) -> Step {
    if said == "Ctrl-C" {
        return Step::Interrupt;
    }
    let (kind, rest) = said.split_once(": ").unwrap_or_else(|| panic!("what is {said:?}?"));
    let two = || {
        let (one, other) = rest.split_once(' ').unwrap_or_else(|| panic!("what is {said:?}?"));
        (one.to_owned(), other.to_owned())
    };
    match kind {
        "says" => Step::Sees(rest.to_owned()),
        "a person" => {
            let (button, variable) = two();
            Step::Person { button, variable: variable.trim_matches(['"', '$']).to_owned() }
        }
        "a customer" => {
            let (address, reads) = two();
            Step::Customer { address, reads }
        }
        _ => panic!("what is {said:?}?"),
    }
}

#[test]
fn a_page_becomes_steps() {
    let page = "# Title\n\n```sh\n# In a terminal of its own\nvpgate sandbox\n```\n\n- x\n\n  ```sh\n  a \\\n      b\n  ```\n\n\
                ```js\n// shop.mjs\nlet a;\n```\n\n```text\n# not a file\n```\n\n<!-- says: { \"a\" -->\n\
                <!-- a person: Share \"$address\" -->\n<!-- Ctrl-C -->\n";
    let expected = [
        Step::Terminal("vpgate sandbox\n".to_owned()),
        Step::Commands("a \\\n    b\n".to_owned()),
        Step::Save { name: "shop.mjs".to_owned(), content: "// shop.mjs\nlet a;\n".to_owned() },
        Step::Sees("{ \"a\"".to_owned()),
        Step::Person { button: "Share".to_owned(), variable: "address".to_owned() },
        Step::Interrupt,
    ];
    assert_eq!(steps(page), expected);
}
