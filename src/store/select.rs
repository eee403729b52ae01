//! Each look-up as SQL, and which of its columns is what: in words that every store shares.

use super::row::webhooks::{DeliveryRow, TroubleRow};
use super::row::{
    AuthorizationRow, ChainRow, FamilyRow, GrantRow, NoticeRow, PresentationRow, ReceiptRow, SessionRow,
};
use vpgate_core::base::secret::Digest;
use vpgate_core::change::WorksOnce;

/// By what a grant is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum GrantKey {
    Id,
    DeviceCode,
    UserCode,
}

/// By what an authorization is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum AuthorizationKey {
    Id,
    Code,
}

/// By what a family is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum FamilyKey {
    Id,
    Origin,
    Lineage,
}

/// By what a session is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum SessionKey {
    Id,
    Cookie,
}

/// By what a presentation is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum PresentationKey {
    Id,
    Handle,
    RequestState,
}

/// The columns of one row that a store has found, by their places.
pub(super) trait Columns {
    /// The column cannot be read.
    type Fault;

    fn text(&self, at: usize) -> Result<Option<String>, Self::Fault>;
    fn integer(&self, at: usize) -> Result<Option<i64>, Self::Fault>;
    fn bytes(&self, at: usize) -> Result<Option<Vec<u8>>, Self::Fault>;
    /// What is never null.
    fn some_text(&self, at: usize) -> Result<String, Self::Fault>;
}

macro_rules! select_grant {
    ($key:literal) => {
        concat!(
            "SELECT state, terms, interval_ms, last_polled, claimed_by, admission, denial_reason, token,
                    precautions
             FROM grants WHERE ",
            $key,
            " = $1"
        )
    };
}

macro_rules! select_presentation {
    ($key:literal) => {
        concat!(
            "SELECT state, request, reserved_for, browser, tries, report, outcome, proven, wallet_error,
                    response_code, settled_at, answer_key, return_code, answered_at, undecided, answer, login_hint,
                    collected_code, collected_at
             FROM presentations WHERE ",
            $key,
            " = $1"
        )
    };
}

macro_rules! family_columns {
    () => {
        "terms, admission, refresh_lineage, refresh_current, refresh_until, refresh_previous, refreshed_at"
    };
}

macro_rules! select_family {
    ($key:literal) => {
        concat!("SELECT ", family_columns!(), " FROM token_families WHERE ", $key, " = $1")
    };
}

macro_rules! select_authorization {
    ($key:literal) => {
        concat!(
            "SELECT state, terms, browser, code, code_expires_at, admission, refusal_reason, token
             FROM authorizations WHERE ",
            $key,
            " = $1"
        )
    };
}

impl GrantKey {
    pub(super) fn select(self) -> &'static str {
        match self {
            Self::Id => select_grant!("id"),
            Self::DeviceCode => select_grant!("device_code"),
            Self::UserCode => select_grant!("user_code"),
        }
    }
}

impl PresentationKey {
    pub(super) fn select(self) -> &'static str {
        match self {
            Self::Id => select_presentation!("id"),
            Self::Handle => select_presentation!("handle"),
            Self::RequestState => select_presentation!("request_state"),
        }
    }
}

impl FamilyKey {
    pub(super) fn select(self) -> &'static str {
        match self {
            Self::Id => select_family!("id"),
            Self::Origin => select_family!("origin"),
            Self::Lineage => select_family!("refresh_lineage"),
        }
    }
}

impl SessionKey {
    pub(super) fn select(self) -> &'static str {
        match self {
            Self::Id => "SELECT terms, admission FROM sessions WHERE id = $1",
            Self::Cookie => "SELECT terms, admission FROM sessions WHERE cookie = $1",
        }
    }
}

impl AuthorizationKey {
    pub(super) fn select(self) -> &'static str {
        match self {
            Self::Id => select_authorization!("id"),
            Self::Code => select_authorization!("code"),
        }
    }
}

/// The notices that are due, those that wait longest first.
pub(super) const DUE_NOTICES: &str =
    "SELECT notice, attempts, due_at FROM logout_notices WHERE due_at <= $1 ORDER BY due_at LIMIT $2";

/// Events of a client that have a place.
pub(super) const EVENTS: &str =
    "SELECT ordinal, event FROM events WHERE client = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3";

/// An answer that is given again.
pub(super) const KEPT_ANSWER: &str = "SELECT body, answer, forget_at FROM kept_answers WHERE key = $1";

/// Rows whose `id` is in a JSON array.
macro_rules! among_in_sqlite {
    ($select:literal) => {
        concat!($select, " id IN (SELECT value FROM json_each($1))")
    };
}
macro_rules! among_in_postgres {
    ($select:literal) => {
        concat!(
            $select,
            " id = ANY (ARRAY (SELECT value FROM json_array_elements_text($1::json) AS wanted(value)))"
        )
    };
}

/// How far presentations are.
pub(super) const MARKS_IN_SQLITE: &str = among_in_sqlite!("SELECT id, state, tries FROM presentations WHERE");
pub(super) const MARKS_IN_POSTGRES: &str =
    among_in_postgres!("SELECT id, state, tries FROM presentations WHERE");

