//! A primary and a standby on machines of their own, as far as the network goes: namespaces whose cables can be
//! pulled. What is sent then is lost, and nobody is told.
//!
//! ```text
//! services, in the network of the test --clients--> primary --standby--> standby <-- services
//! ```

use std::fs;
use std::path::Path;
use std::process::Command;

/// Begins the name of each namespace; then comes the process that made it.
const PREFIX: &str = "vpgate-";

/// Which cable.
#[derive(Clone, Copy, Debug)]
pub enum Cable {
    /// From the services to the primary.
    Clients,
    /// From the primary to its standby.
    Standby,
}

/// Two machines, gone when it is dropped.
pub struct Network {
    process: u32,
}

/// Where a cluster is.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Where others reach it.
    pub address: String,
    /// Where its standby reaches it.
    pub from_standby: String,
    /// The network namespace.
    pub namespace: String,
    /// The addresses that one certificate is for.
    pub certified: Vec<String>,
}

impl Network {
    /// `None` where this user may not have one, which is said in the name of `what`.
    pub fn new(what: &str) -> Option<Self> {
        let network = Self { process: std::process::id() };
        network.remove_old_ones();
        for command in network.made_by() {
            if let Err(why) = ip(&command) {
                super::skip(what, &format!("there are no network namespaces here ({command}: {why})"));
                return None;
            }
        }
        Some(network)
    }

    fn made_by(&self) -> Vec<String> {
        let (primary, standby) = (self.name("primary"), self.name("standby"));
        let [to_primary, to_standby] = self.devices();
        let address = |last| self.address(last);
        vec![
            format!("netns add {primary}"),
            format!("netns add {standby}"),
            format!("link add {to_primary} type veth peer name clients netns {primary}"),
            format!("link add {to_standby} type veth peer name clients netns {standby}"),
            format!("-n {primary} link add standby type veth peer name primary netns {standby}"),
            format!("addr add {}/30 dev {to_primary}", address(1)),
            format!("-n {primary} addr add {}/30 dev clients", address(2)),
            format!("addr add {}/30 dev {to_standby}", address(5)),
            format!("-n {standby} addr add {}/30 dev clients", address(6)),
            format!("-n {primary} addr add {}/30 dev standby", address(9)),
            format!("-n {standby} addr add {}/30 dev primary", address(10)),
            format!("link set {to_primary} up"),
            format!("link set {to_standby} up"),
            format!("-n {primary} link set lo up"),
            format!("-n {primary} link set clients up"),
            format!("-n {primary} link set standby up"),
            format!("-n {standby} link set lo up"),
            format!("-n {standby} link set clients up"),
            format!("-n {standby} link set primary up"),
        ]
    }

    pub fn primary(&self) -> Seat {
        Seat {
            address: self.address(2),
            from_standby: self.address(9),
            namespace: self.name("primary"),
            certified: self.certified(),
        }
    }

    pub fn standby(&self) -> Seat {
        Seat {
            address: self.address(6),
            from_standby: self.address(10),
            namespace: self.name("standby"),
            certified: self.certified(),
        }
    }

    fn certified(&self) -> Vec<String> {
        vec![self.address(2), self.address(6)]
    }

    pub fn pull(&self, cable: Cable) {
        self.set(cable, "down");
    }

    pub fn plug_in(&self, cable: Cable) {
        self.set(cable, "up");
    }

    fn set(&self, cable: Cable, state: &str) {
        let device = match cable {
            Cable::Clients => "clients",
            Cable::Standby => "standby",
        };
        ip(&format!("-n {} link set {device} {state}", self.name("primary"))).unwrap();
    }

    fn name(&self, machine: &str) -> String {
        format!("{PREFIX}{}-{machine}", self.process)
    }

    /// No longer than the fifteen characters that a device may have.
    fn devices(&self) -> [String; 2] {
        ["p", "s"].map(|machine| format!("vp{}{machine}", self.process))
    }

    /// Others may test on this machine at the same time.
    fn address(&self, last: u32) -> String {
        format!("10.{}.{}.{last}", 128 + (self.process >> 8) % 128, self.process % 256)
    }

    /// Those of tests that were killed.
    fn remove_old_ones(&self) {
        for entry in fs::read_dir("/run/netns").into_iter().flatten() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
            if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
                // Somebody else may have been faster.
                let _gone = ip(&format!("netns del {name}"));
            }
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for machine in ["primary", "standby"] {
            // The devices go with it; where nothing could be made there is nothing.
            let _gone = ip(&format!("netns del {}", self.name(machine)));
        }
    }
}

fn ip(arguments: &str) -> Result<(), String> {
    let done = Command::new("ip").args(arguments.split(' ')).output().map_err(|fault| fault.to_string())?;
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()) }
}
