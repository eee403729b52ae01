//! What a rejected answer means for the person who gave it, by the reason of its report: one table, so that
//! no reason is told as something that it is not.

/// What is the matter, as far as the person can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseTrouble {
    /// The issuer has revoked or suspended the credential.
    TakenBack,
    /// The credential has run out.
    Expired,
    /// The credential is not valid yet.
    NotYetValid,
    /// It is genuine, and says something else than what is needed.
    NotEnough,
    /// It comes from an issuer that is not believed here.
    OtherIssuer,
    /// It is another kind of credential than was asked for.
    OtherCredential,
    /// The wallet did not show all that was asked for, or not what was to be agreed to.
    Incomplete,
    /// The credential is not as it must be: its issuer's mistake, or somebody altered it.
    Credential,
    /// The issuer's service does not say whether the credential still counts.
    IssuerService,
    /// The wallet's answer is not as it must be, or is not for this request.
    Wallet,
}

/// Every reason of a report: the name of the check that decided.
const REASONS: [(ResponseTrouble, &[&str]); 10] = [
    (ResponseTrouble::TakenBack, &["status"]),
    (ResponseTrouble::Expired, &["validity_exp", "mso_valid_until"]),
    (ResponseTrouble::NotYetValid, &["validity_nbf", "validity_iat", "mso_valid_from"]),
    (ResponseTrouble::NotEnough, &["claims_values", "scope_rules"]),
    (
        ResponseTrouble::OtherIssuer,
        &[
            "issuer_trusted",
            "issuer_certificate",
            "issuer_chain",
            "trusted_authority",
            "haip_issuer_chain",
            "haip_status_list_chain",
        ],
    ),
    (ResponseTrouble::OtherCredential, &["vct_asked_for", "credential_type", "credential_asked_for"]),
    (
        ResponseTrouble::Incomplete,
        &[
            "claims_present",
            "claims_not_asked_for",
            "credential_set",
            "every_credential_answered",
            "mandatory_claims",
            "transaction_data_covered",
            "one_holder",
        ],
    ),
    (
        ResponseTrouble::Credential,
        &[
            "claim_metadata",
            "cross_check",
            "device_key",
            "digest_algorithm",
            "digest_members",
            "digest_repetition",
            "disclosable_claims",
            "disclosure_collisions",
            "disclosure_depth",
            "disclosure_format",
            "disclosure_names",
            "disclosures",
            "element_digests",
            "element_once",
            "element_values",
            "haip_compact_form",
            "haip_holder_binding",
            "haip_status",
            "holder_key",
            "issuer_alg",
            "issuer_audience",
            "issuer_auth",
            "issuer_crit",
            "issuer_jwt_format",
            "issuer_key",
            "issuer_signature",
            "issuer_signed_item",
            "issuing_country",
            "mobile_security_object",
            "mso_doctype",
            "mso_validity",
            "protected_claims",
            "sd_jwt_bounds",
            "sd_jwt_format",
            "sd_jwt_json_format",
            "serialization",
            "typ",
            "type_aliases",
            "vct_integrity",
        ],
    ),
    (
        ResponseTrouble::IssuerService,
        &[
            "issuer_key_available",
            "status_index",
            "status_list_available",
            "status_list_encoding",
            "status_list_format",
            "status_list_freshness",
            "status_list_signature",
            "status_list_subject",
            "status_reference",
        ],
    ),
    (
        ResponseTrouble::Wallet,
        &[
            "dc_api_protocol",
            "device_auth",
            "device_response",
            "device_signature",
            "device_signed_elements",
            "envelope",
            "holder_binding",
            "kb_alg",
            "kb_audience",
            "kb_crit",
            "kb_issued_at",
            "kb_jwt_format",
            "kb_key_alg",
            "kb_nonce",
            "kb_present",
            "kb_sd_hash",
            "kb_signature",
            "kb_typ",
            "kb_validity",
            "mdoc_form",
            "presentation_discarded",
            "response_encryption",
            "response_issuer",
            "response_parameters",
            "response_state",
            "sca_amr",
            "sca_jti",
            "sca_response_mode",
            "transaction_data_hashes",
            "transaction_data_hashes_alg",
            "transaction_data_hashes_format",
            "transaction_data_only_when_asked",
            "vp_token_count",
            "vp_token_only_what_was_asked",
            "vp_token_shape",
            "wallet_can_answer",
        ],
    ),
];

impl ResponseTrouble {
    /// By the reason of a report. What nobody has decided about is told as the wallet's: trying again does no
    /// harm.
    pub fn of(reason: &str) -> Self {
        let known = REASONS.iter().find(|(_, reasons)| reasons.contains(&reason));
        known.map_or(Self::Wallet, |(trouble, _)| *trouble)
    }

    /// Whether nothing can change while somebody waits: the credential is genuine, and its issuer or what it
    /// says stands against it. The request ends then, and who waits for it learns it at once. An answer that
    /// anybody could have made up ends nothing so early.
    pub fn is_final(self) -> bool {
        matches!(self, Self::TakenBack | Self::Expired | Self::NotYetValid | Self::NotEnough)
    }

    /// Whether the same wallet with the same credential may do better at the next try.
    pub fn may_be_tried_again(self) -> bool {
        matches!(self, Self::OtherCredential | Self::Incomplete | Self::IssuerService | Self::Wallet)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The names of all checks in the sources, which become reasons.
    #[expect(clippy::disallowed_methods, reason = "the test reads the sources")]
    fn checks(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // The format that only tests have gives no reason to anybody.
                if path.file_name().is_some_and(|name| name != "tests" && name != "plain") {
                    checks(&path, found);
                }
                continue;
            }
            let is_source = path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests.rs");
            // Bare names stand in the bodies of documents and tests.
            if !is_source || path.ends_with("base/report.rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let names = code.match_indices("Rule { check: \"").chain(code.match_indices("    check: \""));
            for (at, prefix) in names {
                let rest = &code[at + prefix.len()..];
                found.push(rest.split('"').next().unwrap().to_owned());
            }
        }
    }

    #[test]
    fn every_reason_has_its_place_in_the_table_and_one_only() {
        let mut found = Vec::new();
        for sources in ["src", "../src"] {
            checks(&Path::new(env!("CARGO_MANIFEST_DIR")).join(sources), &mut found);
        }
        assert!(found.len() > 60, "the walk found only {found:?}");
        // Rules about a receipt are told to whoever checks one, never to a wallet.
        for name in found.into_iter().filter(|name| !name.starts_with("receipt_")) {
            let places = REASONS.iter().filter(|(_, reasons)| reasons.contains(&name.as_str())).count();
            assert_eq!(places, 1, "the reason {name} must stand once in the table of `trouble.rs`");
        }
    }

    #[test]
    fn what_cannot_change_is_final_and_what_anybody_can_make_up_is_not() {
        for reason in [
            "status",
            "validity_exp",
            "validity_nbf",
            "mso_valid_until",
            "mso_valid_from",
            "claims_values",
            "scope_rules",
        ] {
            assert!(
                ResponseTrouble::of(reason).is_final() && !ResponseTrouble::of(reason).may_be_tried_again(),
                "{reason}"
            );
        }
        for reason in ["issuer_signature", "issuer_trusted", "kb_nonce", "vp_token_shape", "anything"] {
            assert!(!ResponseTrouble::of(reason).is_final(), "{reason}");
        }
    }
}
