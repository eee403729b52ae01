//! What goes into a statement of PostgreSQL and what comes out of one.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::store::select::Columns;
use crate::store::steps::Cell;

type Fault = Box<dyn Error + Sync + Send>;

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
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
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

/// Text, from a column of any type that holds it as it is.
struct Text(String);

impl<'a> FromSql<'a> for Text {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Fault> {
        Ok(Self(std::str::from_utf8(raw)?.to_owned()))
    }

    fn accepts(of: &Type) -> bool {
        [Type::TEXT, Type::BYTEA].contains(of)
    }
}

impl Columns for Row {
    type Fault = tokio_postgres::Error;

    fn text(&self, at: usize) -> Result<Option<String>, Self::Fault> {
        Ok(self.try_get::<_, Option<Text>>(at)?.map(|text| text.0))
    }

    fn integer(&self, at: usize) -> Result<Option<i64>, Self::Fault> {
        self.try_get(at)
    }

    fn bytes(&self, at: usize) -> Result<Option<Vec<u8>>, Self::Fault> {
        self.try_get(at)
    }

    fn some_text(&self, at: usize) -> Result<String, Self::Fault> {
        Ok(self.try_get::<_, Text>(at)?.0)
    }
}
