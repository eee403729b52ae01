//! One configuration from several files.

use std::fs;

use super::*;

const PHONE: &str = "[[clients]]\nclient_id = \"phone\"\ngrants = [\"device_code\"]\nauthentication = \"none\"\n\
                     scopes = [\"urn:proof:params:scope:verifiable-credentials:basic\"]\n";

/// Writes the files, and reads the first.
fn read(files: &[(&str, &str)]) -> (tempfile::TempDir, Result<Config, Vec<String>>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let config = Config::load(&folder.path().join(files[0].0));
    let inside = format!("{}/", folder.path().display());
    let config = config
        .map_err(|faults| faults.with_places().map(|line| place_first(&line).replace(&inside, "")).collect());
    (folder, config)
}

fn including(what: &str) -> String {
    format!("include = {what}\n{CONTRACT}")
}

fn client_ids(config: &Config) -> Vec<&str> {
    config.policy.clients.iter().map(|client| client.id.as_str()).collect()
}

#[test]
fn lists_of_several_files_are_joined_in_the_order_of_their_names() {
    let (other, third) = (PHONE.replace("phone", "other"), PHONE.replace("phone", "third"));
    let files = [
        ("vpgate.toml", &*including("[\"conf.d/*.toml\", \"more/third.toml\"]")),
        ("conf.d/20.toml", &other),
        ("conf.d/10.toml", PHONE),
        ("conf.d/.10.toml.swp", "nothing of ours"),
        ("conf.d/10.toml~", "nothing of ours"),
        ("more/third.toml", &third),
    ];
    let (_folder, config) = read(&files);
    let config = config.unwrap();
    let ids = client_ids(&config);
    assert!(ids.ends_with(&["phone", "other", "third"]), "{ids:?}");
    // The rules are the same, wherever they stand.
    let whole = format!("{CONTRACT}\n{PHONE}\n{other}\n{third}");
    let (_folder, whole) = read(&[("vpgate.toml", &whole)]);
    assert_eq!(whole.unwrap().policy.receipts.rules, config.policy.receipts.rules);
    // A file alone may be meant, and a table stands in any of them.
    let without = including("\"tokens.toml\"");
    let (without, _) = without.split_once("[tokens]").unwrap();
    let (_folder, config) =
        read(&[("vpgate.toml", without), ("tokens.toml", "[tokens]\nlifetime = \"7m\"\n")]);
    assert_eq!(config.unwrap().policy.tokens.of("tv").lifetime, Duration::from_secs(420));
}

#[test]
fn a_fault_is_told_with_its_file_its_line_and_the_index_that_it_has_there() {
    let wrong = format!(
        "# A comment\n\n{PHONE}odd = 1\n{}\n",
        PHONE.replace("device_code", "devicecode").replace("phone", "other")
    );
    let (_folder, config) =
        read(&[("vpgate.toml", &including("\"conf.d/*.toml\"")), ("conf.d/a.toml", &wrong)]);
    let faults = config.unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:#?}");
    assert!(faults[0].starts_with("conf.d/a.toml:8: clients[0].odd: is not a known key"), "{faults:#?}");
    assert!(faults[1].starts_with("conf.d/a.toml:11: clients[1].grants[0]: "), "{faults:#?}");
    // Of the first file, too; what is nowhere has no line.
    let main =
        CONTRACT.replace("interval = \"5s\"", "interval = \"x\"").replace("public_url =", "# public_url =");
    let (_folder, config) = read(&[("vpgate.toml", &main)]);
    let faults = config.unwrap_err();
    let line = main.lines().position(|line| line.starts_with("polling_interval")).unwrap() + 1;
    assert!(
        faults
            .iter()
            .any(|fault| fault.starts_with(&format!("vpgate.toml:{line}: device.polling_interval: "))),
        "{faults:#?}"
    );
    assert!(faults.iter().any(|fault| fault.starts_with("public_url: is missing")), "{faults:#?}");
}

#[test]
fn what_cannot_be_joined_is_refused_and_nothing_else_is_called_wrong() {
    for (include, more, fault) in [
        ("\"gone.toml\"", "", "gone.toml: cannot read gone.toml: "),
        ("\"gone/*.toml\"", "", "vpgate.toml:1: include: cannot read the folder gone: "),
        ("\"*/more.toml\"", "", "vpgate.toml:1: include: must have `*` in the last part"),
        ("\"more.toml\"", "[device]\n", "more.toml:1: device: stands at vpgate.toml:"),
        ("\"more.toml\"", "clients = 1\n", "more.toml:1: clients: stands at vpgate.toml:"),
        ("\"more.toml\"", "include = \"x.toml\"\n", "more.toml:1: include: must stand in the first file"),
        ("\"more.toml\"", "x = \n", "more.toml: TOML parse error at line 1"),
        ("7", "", "vpgate.toml:1: include: expected a string or a list of strings"),
    ] {
        let (_folder, config) = read(&[("vpgate.toml", &including(include)), ("more.toml", more)]);
        let faults = config.unwrap_err();
        assert!(faults.len() == 1 && faults[0].starts_with(fault), "{fault}\n{faults:#?}");
    }
    let bytes = b"\xff\xfe";
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("vpgate.toml"), bytes).unwrap();
    let faults = Config::load(&folder.path().join("vpgate.toml")).unwrap_err();
    assert!(faults.to_string().contains("is not UTF-8 text"), "{faults}");
}

#[test]
fn every_file_on_which_the_configuration_depends_is_watched() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("conf.d")).unwrap();
    fs::write(at("conf.d/a.toml"), PHONE).unwrap();
    fs::write(at("vpgate.toml"), including("\"conf.d/*.toml\"") + "\n[fetch]\nca_file = \"ca.pem\"\n")
        .unwrap();
    let moved = |how: &dyn Fn()| {
        let (_, mut watch) = Config::load_noting(&at("vpgate.toml"));
        assert!(!watch.has_changed());
        how();
        assert!([watch.has_changed(), watch.has_changed()] == [false, true]);
    };
    moved(&|| fs::write(at("ca.pem"), "it was missing").unwrap());
    moved(&|| fs::write(at("conf.d/a.toml"), "").unwrap());
    moved(&|| fs::write(at("conf.d/b.toml"), "").unwrap());
    moved(&|| fs::remove_file(at("conf.d/b.toml")).unwrap());
    moved(&|| fs::write(at("vpgate.toml"), "").unwrap());
}

#[test]
fn a_mode_of_reloading_is_one_that_there_is() {
    assert_eq!(load(CONTRACT).unwrap().reload, ReloadMode::Signal);
    assert_eq!(load(&with("reload", Some("watch".into()))).unwrap().reload, ReloadMode::Watch);
    let faults = load(&with("reload", Some("always".into()))).unwrap_err();
    assert_eq!(faults.to_string(), "reload: must be \"signal\" or \"watch\"");
}

/// `FILE:LINE: fault` of `fault (FILE:LINE)`; what has no place is left alone.
fn place_first(line: &str) -> String {
    match line.strip_suffix(')').and_then(|line| line.rsplit_once(" (")) {
        Some((fault, place)) if place.contains(".toml:") => format!("{place}: {fault}"),
        _ => line.to_owned(),
    }
}
