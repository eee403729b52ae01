//! Which part of a PEM file is the private key (RFC 7468). Tools write more than that: `openssl ecparam
//! -genkey` the parameters of the curve before it, `openssl pkcs12` attributes and certificates around it.

use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
/// How a line with a label ends.
const DASHES: &str = "-----";
/// What ends the label of every private key: PKCS#8, SEC 1, PKCS#1.
const PRIVATE_KEY: &str = "PRIVATE KEY";
/// PKCS#8 (RFC 7468 section 11).
const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";
/// The older way, inside the block (RFC 1421 section 4.6.1.1).
const ENCRYPTED_WITHIN: &str = "4,ENCRYPTED";

/// Why a PEM file gives no private key. Carries nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PemFault {
    /// No block of such a label.
    #[error("it holds no private key (`-----BEGIN PRIVATE KEY-----`)")]
    Missing,
    /// A public key or a certificate where the private key should be.
    #[error("it holds the label {0}, and no private key")]
    Other(&'static str),
    /// With a password, which a service that starts by itself cannot be asked for.
    #[error(
        "its private key is encrypted with a password; write it without one: `openssl pkey -in FILE -out NEW`"
    )]
    Encrypted,
    /// Nobody could say which one is meant.
    #[error("it holds more than one private key")]
    Several,
    /// A block that is not what its label says, or of another type of key.
    #[error(
        "its private key is not EC on P-256, P-384 or P-521, Ed25519, or RSA, as PKCS#8, SEC 1 or PKCS#1"
    )]
    Unreadable,
}

/// The block of the only private key.
pub(super) fn only_key(pem: &[u8]) -> Result<Zeroizing<Vec<u8>>, PemFault> {
    let text = std::str::from_utf8(pem).map_err(|_| PemFault::Missing)?;
    let mut keys = blocks(text).filter(|(label, _)| label.ends_with(PRIVATE_KEY));
    let Some((label, block)) = keys.next() else {
        let other = |known: &&str| blocks(text).any(|(label, _)| label == *known);
        return Err(["PUBLIC KEY", "CERTIFICATE"]
            .iter()
            .find(|known| other(known))
            .map_or(PemFault::Missing, |label| PemFault::Other(label)));
    };
    if keys.next().is_some() {
        return Err(PemFault::Several);
    }
    if label == ENCRYPTED || block.contains(ENCRYPTED_WITHIN) {
        return Err(PemFault::Encrypted);
    }
    Ok(Zeroizing::new(block.as_bytes().to_vec()))
}

/// Every block with its label, dashes included; one without an end is none.
fn blocks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices(BEGIN).filter_map(|(at, _)| {
        let block = text.get(at..)?;
        let (label, _) = block.get(BEGIN.len()..)?.split_once(DASHES)?;
        let end = format!("{END}{label}{DASHES}");
        let length = block.find(&end)? + end.len();
        Some((label, block.get(..length)?))
    })
}

#[cfg(test)]
mod tests {
    use openssl::ec::{EcGroup, EcKey};
    use openssl::nid::Nid;
    use openssl::pkey::PKey;
    use openssl::rsa::Rsa;
    use openssl::symm::Cipher;

    use super::*;
    use crate::jose::alg::Algorithm;
    use crate::jose::signing::{SigningFault, SigningKey};

    fn ec() -> EcKey<openssl::pkey::Private> {
        EcKey::generate(&EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()).unwrap()
    }

    fn text(pem: Vec<u8>) -> String {
        String::from_utf8(pem).unwrap()
    }

    fn read(pem: &str) -> Result<Algorithm, SigningFault> {
        SigningKey::from_pem(pem.as_bytes()).map(|key| key.algorithm())
    }

    #[test]
    fn what_other_tools_write_around_a_key_is_passed_over() {
        let sec1 = text(ec().private_key_to_pem().unwrap());
        let pkcs8 = text(PKey::from_ec_key(ec()).unwrap().private_key_to_pem_pkcs8().unwrap());
        let parameters =
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n".to_owned();
        let attributes = "Bag Attributes\n    friendlyName: verifier\nKey Attributes: <No Attributes>\n";
        let certificate = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
        for pem in [
            sec1.clone(),
            pkcs8.clone(),
            parameters.clone() + &sec1,
            parameters.replace('\n', "\r\n") + &sec1.replace('\n', "\r\n"),
            format!("{attributes}{pkcs8}{attributes}{certificate}"),
            format!("{certificate}{pkcs8}"),
        ] {
            assert_eq!(read(&pem), Ok(Algorithm::Es256), "{pem}");
        }
        let edwards = PKey::generate_ed25519().unwrap().private_key_to_pem_pkcs8().unwrap();
        assert_eq!(read(&text(edwards)), Ok(Algorithm::EdDsa));
        let rsa = Rsa::generate(2048).unwrap().private_key_to_pem().unwrap();
        assert_eq!(read(&text(rsa)), Ok(Algorithm::Rs256));
    }

    #[test]
    fn an_encrypted_key_is_called_encrypted() {
        let pkcs8 = PKey::from_ec_key(ec())
            .unwrap()
            .private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), b"x")
            .unwrap();
        let sec1 = ec().private_key_to_pem_passphrase(Cipher::aes_256_cbc(), b"x").unwrap();
        for pem in [pkcs8, sec1] {
            let fault = read(&text(pem)).unwrap_err();
            assert_eq!(fault, SigningFault::Pem(PemFault::Encrypted));
            assert!(fault.to_string().contains("encrypted"));
        }
    }

    #[test]
    fn every_other_file_is_called_what_it_is() {
        let one = text(ec().private_key_to_pem().unwrap());
        let public = text(ec().public_key_to_pem().unwrap());
        let other_curve = EcKey::generate(&EcGroup::from_curve_name(Nid::SECP256K1).unwrap()).unwrap();
        for (pem, fault) in [
            (String::new(), PemFault::Missing),
            ("{}".to_owned(), PemFault::Missing),
            (one.replace("-----END", "-----NO"), PemFault::Missing),
            (public, PemFault::Other("PUBLIC KEY")),
            (format!("{one}{one}"), PemFault::Several),
            ("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----".to_owned(), PemFault::Unreadable),
        ] {
            assert_eq!(read(&pem).unwrap_err(), SigningFault::Pem(fault), "{pem}");
        }
        assert!(matches!(
            read(&text(other_curve.private_key_to_pem().unwrap())).unwrap_err(),
            SigningFault::Key(_) | SigningFault::Pem(PemFault::Unreadable)
        ));
    }
}
