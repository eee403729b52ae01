//! The compose file, and what it mounts.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_yaml::Value;

use super::{at, said};
use vpgate::config::{Config, Storage};
use vpgate_test_support::equipment::{found, programs};

fn compose() -> Value {
    serde_yaml::from_str(&fs::read_to_string(at("deploy/compose/compose.yaml")).unwrap()).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_sequence().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn images_have_versions_and_what_is_mounted_is_there() {
    let compose = compose();
    let services = compose["services"].as_mapping().unwrap();
    assert_eq!(services.len(), 5);
    for (name, service) in services {
        // An anchor is merged by the reader of compose files, not by this one.
        let service = if service["<<"].is_null() { service } else { &service["<<"] };
        let image = service["image"].as_str().unwrap().trim_end_matches('}');
        let (_, tag) = image.rsplit_once(':').unwrap();
        assert!(tag.starts_with('v') || tag.as_bytes()[0].is_ascii_digit(), "{name:?} is of {image}");
        for mounted in texts(&service["volumes"]) {
            let (from, _) = mounted.split_once(':').unwrap();
            let there = match from.starts_with('.') {
                true => at("deploy/compose").join(from).exists(),
                false => compose["volumes"].get(from).is_some(),
            };
            assert!(there, "{name:?} mounts {from}, which is not there");
        }
    }
    let ours = &services["vpgate"]["<<"];
    assert_eq!((&ours["read_only"], texts(&ours["cap_drop"])), (&Value::from(true), vec!["ALL"]));
    let version = format!(":{}}}", env!("CARGO_PKG_VERSION"));
    assert!(ours["image"].as_str().unwrap().ends_with(&version), "the image of another version");
}

#[test]
fn its_configuration_is_good_once_there_is_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("database-password");
    fs::write(&secret, "a password").unwrap();
    fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let text = fs::read_to_string(at("deploy/compose/vpgate.toml")).unwrap();
    let text = text.replace("/run/secrets/database-password", secret.to_str().unwrap());
    let config = Config::from_toml(&text, Path::new("/etc/vpgate")).unwrap();
    // Inside its network Prometheus alone reaches that address: no port of it is published.
    let inside = |warning: &String| warning.starts_with("operations.listen is 0.0.0.0:9090");
    assert!(config.warnings.iter().all(inside), "{:?}", config.warnings);
    assert_eq!(texts(&compose()["services"]["vpgate"]["ports"]), ["127.0.0.1:8080:8080"]);
    assert!(matches!(config.storage, Storage::Postgres(_)));
    assert_eq!(config.listen.port(), 8080);
    assert_eq!(config.operations_listen.unwrap().port(), 9090);
    // Who stands in front, as the network of the project has it.
    let network = &compose()["networks"]["inside"]["ipam"]["config"][0];
    let gateway = network["gateway"].as_str().unwrap().parse().unwrap();
    assert!(config.trusted_proxies.contains(gateway));
}

#[test]
fn prometheus_reads_its_configuration_and_the_alerts() {
    let Some(()) = found("configuration of Prometheus", programs(&[("promtool", "prometheus")])) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (from, name) in
        [("deploy/compose/prometheus.yml", "prometheus.yml"), ("deploy/alerts/vpgate.yaml", "vpgate.yaml")]
    {
        fs::copy(at(from), folder.path().join(name)).unwrap();
    }
    let checked =
        said(Command::new("promtool").args(["check", "config"]).arg(folder.path().join("prometheus.yml")));
    assert!(checked.contains("1 rule files found"), "{checked}");
}