/// Grants that nobody has decided.
pub(super) const PENDING_IN_SQLITE: &str =
    among_in_sqlite!("SELECT id FROM grants WHERE state = 'pending' AND");
pub(super) const PENDING_IN_POSTGRES: &str =
    among_in_postgres!("SELECT id FROM grants WHERE state = 'pending' AND");

/// Whether there is one that has none.
pub(super) const UNPLACED_EVENT: &str = "SELECT 1 FROM events WHERE client = $1 AND ordinal IS NULL LIMIT 1";

/// Requests of clients that have expired, and of which their clients were not told.
pub(super) const UNTOLD_EXPIRIES: &str = "SELECT request FROM presentations
     WHERE expires_at <= $1 AND begun_by IS NOT NULL AND expiry_told IS NULL
       AND state IN ('begun', 'served', 'awaiting_return')
     ORDER BY expires_at LIMIT $2";

/// The receipt of a presentation.
pub(super) const RECEIPT: &str =
    "SELECT presentation, client, decided_at, content, sent, sealed FROM receipts
     WHERE presentation = $1";

/// The clients whose receipts are not all signed.
pub(super) const CLIENTS_WITH_WAITING_RECEIPTS: &str =
    "SELECT DISTINCT client FROM receipts WHERE sealed IS NULL LIMIT $1";

/// The receipts of a client that are not signed yet, those that wait longest first.
pub(super) const WAITING_RECEIPTS: &str =
    "SELECT presentation, client, decided_at, content, sent, sealed FROM receipts
     WHERE sealed IS NULL AND client = $1 ORDER BY decided_at LIMIT $2";

/// The end of a client's chain.
pub(super) const RECEIPT_CHAIN: &str = "SELECT client, position, head FROM receipt_chains WHERE client = $1";

/// The chains that have grown since they were checkpointed, where that was long ago.
pub(super) const GROWN_CHAINS: &str = "SELECT client, position, head FROM receipt_chains
     WHERE position > checkpointed AND checkpoint_at <= $1 ORDER BY checkpoint_at LIMIT $2";

/// The last checkpoint of a client's chain.
pub(super) const CHECKPOINT: &str = "SELECT checkpoint FROM receipt_chains WHERE client = $1";

/// The endpoints for which something is due.
pub(super) const DUE_ENDPOINTS: &str =
    "SELECT DISTINCT client, endpoint FROM deliveries WHERE state = 'waiting' AND due_at <= $1";

macro_rules! select_delivery {
    ($condition:literal) => {
        concat!(
            "SELECT deliveries.id, deliveries.client, endpoint, state, attempts, due_at, last_status, events.event
             FROM deliveries JOIN events ON events.id = deliveries.event
             WHERE deliveries.client = $1 AND endpoint = $2 AND ",
            $condition
        )
    };
}

/// What is due for an endpoint, what waits longest first.
pub(super) const DUE_DELIVERIES: &str =
    select_delivery!("state = 'waiting' AND due_at <= $3 ORDER BY due_at LIMIT $4");

/// What was sent to an endpoint, and what waits, before a place: by when their events are forgotten, which is when they
/// happened and a week.
pub(super) const DELIVERIES: &str = select_delivery!(
    "state = coalesce($3, state) AND (deliveries.forget_at, deliveries.id) < ($4, $5)
     ORDER BY deliveries.forget_at DESC, deliveries.id DESC LIMIT $6"
);

/// When the oldest event that waits for a webhook is forgotten.
pub(super) const OLDEST_WAITING: &str = "SELECT min(forget_at) FROM deliveries WHERE state = 'waiting'";

/// What is known of endpoints that failed.
pub(super) const WEBHOOK_TROUBLES: &str =
    "SELECT client, endpoint, address, since, not_before, paused FROM webhook_troubles";

/// The notes that wait for their place in the audit log, in the order in which they get it.
pub(super) const AUDIT_NOTES: &str =
    "SELECT id, text FROM audit WHERE ordinal IS NULL ORDER BY at, id LIMIT $1";

/// The newest line of the audit log.
pub(super) const AUDIT_NEWEST: &str =
    "SELECT ordinal, text FROM audit WHERE ordinal IS NOT NULL ORDER BY ordinal DESC LIMIT 1";

/// Lines of the audit log behind one of them.
pub(super) const AUDIT_LINES: &str =
    "SELECT ordinal, text FROM audit WHERE ordinal > $1 ORDER BY ordinal LIMIT $2";

/// A token that a client got for itself.
pub(super) const CLIENT_TOKEN: &str = "SELECT token FROM client_tokens WHERE digest = $1";

/// A pushed request and when its handle dies.
pub(super) const PUSHED_REQUEST: &str = "SELECT request, forget_at FROM pushed_requests WHERE handle = $1";

/// The presentations of a client that are neither settled nor expired: how many, and when the first expires.
pub(super) const OPEN_PRESENTATIONS: &str = "SELECT count(*), min(expires_at) FROM presentations
     WHERE begun_by = $1 AND expires_at > $2 AND state IN ('begun', 'served', 'awaiting_return')";

