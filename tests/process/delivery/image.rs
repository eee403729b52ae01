//! The container image: built by its script, read as an OCI image layout, and run as it says, without an engine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use super::{at, is_root, ran, said, told};
use vpgate_core::base::exposure::others_may_open;
use vpgate_test_support::equipment::{found, programs, skip};
use vpgate_test_support::service_process::{PLAIN, Service, Start};

/// As `Start::by_shell` runs it: the root is read-only but for the volume.
const CONTAINER: &str = "exec unshare --mount sh -c '\
    mount --bind \"$ROOT\" \"$ROOT\" && mount -o remount,bind,ro \"$ROOT\" \
    && mount --bind \"$STATE\" \"$ROOT/var/lib/vpgate\" \
    && exec env -i $IMAGE_ENV \"$(command -v chroot)\" --userspec=$IMAGE_USER \"$ROOT\" $IMAGE_ENTRYPOINT $ARGUMENTS'";

struct Image {
    folder: TempDir,
    config: Value,
    size: u64,
}

fn build(output: &Path) {
    said(
        Command::new(at("deploy/container/build"))
            .args(["--quick", "--program", env!("CARGO_BIN_EXE_vpgate"), "--output"])
            .arg(output),
    );
}

/// Nobody built it of what belongs to a package where there are none.
fn tools() -> Option<()> {
    let wanted =
        [("python3", "python3"), ("dpkg-query", "dpkg"), ("strip", "binutils"), ("unshare", "util-linux")];
    let authorities = [("/usr/share/ca-certificates/mozilla", "ca-certificates")];
    found("container image", programs(&wanted).and_then(|()| programs(&authorities)))
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

impl Image {
    /// Unpacked, with every digest looked at.
    fn unpacked(archive: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let layout = folder.path().join("layout");
        let root = folder.path().join("root");
        fs::create_dir_all(&layout).unwrap();
        fs::create_dir_all(&root).unwrap();
        said(Command::new("tar").arg("xf").arg(archive).arg("-C").arg(&layout));
        let blob = |described: &Value| {
            let digest = described["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
            let path = layout.join("blobs/sha256").join(digest);
            assert_eq!(fs::metadata(&path).unwrap().len(), described["size"].as_u64().unwrap());
            assert!(said(Command::new("sha256sum").arg(&path)).starts_with(digest));
            path
        };
        let manifest = json(&blob(&json(&layout.join("index.json"))["manifests"][0]));
        let config = json(&blob(&manifest["config"]));
        for layer in manifest["layers"].as_array().unwrap() {
            said(Command::new("tar").arg("xzf").arg(blob(layer)).arg("-C").arg(&root));
        }
        // What Docker reads names the same blobs.
        let docker = json(&layout.join("manifest.json"));
        assert!(
            manifest["config"]["digest"]
                .as_str()
                .unwrap()
                .ends_with(docker[0]["Config"].as_str().unwrap().rsplit('/').next().unwrap())
        );
        Self { folder, config: config["config"].clone(), size: fs::metadata(archive).unwrap().len() }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// Of the image's configuration, as one line.
    fn words(&self, key: &str) -> String {
        match &self.config[key] {
            Value::Array(words) => words.iter().map(|it| it.as_str().unwrap()).collect::<Vec<_>>().join(" "),
            word => word.as_str().unwrap().to_owned(),
        }
    }

    fn environment(&self, arguments: &str) -> Vec<(&'static str, String)> {
        let text = |path: PathBuf| path.to_str().unwrap().to_owned();
        vec![
            ("ROOT", text(self.root())),
            ("STATE", text(self.folder.path().join("state"))),
            ("IMAGE_ENV", self.words("Env")),
            ("IMAGE_USER", self.words("User")),
            ("IMAGE_ENTRYPOINT", self.words("Entrypoint")),
            ("ARGUMENTS", arguments.to_owned()),
        ]
    }

    /// Its service, on the network of this machine.
    fn serving(&self, config: &str) -> Service {
        let arguments = self.words("Cmd");
        let start = Start::serve(config).in_folder(&self.root().join("etc/vpgate")).by_shell(CONTAINER);
        self.environment(&arguments)
            .iter()
            .fold(start, |start, (name, value)| start.with(name, value))
            .start()
    }

    fn run(&self, arguments: &str) -> Output {
        ran(Command::new("/bin/sh").args(["-c", CONTAINER]).envs(self.environment(arguments)))
    }
}

#[test]
fn the_image_runs_as_nobody_on_a_root_that_cannot_be_written() {
    let Some(()) = tools() else { return };
    let archive = tempfile::tempdir().unwrap();
    let [first, second] = ["first.tar", "second.tar"].map(|name| archive.path().join(name));
    build(&first);
    build(&second);
    assert_eq!(fs::read(&first).unwrap(), fs::read(&second).unwrap(), "the same sources give the same bytes");
    let image = Image::unpacked(&first);
    println!("the image has {} bytes", image.size);
    holds_no_more_than_it_must(&image);
    names_what_it_is_made_of(&image);
    if !is_root() || !ran(Command::new("unshare").args(["--mount", "true"])).status.success() {
        return skip("running the image", "this takes root that may mount");
    }
    serves(&image);
}

fn holds_no_more_than_it_must(image: &Image) {
    assert_eq!(image.words("User"), "65532:65532");
    let all =
        said(Command::new("find").args([".", "-type", "f", "-printf", "%m %P\n"]).current_dir(image.root()));
    let programs: Vec<_> = all.lines().filter(|line| line.starts_with("755 usr/bin/")).collect();
    assert_eq!(programs, ["755 usr/bin/vpgate"], "no shell, no package manager");
    for line in all.lines() {
        let (mode, path) = line.split_once(' ').unwrap();
        let known = ["etc/", "lib/", "lib64/", "usr/bin/vpgate", "usr/share/doc/"];
        assert!(known.iter().any(|it| path.starts_with(it)), "what is {path}?");
        assert!(["644", "755"].contains(&mode), "{line}");
    }
    assert!(image.config["Healthcheck"]["Test"].to_string().contains("health"));
}

fn names_what_it_is_made_of(image: &Image) {
    let sbom = json(&image.root().join("usr/share/doc/vpgate/sbom.cdx.json"));
    let components = sbom["components"].as_array().unwrap();
    let names: Vec<_> = components.iter().map(|it| it["purl"].as_str().unwrap()).collect();
    for begins in
        ["pkg:cargo/tokio@1.", "pkg:generic/openssl@3.", "pkg:generic/sqlite@3.", "pkg:deb/debian/libc6@2."]
    {
        assert_eq!(names.iter().filter(|name| name.starts_with(begins)).count(), 1, "{begins}");
    }
    // What only tests use is not in the program.
    assert!(!names.iter().any(|name| name.starts_with("pkg:cargo/proptest@")));
    let lock = fs::read_to_string(at("Cargo.lock")).unwrap();
    for component in components.iter().filter(|it| it["purl"].as_str().unwrap().starts_with("pkg:cargo/")) {
        let digest = component["hashes"][0]["content"].as_str();
        assert!(digest.is_none_or(|digest| lock.contains(digest)), "{component}");
    }
}

fn serves(image: &Image) {
    let state = image.folder.path().join("state");
    fs::create_dir(&state).unwrap();
    fs::set_permissions(&state, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    // As engines hand out volumes and secrets: one belongs to the user, the other to root and the user's group.
    let user = said(Command::new("chown").arg("65532:65532").arg(&state).arg("--verbose"));
    assert!(user.contains("65532"), "{user}");
    let secret = image.root().join("etc/vpgate/secret");
    fs::write(&secret, "a secret of 43 characters, as they are drawn").unwrap();
    fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o440)).unwrap();
    std::os::unix::fs::chown(&secret, Some(0), Some(65532)).unwrap();
    let config = PLAIN
        .replace("sqlite:vpgate.db", "sqlite:/var/lib/vpgate/vpgate.db")
        .replace("\"keys\"", "\"/var/lib/vpgate/keys\"")
        + "\n[[clients]]\nclient_id = \"shop\"\ngrants = [\"client_credentials\"]\nauthentication = \"client_secret_basic\"\n\
           secret_file = \"secret\"\nscopes = [\"name\"]\n";
    let mut service = image.serving(&config);
    let well = image.run("health --ready");
    assert_eq!((well.status.code(), told(&well).as_str()), (Some(0), "ok\n"));
    let refused = image.run("backup /etc/vpgate/copy.db");
    assert!(told(&refused).contains("Read-only file system"), "{}", told(&refused));
    let process = format!("/proc/{}/status", service.process.id());
    let status = fs::read_to_string(process).unwrap();
    assert!(status.contains("Uid:\t65532\t65532\t65532\t65532"), "{status}");
    let database = fs::metadata(state.join("vpgate.db")).unwrap();
    let (mode, owner) = {
        use std::os::unix::fs::MetadataExt as _;
        (database.mode(), database.uid())
    };
    assert!(owner == 65532 && !others_may_open(mode, owner));
    service.signal("TERM");
    assert!(service.ended().success());
    assert_eq!(image.run("health").status.code(), Some(1));
}
