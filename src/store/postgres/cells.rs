//! What goes into a statement of PostgreSQL.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::store::steps::Cell;

impl Cell {
    /// What is said of its type where the server has to tell types from the statement: as little as can be.
    pub(super) fn declared(&self) -> Type {
        match self {
            Self::Integer(_) => Type::INT8,
            Self::Bytes(_) => Type::BYTEA,
            Self::Null | Self::Text(_) => Type::UNKNOWN,
        }
    }
}

impl ToSql for Cell {
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) if *of == Type::INT4 => i32::try_from(*number)?.to_sql(of, out),
            Self::Integer(number) => number.to_sql(of, out),
            // As bytes, where a column of them holds what somebody has sent.
            Self::Text(text) => text.as_bytes().to_sql(of, out),
            Self::Bytes(bytes) => bytes.as_slice().to_sql(of, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
