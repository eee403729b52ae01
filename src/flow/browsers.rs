//! Which browsers are ours: each holds a secret that only this server can have made.
//!
//! The secret is 128 random bits and a keyed digest of them, so a value that we never gave is no browser:
//! nobody can choose the secret of another person's browser beforehand and plant it there.

use super::ports::Unavailable;
use crate::flow::context::Context;
use vpgate_core::base::base64url;
use vpgate_core::base::secret::{DigestKey, Secret};

/// Random bytes at the beginning of the secret.
const RANDOM: usize = 16;

/// A secret for a browser that has none yet.
///
/// # Errors
/// When there is no randomness.
pub fn new(context: &Context) -> Result<Secret, Unavailable> {
    Ok(sealed(&context.random_id()?, &context.keys.user_code))
}

/// Whether a browser was given this secret by us. Compared in constant time.
pub fn is_ours(context: &Context, shown: &Secret) -> bool {
    was_sealed(shown, &context.keys.user_code)
}

fn sealed(random: &[u8; RANDOM], key: &DigestKey) -> Secret {
    let seal = key.digest(&[b"browser ".as_slice(), random].concat());
    let mut bytes = [0; 32];
    let sealed = random.iter().chain(seal.as_bytes());
    bytes.iter_mut().zip(sealed).for_each(|(byte, from)| *byte = *from);
    Secret::from_entropy(bytes)
}

fn was_sealed(shown: &Secret, key: &DigestKey) -> bool {
    let bytes = base64url::decode(shown.expose()).unwrap_or_default();
    let random = bytes.first_chunk::<RANDOM>();
    random.is_some_and(|random| sealed(random, key).digest() == shown.digest())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_2_3_a_secret_that_we_never_gave_is_no_browser() {
        let (ours, theirs) = (DigestKey::new(&[1; 32]), DigestKey::new(&[2; 32]));
        let given = sealed(&[7; RANDOM], &ours);
        assert_eq!(given.expose().len(), 43);
        assert!(was_sealed(&given, &ours));
        assert!(!was_sealed(&given, &theirs), "another server's");
        assert!(!was_sealed(&Secret::from_entropy([7; 32]), &ours), "of the right form, and made up");
        for wrong in [
            String::new(),
            "short".to_owned(),
            format!("{}!", given.expose()),
            format!("{}A", given.expose()),
        ] {
            assert!(!was_sealed(&Secret::received(wrong.clone()), &ours), "{wrong}");
        }
        let mut other = given.expose().to_owned();
        other.replace_range(0..1, if other.starts_with('A') { "B" } else { "A" });
        assert!(!was_sealed(&Secret::received(other), &ours), "one bit of another browser's");
    }
}
