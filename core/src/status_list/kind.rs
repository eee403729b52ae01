//! What is fetched where a credential says that its status is kept, and what stands for the credential there.

use serde::{Deserialize, Serialize};

/// Which kind of list, in which forms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    /// A Token Status List, as JWT or as CWT.
    #[default]
    StatusList,
    /// A Token Status List as CWT, by the rules of ISO/IEC 18013-5: what an mdoc names.
    StatusListCwt,
    /// An identifier list as CWT, by the same rules.
    IdentifierListCwt,
}

/// What stands for one credential in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusEntry {
    /// Its place in a status list, from 0 on.
    Index(u64),
    /// Its identifier, base64url of the bytes: in an identifier list when it is taken back.
    Identifier(String),
}

/// How one list is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListForm {
    StatusListJwt,
    StatusListCwt,
    IdentifierListCwt,
}

impl ListKind {
    /// The media types that are asked for, the most welcome first, and nothing else (TSL 8.1).
    pub fn media_types(self) -> &'static [&'static str] {
        const CWT: &str = ListForm::StatusListCwt.media_type();
        match self {
            Self::StatusList => const { &[ListForm::StatusListJwt.media_type(), CWT] },
            Self::StatusListCwt => &[CWT],
            Self::IdentifierListCwt => const { &[ListForm::IdentifierListCwt.media_type()] },
        }
    }

    /// Whether ISO/IEC 18013-5 says how its lists are signed and how long they live.
    pub(super) fn is_of_mdoc(self) -> bool {
        self != Self::StatusList
    }

    pub(super) fn is_usual(&self) -> bool {
        *self == Self::StatusList
    }
}

impl ListForm {
    const ALL: [Self; 3] = [Self::StatusListJwt, Self::StatusListCwt, Self::IdentifierListCwt];

    /// The form of this media type, if lists of `kind` have it.
    pub(super) fn of(kind: ListKind, media_type: &str) -> Option<Self> {
        let named = |form: &Self| form.media_type().eq_ignore_ascii_case(media_type);
        Self::ALL.into_iter().find(named).filter(|form| kind.media_types().contains(&form.media_type()))
    }

    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::StatusListJwt => "application/statuslist+jwt",
            Self::StatusListCwt => "application/statuslist+cwt",
            Self::IdentifierListCwt => "application/identifierlist+cwt",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_14_61_a_form_is_taken_only_where_it_was_asked_for() {
        let taken = |kind, media_type| ListForm::of(kind, media_type).is_some();
        for (kind, jwt, cwt, identifiers) in [
            (ListKind::StatusList, true, true, false),
            (ListKind::StatusListCwt, false, true, false),
            (ListKind::IdentifierListCwt, false, false, true),
        ] {
            assert_eq!(taken(kind, "application/statuslist+jwt"), jwt, "{kind:?}");
            assert_eq!(taken(kind, "Application/StatusList+CWT"), cwt, "{kind:?}");
            assert_eq!(taken(kind, "application/identifierlist+cwt"), identifiers, "{kind:?}");
            assert!(!taken(kind, "application/cwt"));
        }
    }
}
