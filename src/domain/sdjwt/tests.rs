//! The whole way: text in, verdict out.
