//! The endpoint of wallets (contract section 4). They learn no more than OpenID4VP lets them know.

mod posted;
pub mod refusal;
pub mod requests;
pub mod responses;
