//! The endpoints of wallets. They learn no more than OpenID4VP lets them know.

pub mod error;
mod posted;
pub mod requests;
pub mod responses;
