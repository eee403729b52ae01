//! The issuer's signature and the claims it covers.
