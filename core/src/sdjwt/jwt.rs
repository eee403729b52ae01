//! What any JWT inside a presentation must keep before its signature is looked at.

use super::limits::PresentationLimits;
use crate::base::report::{Findings, Rejection, Rule};
use crate::jose::alg::Algorithm;
use crate::jose::jws::{JwsFault, UnverifiedJws};

/// For the issuer-signed JWT.
pub(super) const ISSUER: JwtRules = JwtRules {
    format: Rule { check: "issuer_jwt_format", requirement: "RFC 9901 4.1; RFC 7519 7.2" },
    algorithm: Rule { check: "issuer_alg", requirement: "RFC 9901 7.1(2.a)" },
    extensions: Rule { check: "issuer_crit", requirement: "RFC 7515 4.1.11" },
};

/// For the key-binding JWT.
pub(super) const KEY_BINDING: JwtRules = JwtRules {
    format: Rule { check: "kb_jwt_format", requirement: "RFC 9901 4.3; RFC 7519 7.2" },
    algorithm: Rule { check: "kb_alg", requirement: "RFC 9901 7.3(5.b); OpenID4VP B.3.4" },
    extensions: Rule { check: "kb_crit", requirement: "RFC 7515 4.1.11" },
};

/// The rules that any JWT inside a presentation must keep before its signature is looked at.
pub(super) struct JwtRules {
    pub(super) format: Rule,
    pub(super) algorithm: Rule,
    pub(super) extensions: Rule,
}

/// Splits and decodes one JWT of a presentation; its signature is the caller's concern.
///
/// # Errors
/// The first broken rule, written into `findings`.
pub(super) fn read(
    text: &str,
    limits: &PresentationLimits,
    rules: &JwtRules,
    findings: &mut Findings,
) -> Result<UnverifiedJws<'static>, Rejection> {
    match UnverifiedJws::parse(text, &limits.json()) {
        Ok(jwt) => {
            findings.pass(&rules.format, "three parts of base64url, header and payload are JSON objects");
            findings.pass(&rules.algorithm, "`alg` is on the list of accepted asymmetric algorithms");
            findings.pass(&rules.extensions, "no critical header extension");
            Ok(jwt.into_owned())
        }
        Err(fault @ JwsFault::Critical) => Err(findings.fail(&rules.extensions, fault.to_string())),
        Err(JwsFault::Algorithm) => Err(findings.fail(
            &rules.algorithm,
            format!("`alg` is missing or not one of {}", Algorithm::ALL.map(Algorithm::name).join(", ")),
        )),
        Err(fault) => Err(findings.fail(&rules.format, fault.to_string())),
    }
}
