//! The process that keeps a server: a shell that ends the server, and removes its folder, when the pipe closes by
//! which it hangs on us. That happens too when we are killed.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// `$1` folder; then the server and its arguments. Prints the process id of the server. The word `stop` on standard
/// input leaves the folder where it is.
const KEEP: &str = r#"
folder=$1
shift
"$@" >> "$folder/log" 2>&1 < /dev/null &
server=$!
echo "$server"
read -r word
# A PostgreSQL ends at once by the first, a PgBouncer by the second.
kill -QUIT "$server" 2> /dev/null
kill -TERM "$server" 2> /dev/null
wait
[ "$word" = stop ] || rm -rf "$folder"
"#;

/// Keeps a server.
pub struct Keeper {
    shell: Child,
    server: u32,
}

impl Keeper {
    /// Starts `server`, which logs into `folder`.
    pub fn start(folder: &Path, server: &Path, arguments: &[&str]) -> Self {
        Self::start_at(None, folder, server, arguments)
    }

    /// The same in a network namespace.
    pub fn start_at(namespace: Option<&str>, folder: &Path, server: &Path, arguments: &[&str]) -> Self {
        let mut shell = match namespace {
            None => unprivileged(Path::new("/bin/sh")),
            Some(namespace) => unprivileged_in(namespace, "/bin/sh"),
        };
        shell.args(["-c", KEEP, "keeper"]).arg(folder).arg(server).args(arguments);
        let mut shell =
            shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(shell.stdout.take().unwrap()).read_line(&mut said).unwrap();
        Self { shell, server: said.trim().parse().unwrap() }
    }

    /// The server's main process.
    pub fn server(&self) -> u32 {
        self.server
    }

    /// Ends the server, and leaves its folder.
    pub fn stop(mut self) {
        let mut pipe = self.shell.stdin.take().unwrap();
        // A shell that has ended needs no word.
        let _told = writeln!(pipe, "stop");
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        drop(self.shell.wait());
    }
}

/// A temporary folder that belongs to whom the server runs as. The keeper removes it.
pub fn own_folder() -> PathBuf {
    let folder = tempfile::Builder::new().prefix("vpgate-pg-").tempdir().unwrap().keep();
    give_away(&folder);
    folder
}

/// A file for the server alone.
pub fn private(path: &Path, content: &[u8]) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    give_away(path);
}

/// A command that does not run as root: PostgreSQL refuses to.
pub fn unprivileged(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = instead_of_root() {
        command.uid(user).gid(group).current_dir("/");
    }
    command
}

/// The same in a network namespace, which only root can enter.
fn unprivileged_in(namespace: &str, program: &str) -> Command {
    let mut command = Command::new("nsenter");
    command.arg(format!("--net=/run/netns/{namespace}"));
    if let Some((user, group)) = instead_of_root() {
        command.args(["--setgid", &group.to_string(), "--setuid", &user.to_string()]).current_dir("/");
    }
    command.arg(program);
    command
}

/// From now on the file or folder belongs to whom servers run as.
pub fn give_away(path: &Path) {
    if let Some((user, group)) = instead_of_root() {
        std::os::unix::fs::chown(path, Some(user), Some(group)).unwrap();
    }
}

/// Who runs the server when we are root: `postgres`, where the package has made that user.
fn instead_of_root() -> Option<(u32, u32)> {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap();
    if ids.split_whitespace().nth(1) != Some("0") {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let ids_of = |name: &str| {
        let mut fields =
            users.lines().map(|line| line.split(':')).find(|it| it.clone().next() == Some(name))?;
        Some((fields.nth(2)?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    Some(ids_of("postgres").or_else(|| ids_of("nobody")).expect("somebody who is not root"))
}
