//! The configuration file.

use std::path::Path;

use vpgate::config::Config;

use super::Seeds;

/// The configuration: every fault has a path or is about the whole, and nothing panics.
pub fn config(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let folder = Path::new("/nonexistent");
    match (Config::from_toml(text, folder), Config::from_toml(text, folder)) {
        (Ok(one), Ok(two)) => assert_eq!(one.warnings, two.warnings),
        (Err(one), Err(two)) => {
            assert!(one.iter().count() > 0);
            assert_eq!(one.to_string(), two.to_string());
        }
        _ => panic!("two readings of one file differ"),
    }
}

/// See [`super::seeds`].
pub fn seeds(seeds: &mut Seeds) {
    seeds.add("config", "contract", include_str!("../../../../fixtures/config/contract.toml").to_owned());
    seeds.add(
        "config",
        "wrong-types",
        "listen = 8080\n[[clients]]\nscopes = [1]\n[device]\ncode_lifetime = \"1\"".to_owned(),
    );
}
