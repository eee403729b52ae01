//! `[keys] pkcs11`: the security module in which signing keys are.

use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::KeyStorage;
use super::fault::Faults;
use super::file::Folder;
use super::raw::{RawKeys, RawSecurityModule};
use vpgate_core::registration::Sources as _;

/// The longest PIN, in bytes.
const LONGEST_PIN: usize = 256;
/// The longest label of a token (PKCS#11 section 3.2).
const LONGEST_LABEL: usize = 32;

/// A security module, and who we are there.
#[derive(Clone, PartialEq, Eq)]
pub struct SecurityModuleAccess {
    /// The library that speaks to it.
    pub library: PathBuf,
    /// The label of the token.
    pub token: String,
    /// The PIN of its user.
    pub pin: Zeroizing<String>,
}

impl fmt::Debug for SecurityModuleAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecurityModuleAccess").field("library", &self.library).finish_non_exhaustive()
    }
}

/// Checks `[keys] pkcs11`, where it is there.
pub(super) fn check(
    given: &RawKeys,
    keys: &KeyStorage,
    folder: &Folder<'_>,
    faults: &mut Faults,
) -> Option<SecurityModuleAccess> {
    let given = given.pkcs11.as_ref()?;
    if *keys == KeyStorage::Memory {
        faults
            .add("keys.pkcs11", "needs keys.directory, where it is noted which keys of the module are ours");
    }
    let library = given
        .module
        .as_deref()
        .filter(|module| !module.is_empty())
        .ok_or("is missing: the library of the module, for example \"/usr/lib/softhsm/libsofthsm2.so\"");
    let library = faults.keep("keys.pkcs11.module", library);
    let token = given.token.as_ref().filter(|token| (1..=LONGEST_LABEL).contains(&token.len()));
    let token = token.ok_or("must be the label of a token, of at most 32 characters");
    let token = faults.keep("keys.pkcs11.token", token);
    let pin = pin(given, folder, faults);
    Some(SecurityModuleAccess { library: folder.path(library?), token: token?.clone(), pin: pin? })
}

fn pin(given: &RawSecurityModule, folder: &Folder<'_>, faults: &mut Faults) -> Option<Zeroizing<String>> {
    let (key, found) = match (&given.pin_file, &given.pin_env) {
        (Some(name), None) => {
            let text = folder.private_file(name, LONGEST_PIN).and_then(|bytes| {
                let text = std::str::from_utf8(&bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
                Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
            });
            ("keys.pkcs11.pin_file", text)
        }
        (None, Some(name)) => ("keys.pkcs11.pin_env", folder.variable(name)),
        _ => ("keys.pkcs11.pin_file", Err("or pin_env must be given, one of the two".to_owned())),
    };
    faults.keep(key, found)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_module_is_named_with_its_token_and_a_pin_that_is_no_part_of_the_file() {
        let module = |module: &str, token: &str, pin: [Option<&str>; 2]| {
            let [pin_file, pin_env] = pin.map(|it| it.map(str::to_owned));
            let pkcs11 = RawSecurityModule {
                module: Some(module.to_owned()),
                token: Some(token.to_owned()),
                pin_file,
                pin_env,
            };
            let mut faults = Faults::default();
            let keys = KeyStorage::Directory("keys".into());
            let given = RawKeys { directory: None, pkcs11: Some(pkcs11) };
            let access = check(&given, &keys, &Folder::new(Path::new("/etc/vpgate")), &mut faults);
            faults.conclude(access).map_err(|faults| faults.to_string())
        };
        // Any variable that is there.
        let access = module("/lib/x.so", "vpgate", [None, Some("PATH")]).unwrap();
        assert_eq!((access.library.as_path(), access.token.as_str()), (Path::new("/lib/x.so"), "vpgate"));
        assert!(!format!("{access:?}").contains(&*access.pin));
        for (given, fault) in [
            (module("", "vpgate", [None, Some("PATH")]), "keys.pkcs11.module: is missing"),
            (module("/lib/x.so", "", [None, Some("PATH")]), "keys.pkcs11.token: must be"),
            (module("/lib/x.so", "vpgate", [None, None]), "keys.pkcs11.pin_file: or pin_env must be given"),
            (
                module("/lib/x.so", "vpgate", [Some("x"), Some("PATH")]),
                "keys.pkcs11.pin_file: or pin_env must be given",
            ),
            (module("/lib/x.so", "vpgate", [Some("gone"), None]), "keys.pkcs11.pin_file: cannot read"),
        ] {
            let found = given.unwrap_err();
            assert!(found.starts_with(fault), "{found}");
        }
    }
}
