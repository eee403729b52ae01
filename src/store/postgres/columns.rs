//! What comes out of a statement of PostgreSQL.

use std::error::Error;

use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use crate::store::select::Columns;

/// Text, from a column of any type that holds it as it is.
struct Text(String);

impl<'a> FromSql<'a> for Text {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
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
