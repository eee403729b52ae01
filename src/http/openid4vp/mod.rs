//! The endpoint of wallets (contract section 4). They learn no more than OpenID4VP lets them know.

pub mod error;
mod posted;
pub mod requests;
pub mod responses;