/// An access token, behind the columns of its family.
pub(super) const ACCESS_TOKEN: &str = concat!(
    "SELECT ",
    family_columns!(),
    ", token FROM access_tokens JOIN token_families ON token_families.id = family WHERE digest = $1"
);
/// Where the token stands there.
pub(super) const ACCESS_TOKEN_AT: usize = 7;

/// Where it is written by which request something was used, and under what.
pub(super) fn used_by(what: WorksOnce<'_>) -> (&'static str, Digest) {
    match what {
        WorksOnce::Proof(id) => ("SELECT used_by FROM dpop_proofs WHERE id = $1", *id),
        WorksOnce::Assertion(jti) => ("SELECT used_by FROM client_assertions WHERE jti = $1", *jti),
    }
}

impl GrantRow {
    pub(super) fn read<C: Columns>(row: &C) -> Result<Self, C::Fault> {
        Ok(Self {
            state: row.some_text(0)?,
            terms: row.some_text(1)?,
            interval_ms: row.integer(2)?,
            last_polled: row.integer(3)?,
            claimed_by: row.bytes(4)?,
            admission: row.text(5)?,
            denial_reason: row.text(6)?,
            token: row.text(7)?,
            precautions: row.text(8)?,
        })
    }
}

impl PresentationRow {
    pub(super) fn read<C: Columns>(row: &C) -> Result<Self, C::Fault> {
        Ok(Self {
            state: row.some_text(0)?,
            request: row.some_text(1)?,
            reserved_for: row.bytes(2)?,
            browser: row.bytes(3)?,
            tries: row.integer(4)?,
            report: row.text(5)?,
            outcome: row.text(6)?,
            proven: row.text(7)?,
            wallet_error: row.text(8)?,
            response_code: row.bytes(9)?,
            settled_at: row.integer(10)?,
            answer_key: row.text(11)?,
            return_code: row.bytes(12)?,
            answered_at: row.integer(13)?,
            undecided: row.integer(14)?,
            answer: row.bytes(15)?,
            login_hint: row.text(16)?,
            collected_code: row.bytes(17)?,
            collected_at: row.integer(18)?,
        })
    }
}

impl AuthorizationRow {
    pub(super) fn read<C: Columns>(row: &C) -> Result<Self, C::Fault> {
        Ok(Self {
            state: row.some_text(0)?,
            terms: row.some_text(1)?,
            browser: row.bytes(2)?,
            code: row.bytes(3)?,
            code_expires_at: row.integer(4)?,
            admission: row.text(5)?,
            refusal_reason: row.text(6)?,
            token: row.text(7)?,
        })
    }
}

impl SessionRow {
    pub(super) fn read<C: Columns>(row: &C) -> Result<Self, C::Fault> {
        Ok(Self { terms: row.some_text(0)?, admission: row.some_text(1)? })
    }
}

impl ReceiptRow {
    pub(super) fn read<C: Columns>(row: &C) -> Result<Self, C::Fault> {
        Ok(Self {
            presentation: row.some_text(0)?,
            client: row.some_text(1)?,
            decided_at: row.integer(2)?,
            content: row.text(3)?,
            sent: row.text(4)?,
            sealed: row.text(5)?,
        })
    }
}

impl ChainRow {
    pub(super) fn read<C: Columns>(row: &C) -> Result<Self, C::Fault> {
        Ok(Self { client: row.some_text(0)?, position: row.integer(1)?, head: row.bytes(2)? })
    }
}

impl NoticeRow {
    pub(super) fn read<C: Columns>(row: &C) -> Result<Self, C::Fault> {
        Ok(Self { notice: row.some_text(0)?, attempts: row.integer(1)?, due_at: row.integer(2)? })
    }
}

impl DeliveryRow {
    pub(super) fn read<C: Columns>(row: &C) -> Result<Self, C::Fault> {
        Ok(Self {
            id: row.some_text(0)?,
            client: row.some_text(1)?,
            endpoint: row.some_text(2)?,
            state: row.some_text(3)?,
            attempts: row.integer(4)?,
            due_at: row.integer(5)?,
            last_status: row.integer(6)?,
            event: row.some_text(7)?,
        })
    }
}

impl TroubleRow {
    pub(super) fn read<C: Columns>(row: &C) -> Result<Self, C::Fault> {
        Ok(Self {
            client: row.some_text(0)?,
            endpoint: row.some_text(1)?,
            address: row.bytes(2)?,
            since: row.integer(3)?,
            not_before: row.integer(4)?,
            paused: row.text(5)?,
        })
    }
}

impl FamilyRow {
    pub(super) fn read<C: Columns>(row: &C) -> Result<Self, C::Fault> {
        Ok(Self {
            terms: row.some_text(0)?,
            admission: row.some_text(1)?,
            refresh_lineage: row.bytes(2)?,
            refresh_current: row.bytes(3)?,
            refresh_until: row.integer(4)?,
            refresh_previous: row.bytes(5)?,
            refreshed_at: row.integer(6)?,
        })
    }
}
