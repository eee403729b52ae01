//! Amounts of money, exact.
