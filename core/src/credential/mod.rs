//! What every format of credentials gives, and what the operator decides about judging them.

pub mod settings;
