//! Error responses of a wallet (OpenID4VP 1.0 section 8.5; RFC 6749 section 4.1.2.1).

use serde::{Deserialize, Serialize};

/// What the wallet says went wrong. Its own words are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalletError {
    /// The request is malformed or asks for what cannot be.
    InvalidRequest,
    /// This client may not ask.
    UnauthorizedClient,
    /// The person said no, or has nothing to show.
    AccessDenied,
    /// The response type is not supported.
    UnsupportedResponseType,
    /// The scope is unknown.
    InvalidScope,
    /// The wallet failed.
    ServerError,
    /// The wallet is overloaded or under maintenance.
    TemporarilyUnavailable,
    /// The client identifier or its metadata is wrong.
    InvalidClient,
    /// No common credential format.
    VpFormatsNotSupported,
    /// The request URI method is neither `get` nor `post`.
    InvalidRequestUriMethod,
    /// The transaction data is unknown or malformed.
    InvalidTransactionData,
    /// The wallet could not be invoked.
    WalletUnavailable,
    /// A code that no specification lists.
    Other,
}

/// Every listed code (REQ-2.41).
const CODES: [(&str, WalletError); 12] = [
    ("invalid_request", WalletError::InvalidRequest),
    ("unauthorized_client", WalletError::UnauthorizedClient),
    ("access_denied", WalletError::AccessDenied),
    ("unsupported_response_type", WalletError::UnsupportedResponseType),
    ("invalid_scope", WalletError::InvalidScope),
    ("server_error", WalletError::ServerError),
    ("temporarily_unavailable", WalletError::TemporarilyUnavailable),
    ("invalid_client", WalletError::InvalidClient),
    ("vp_formats_not_supported", WalletError::VpFormatsNotSupported),
    ("invalid_request_uri_method", WalletError::InvalidRequestUriMethod),
    ("invalid_transaction_data", WalletError::InvalidTransactionData),
    ("wallet_unavailable", WalletError::WalletUnavailable),
];

impl WalletError {
    /// From the `error` parameter; what is not listed is [`Self::Other`].
    pub fn from_code(code: &str) -> Self {
        CODES.iter().find(|(listed, _)| *listed == code).map_or(Self::Other, |(_, error)| *error)
    }

    /// The code as it is listed; `other` for what is not.
    pub fn code(self) -> &'static str {
        CODES.iter().find(|(_, listed)| *listed == self).map_or("other", |(code, _)| code)
    }

    /// The person may try again until the request expires (REQ-2.44); otherwise this settles the request.
    pub fn may_be_retried(self) -> bool {
        matches!(self, Self::WalletUnavailable | Self::TemporarilyUnavailable | Self::ServerError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_2_41_known_codes_are_known_and_others_are_other() {
        for (code, error) in CODES {
            assert_eq!(WalletError::from_code(code), error);
            assert_eq!(error.code(), code);
            assert_eq!(serde_json::to_value(error).unwrap(), code);
        }
        for unknown in ["foo", "", "ACCESS_DENIED", "access_denied ", "other"] {
            assert_eq!(WalletError::from_code(unknown), WalletError::Other, "{unknown}");
        }
        assert_eq!(WalletError::Other.code(), "other");
    }

    #[test]
    fn req_2_44_only_a_wallet_that_is_down_may_be_tried_again() {
        let retried: Vec<_> =
            CODES.iter().filter(|(_, error)| error.may_be_retried()).map(|(code, _)| *code).collect();
        assert_eq!(retried, ["server_error", "temporarily_unavailable", "wallet_unavailable"]);
        assert!(!WalletError::Other.may_be_retried());
    }
}
