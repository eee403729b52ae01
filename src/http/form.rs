//! `application/x-www-form-urlencoded`, read strictly (RFC 6749 section 3.1, 3.2 and appendix B).
//!
//! Percent-encoding must be whole and the text UTF-8, no parameter may occur twice, and a parameter
//! without a value counts as left out. What is unknown is ignored.

/// The media type.
pub const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";
/// The most parameters in one form. Ours know at most six.
const MAX_PARAMETERS: usize = 64;

/// A form, each parameter once.
#[derive(Debug, Default)]
pub struct Form(Vec<(String, String)>);

/// Why a form was refused. Carries no part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormFault {
    /// An incomplete percent-encoding, or not UTF-8.
    #[error("the parameters are not valid percent-encoded UTF-8")]
    Encoding,
    /// RFC 6749 section 3.1: parameters must not be repeated.
    #[error("a parameter is repeated")]
    Repeated,
    /// More than any client of ours sends.
    #[error("there are more than {MAX_PARAMETERS} parameters")]
    TooMany,
}

impl Form {
    /// Reads a body or a query string, whose length the caller has bounded.
    ///
    /// # Errors
    /// [`FormFault`]
    pub fn parse(text: &[u8]) -> Result<Self, FormFault> {
        Self::read(text, |_| Err(FormFault::Repeated))
    }

    /// Reads a form where the answer to a repeated parameter depends on which one it is: the first value of
    /// each, and the names that came more than once.
    ///
    /// # Errors
    /// [`FormFault`], but not [`FormFault::Repeated`]
    pub fn parse_noting_repeats(text: &[u8]) -> Result<(Self, Vec<String>), FormFault> {
        let mut repeated = Vec::new();
        let form = Self::read(text, |name| {
            repeated.push(name);
            Ok(())
        })?;
        Ok((form, repeated))
    }

    /// What is repeated counts among the parameters too, so that it costs no more than what is not.
    fn read(
        text: &[u8],
        mut repeated: impl FnMut(String) -> Result<(), FormFault>,
    ) -> Result<Self, FormFault> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let separated = text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
        for (count, pair) in separated.enumerate() {
            if count >= MAX_PARAMETERS {
                return Err(FormFault::TooMany);
            }
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => (pair.get(..at).unwrap_or_default(), pair.get(at + 1..).unwrap_or_default()),
                None => (pair, &[][..]),
            };
            let (name, value) = (decode(name)?, decode(value)?);
            if pairs.iter().any(|(known, _)| *known == name) {
                repeated(name)?;
            } else {
                pairs.push((name, value));
            }
        }
        pairs.retain(|(_, value)| !value.is_empty());
        Ok(Self(pairs))
    }

    /// Takes a parameter out. `None` when it was left out or empty.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// Whether a parameter is there with a value.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// All that is left.
    pub fn into_pairs(self) -> impl Iterator<Item = (String, String)> {
        self.0.into_iter()
    }
}

/// Undoes the form encoding of one name or value.
///
/// # Errors
/// [`FormFault::Encoding`]
pub fn decode(encoded: &[u8]) -> Result<String, FormFault> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (rest.next().and_then(hex_digit), rest.next().and_then(hex_digit));
                high.zip(low).map(|(high, low)| high << 4 | low).ok_or(FormFault::Encoding)?
            }
            other => *other,
        });
    }
    String::from_utf8(bytes).map_err(|_| FormFault::Encoding)
}

fn hex_digit(digit: &u8) -> Option<u8> {
    char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Result<Vec<(String, String)>, FormFault> {
        Form::parse(text.as_bytes()).map(|form| form.into_pairs().collect())
    }

    #[test]
    fn req_10_1_empty_is_absent_and_unknown_is_kept_aside() {
        let mut form = Form::parse(b"client_id=tv&scope=&other=1&&flag").unwrap();
        assert_eq!(form.take("client_id").as_deref(), Some("tv"));
        assert_eq!(form.take("scope"), None);
        assert_eq!(form.take("flag"), None);
        assert!(form.has("other"));
    }

    #[test]
    fn req_11_40_a_repeated_parameter_is_refused_even_when_empty() {
        for wrong in ["a=1&a=2", "a=1&a=1", "a=&a=1", "a&a=1", "a=1&%61=2"] {
            assert_eq!(pairs(wrong), Err(FormFault::Repeated), "{wrong}");
        }
    }

    #[test]
    fn req_11_10_repeats_can_be_told_by_name() {
        let (mut form, repeated) = Form::parse_noting_repeats(b"a=1&b=2&a=3&%61=&c=").unwrap();
        assert_eq!(repeated, ["a", "a"]);
        assert_eq!((form.take("a").as_deref(), form.take("b").as_deref()), (Some("1"), Some("2")));
        assert!(!form.has("c"));
    }

    #[test]
    fn req_2_4_decoding_is_exact() {
        let one = |text: &str| pairs(text).map(|pairs| pairs.into_iter().next().unwrap().1);
        assert_eq!(one("a=b+c%20d%2B%C3%A9").unwrap(), "b c d+é");
        for wrong in ["a=%", "a=%4", "a=%zz", "a=%+1", "a=%ff", "a=%C3", "%=1"] {
            assert_eq!(one(wrong), Err(FormFault::Encoding), "{wrong}");
        }
    }

    #[test]
    fn the_number_of_parameters_is_bounded() {
        let many = |count: usize| (0..count).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&");
        assert_eq!(pairs(&many(MAX_PARAMETERS)).unwrap().len(), MAX_PARAMETERS);
        assert_eq!(pairs(&many(MAX_PARAMETERS + 1)), Err(FormFault::TooMany));
    }

    #[test]
    fn repeats_are_refused_at_the_first_and_counted_where_they_are_noted() {
        // What comes after the first repeat is not looked at.
        assert_eq!(pairs("a=1&a=2&b=%"), Err(FormFault::Repeated));
        let repeats = "a=1&".repeat(MAX_PARAMETERS + 1);
        assert_eq!(Form::parse_noting_repeats(repeats.as_bytes()).unwrap_err(), FormFault::TooMany);
    }
}
