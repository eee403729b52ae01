-- What a deployment keeps, as SQLite's migrations up to 0013 have it. Codes, cookies and tokens are kept as digests.
-- JSON is kept as it was written, as text: what people sign with may hold the character U+0000, which the types of
-- PostgreSQL for JSON cannot hold.
--
-- Rows of `grants`, `presentations` and `attempts` are changed in place (HOT): pages have room, and no index is on
-- what changes often.

CREATE TABLE schema (
    id           bigint NOT NULL PRIMARY KEY CHECK (id = 1),
    version      bigint NOT NULL,
    least_reader bigint NOT NULL
);

-- What the service notes about itself, in one row.
--
--   keys    digest of the keys that this schema goes with; NULL until a service has started with it
--   probes  written again and again, to see whether writing works
CREATE TABLE service (
    id     bigint NOT NULL PRIMARY KEY CHECK (id = 1),
    keys   bytea  CHECK (octet_length(keys) = 32),
    probes bigint NOT NULL
) WITH (fillfactor = 70);

INSERT INTO service (id, keys, probes) VALUES (1, NULL, 0);

-- What one process at a time does for all that share the schema: who (a number drawn at its start), and until when the
-- others leave it alone.
CREATE TABLE leases (
    name       text   NOT NULL PRIMARY KEY,
    holder     bytea  NOT NULL CHECK (octet_length(holder) = 32),
    held_until bigint NOT NULL
) WITH (fillfactor = 70);

-- A grant.
--
--     pending --approve--> approved --redeem--> redeemed
--        '-----deny------> denied
--
--   column          pending    approved   denied     redeemed
--   interval_ms     set        -          -          -
--   last_polled     may be     -          -          -
--   claimed_by      may be     -          -          -
--   precautions     may be     -          -          -
--   sighted         may be     -          -          -
--   admission       -          set        -          -
--   denial_reason   -          -          set        -
--   token           -          -          -          set
--
-- `sighted`: the addresses from which the code was entered, as keyed digests in hexadecimal, one behind the other.
CREATE TABLE grants (
    id            text   NOT NULL PRIMARY KEY,
    device_code   bytea  NOT NULL UNIQUE CHECK (octet_length(device_code) = 32),
    user_code     bytea  NOT NULL UNIQUE CHECK (octet_length(user_code) = 32),
    state         text   NOT NULL,
    terms         text   NOT NULL,
    interval_ms   bigint CHECK (interval_ms >= 0),
    last_polled   bigint,
    claimed_by    bytea  CHECK (octet_length(claimed_by) = 32),
    admission     text,
    denial_reason text,
    token         text,
    precautions   text,
    sighted       text,
    forget_at     bigint NOT NULL,

    CONSTRAINT grant_state CHECK (CASE state
        WHEN 'pending'  THEN interval_ms IS NOT NULL
                         AND admission IS NULL AND denial_reason IS NULL AND token IS NULL
        WHEN 'approved' THEN admission IS NOT NULL
                         AND interval_ms IS NULL AND last_polled IS NULL AND claimed_by IS NULL
                         AND denial_reason IS NULL AND token IS NULL
        WHEN 'denied'   THEN denial_reason IS NOT NULL
                         AND interval_ms IS NULL AND last_polled IS NULL AND claimed_by IS NULL
                         AND admission IS NULL AND token IS NULL
        WHEN 'redeemed' THEN token IS NOT NULL
                         AND interval_ms IS NULL AND last_polled IS NULL AND claimed_by IS NULL
                         AND admission IS NULL AND denial_reason IS NULL
        ELSE FALSE
    END),
    CONSTRAINT grant_pending CHECK (state = 'pending' OR (precautions IS NULL AND sighted IS NULL))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX grants_forget_at ON grants (forget_at);
CREATE INDEX grants_approved ON grants (forget_at) WHERE state = 'approved';

-- A presentation.
--
--     begun --serve--> served --verified | declined | last try rejected--> settled
--                        |'--rejected, tries remain--> served
--                        '--verified, posted--> awaiting_return --returned--> settled
--
--   column          begun      served           awaiting_return   settled: verified   rejected   declined
--   reserved_for    may be     -                -                          -          -          -
--   browser         -          set              set                        set        set        set
--   tries           -          set              -                          -          -          -
--   report          -          set, tries > 0   set                        set        set        -
--   answer_key      may be     may be           -                          -          -          -
--   return_code     -          -                set                        -          -          -
--   answered_at     -          -                set                        -          -          -
--   answer          -          -                may be                     may be     may be     may be
--   outcome         -          -                verified                   set        set        set
--   proven          -          -                set                        set        -          -
--   wallet_error    -          -                -                          -          -          set
--   response_code   -          -                -                          until spent, if there is one
--   settled_at      -          -                -                          set        set        set
--   collected_code  -          -                -                          once it is spent, until the sweep
--   collected_at    -          -                -                          as collected_code
--   expiry_told     once its client was told that nobody answered in time: nobody settles it then
--   sent            -          may be           may be                     may be     may be     may be
--   empty_at        -          -                -                          where what was proven goes before the row
--
-- `answer_key` is the private JWK that the wallet encrypts to; it and the login hint are removed in the write that
-- takes the answer, and by the sweep once the request has expired. `login_hint` is text as somebody sent it, in UTF-8.
-- `sent` are hashes of what the wallet was sent, each base64url, separated by spaces; the last sixteen.
CREATE TABLE presentations (
    id            text   NOT NULL PRIMARY KEY,
    handle        text   NOT NULL UNIQUE,
    request_state text   NOT NULL UNIQUE,
    state         text   NOT NULL,
    request       text   NOT NULL,
    reserved_for  bytea  CHECK (octet_length(reserved_for) = 32),
    browser       bytea  CHECK (octet_length(browser) = 32),
    tries         bigint CHECK (tries >= 0),
    undecided     bigint NOT NULL DEFAULT 0 CHECK (undecided >= 0),
    report        text,
    answer_key    text,
    login_hint    bytea,
    begun_by      text,
    return_code   bytea  CHECK (octet_length(return_code) = 32),
    answered_at   bigint,
    answer        bytea  CHECK (answer IS NULL OR (octet_length(answer) = 32 AND state IN ('awaiting_return', 'settled'))),
    outcome       text,
    proven        text,
    wallet_error  text,
    response_code bytea  CHECK (octet_length(response_code) = 32),
    settled_at    bigint,
    collected_code bytea CHECK (collected_code IS NULL OR (octet_length(collected_code) = 32 AND state = 'settled')),
    collected_at  bigint,
    expiry_told   bigint,
    sent          text,
    empty_at      bigint,
    expires_at    bigint NOT NULL,
    forget_at     bigint NOT NULL,

    CONSTRAINT presentation_state CHECK (CASE state
        WHEN 'begun'   THEN browser IS NULL AND tries IS NULL AND report IS NULL AND outcome IS NULL
        WHEN 'served'  THEN reserved_for IS NULL AND browser IS NOT NULL AND tries IS NOT NULL
                        AND (report IS NULL) = (tries = 0) AND outcome IS NULL
        WHEN 'awaiting_return'
                       THEN reserved_for IS NULL AND browser IS NOT NULL AND tries IS NULL
                        AND outcome = 'verified' AND settled_at IS NULL AND response_code IS NULL
        WHEN 'settled' THEN reserved_for IS NULL AND browser IS NOT NULL AND tries IS NULL
                        AND outcome IS NOT NULL AND settled_at IS NOT NULL
        ELSE FALSE
    END),
    CONSTRAINT presentation_answer_key CHECK (answer_key IS NULL OR state IN ('begun', 'served')),
    CONSTRAINT presentation_return CHECK (
        (return_code IS NOT NULL) = (state = 'awaiting_return')
        AND (answered_at IS NOT NULL) = (state = 'awaiting_return')
    ),
    CONSTRAINT presentation_outcome CHECK (CASE
        WHEN outcome IS NULL       THEN proven IS NULL AND wallet_error IS NULL
                                    AND response_code IS NULL AND settled_at IS NULL
        WHEN outcome = 'verified'  THEN proven IS NOT NULL AND report IS NOT NULL AND wallet_error IS NULL
        WHEN outcome = 'rejected'  THEN proven IS NULL AND report IS NOT NULL AND wallet_error IS NULL
        WHEN outcome = 'declined'  THEN proven IS NULL AND report IS NULL AND wallet_error IS NOT NULL
        ELSE FALSE
    END)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX presentations_forget_at ON presentations (forget_at);
CREATE INDEX presentations_with_key ON presentations (expires_at) WHERE answer_key IS NOT NULL;
CREATE INDEX presentations_with_hint ON presentations (expires_at) WHERE login_hint IS NOT NULL;
CREATE INDEX presentations_empty_at ON presentations (empty_at) WHERE empty_at IS NOT NULL;
CREATE INDEX presentations_open ON presentations (begun_by, expires_at)
    WHERE begun_by IS NOT NULL AND state IN ('begun', 'served', 'awaiting_return');
CREATE INDEX presentations_untold ON presentations (expires_at)
    WHERE begun_by IS NOT NULL AND expiry_told IS NULL AND state IN ('begun', 'served', 'awaiting_return');

-- Who begins a presentation for a relying party waits here for the others who do, because open ones are counted; and
-- who gives the events of a client their places.
CREATE TABLE turns (
    who  text   NOT NULL PRIMARY KEY,
    last bigint NOT NULL
) WITH (fillfactor = 70);

-- A family: all tokens that one redemption led to. Revoking is forgetting: a token without a row is dead, and so is
-- one whose family has none.
--
--   refresh_lineage  digest of what the refresh tokens of the family share; NULL when there is none
--   refresh_current  digest of the one that works; another one of the lineage was used before
--   refresh_until    from this second on it does not work
--   refresh_previous digest of the refresh token that the current one was given for
--   refreshed_at     when that one was shown first
--   session          the session that it ends with
CREATE TABLE token_families (
    id              text   NOT NULL PRIMARY KEY,
    origin          text   NOT NULL UNIQUE,
    terms           text   NOT NULL,
    admission       text   NOT NULL,
    refresh_lineage bytea  UNIQUE CHECK (octet_length(refresh_lineage) = 32),
    refresh_current bytea  CHECK (octet_length(refresh_current) = 32),
    refresh_until   bigint,
    refresh_previous bytea CHECK (octet_length(refresh_previous) = 32),
    refreshed_at    bigint,
    session         text,
    forget_at       bigint NOT NULL,

    CONSTRAINT family_refresh CHECK ((refresh_lineage IS NULL) = (refresh_current IS NULL)
                                 AND (refresh_lineage IS NULL) = (refresh_until IS NULL))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX token_families_forget_at ON token_families (forget_at);
CREATE INDEX token_families_session ON token_families (session) WHERE session IS NOT NULL;

-- An access token, by its digest: what it allows, never the token. Without a foreign key: a refresh and a revocation
-- at the same moment may leave a row behind, which is dead.
CREATE TABLE access_tokens (
    digest    bytea  NOT NULL PRIMARY KEY CHECK (octet_length(digest) = 32),
    family    text   NOT NULL,
    token     text   NOT NULL,
    forget_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX access_tokens_family ON access_tokens (family);
CREATE INDEX access_tokens_forget_at ON access_tokens (forget_at);

-- Tokens that clients get for themselves, by the digest of their text.
CREATE TABLE client_tokens (
    digest    bytea  NOT NULL PRIMARY KEY CHECK (octet_length(digest) = 32),
    token     text   NOT NULL,
    forget_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX client_tokens_forget_at ON client_tokens (forget_at);

-- A person who presented to a client a moment ago, in a browser that is known by the digest of a secret. The
-- admission goes with the row.
CREATE TABLE sessions (
    id        text   NOT NULL PRIMARY KEY,
    cookie    bytea  NOT NULL UNIQUE CHECK (octet_length(cookie) = 32),
    terms     text   NOT NULL,
    admission text   NOT NULL,
    forget_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX sessions_forget_at ON sessions (forget_at);

-- What a client has to be told of a logout, until it was told or the attempts are used up. `due_at` says when it is
-- tried next.
CREATE TABLE logout_notices (
    id        text   NOT NULL PRIMARY KEY,
    notice    text   NOT NULL,
    attempts  bigint NOT NULL,
    due_at    bigint NOT NULL,
    forget_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX logout_notices_due_at ON logout_notices (due_at);
CREATE INDEX logout_notices_forget_at ON logout_notices (forget_at);

-- A receipt, written with the decision that it is about: hashes, and no claim.
--
--     waiting --seal--> sealed
--
--   column      waiting   sealed
--   content     set       -         what it will say, as JSON
--   sent        may be    -         as in the row of the presentation
--   position    -         set       in the chain of its client, from 1
--   sealed      -         set       the compact JWS
--   forget_at   -         set
CREATE TABLE receipts (
    presentation text   NOT NULL PRIMARY KEY,
    client       text   NOT NULL,
    decided_at   bigint NOT NULL,
    content      text,
    sent         text,
    position     bigint,
    sealed       text,
    forget_at    bigint,

    CONSTRAINT receipt_state CHECK (CASE WHEN sealed IS NULL
        THEN content IS NOT NULL AND position IS NULL AND forget_at IS NULL
        ELSE content IS NULL AND sent IS NULL AND position IS NOT NULL AND forget_at IS NOT NULL
    END)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX receipts_waiting ON receipts (client, decided_at) WHERE sealed IS NULL;
CREATE INDEX receipts_forget_at ON receipts (forget_at) WHERE forget_at IS NOT NULL;

-- The end of each client's chain: how many receipts there were, and the hash of the last. Never removed. `checkpointed`
-- is how many there were when it was last signed, `checkpoint` what was signed then, `checkpoint_at` when.
CREATE TABLE receipt_chains (
    client        text   NOT NULL PRIMARY KEY,
    position      bigint NOT NULL CHECK (position > 0),
    head          bytea  NOT NULL CHECK (octet_length(head) = 32),
    checkpointed  bigint NOT NULL DEFAULT 0,
    checkpoint    text,
    checkpoint_at bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

-- A proof of a key that was shown (RFC 9449 section 11.1), until it could not be shown again anyway. `used_by` is
-- random, of the request that used it: a request whose answer from here was lost finds out whether it was itself.
CREATE TABLE dpop_proofs (
    id        bytea  NOT NULL PRIMARY KEY CHECK (octet_length(id) = 32),
    used_by   bytea  CHECK (octet_length(used_by) = 32),
    forget_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX dpop_proofs_forget_at ON dpop_proofs (forget_at);

-- An authorization that ends in a code.
--
--     pending --grant--> granted --redeem--> redeemed
--        '----refuse---> refused
--
--   column            pending    granted    refused    redeemed
--   browser           set        -          -          -
--   code              -          set        -          set
--   code_expires_at   -          set        -          -
--   admission         -          set        -          -
--   refusal_reason    -          -          set        -
--   token             -          -          -          set
--
-- The code stays when it was exchanged, so that a second exchange is noticed.
CREATE TABLE authorizations (
    id              text   NOT NULL PRIMARY KEY,
    state           text   NOT NULL,
    terms           text   NOT NULL,
    browser         bytea  CHECK (octet_length(browser) = 32),
    code            bytea  UNIQUE CHECK (octet_length(code) = 32),
    code_expires_at bigint,
    admission       text,
    refusal_reason  text,
    token           text,
    forget_at       bigint NOT NULL,

    CONSTRAINT authorization_state CHECK (CASE state
        WHEN 'pending'  THEN browser IS NOT NULL
                         AND code IS NULL AND code_expires_at IS NULL AND admission IS NULL
                         AND refusal_reason IS NULL AND token IS NULL
        WHEN 'granted'  THEN code IS NOT NULL AND code_expires_at IS NOT NULL AND admission IS NOT NULL
                         AND browser IS NULL AND refusal_reason IS NULL AND token IS NULL
        WHEN 'refused'  THEN refusal_reason IS NOT NULL
                         AND browser IS NULL AND code IS NULL AND code_expires_at IS NULL
                         AND admission IS NULL AND token IS NULL
        WHEN 'redeemed' THEN code IS NOT NULL AND token IS NOT NULL
                         AND browser IS NULL AND code_expires_at IS NULL AND admission IS NULL
                         AND refusal_reason IS NULL
        ELSE FALSE
    END)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX authorizations_forget_at ON authorizations (forget_at);
CREATE INDEX authorizations_granted ON authorizations (forget_at) WHERE state = 'granted';

-- A pushed request that nobody has come back for yet: gone when it is used.
CREATE TABLE pushed_requests (
    handle    bytea  NOT NULL PRIMARY KEY CHECK (octet_length(handle) = 32),
    request   text   NOT NULL,
    forget_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX pushed_requests_forget_at ON pushed_requests (forget_at);

-- The `jti` of each client assertion that was used, as a digest, until the assertion is dead by itself.
CREATE TABLE client_assertions (
    jti       bytea  NOT NULL PRIMARY KEY CHECK (octet_length(jti) = 32),
    used_by   bytea  CHECK (octet_length(used_by) = 32),
    forget_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX client_assertions_forget_at ON client_assertions (forget_at);

-- A counter is one row: what is counted, whose it is (a keyed digest, never an address), the beginnings of its slots
-- (seconds since the epoch) and a count for each. `newest` is the last of its slots.
--
-- No index on `newest` or `forget_at`, which change with each count: a counter is changed in place, and there are few
-- enough of them that a sweep may look at each.
CREATE TABLE attempts (
    what      text     NOT NULL,
    who       bytea    NOT NULL CHECK (octet_length(who) = 32),
    slots     bigint[] NOT NULL,
    counts    bigint[] NOT NULL,
    newest    bigint   NOT NULL,
    forget_at bigint   NOT NULL,
    PRIMARY KEY (what, who),
    CONSTRAINT attempts_slots CHECK (cardinality(slots) = cardinality(counts))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

-- What clients are told of, written with the change that it tells of: never a claim. `ordinal` is its place among the
-- events of its client: NULL until somebody has asked for them, so that nothing gets a place before one that was told.
CREATE TABLE events (
    id        text   NOT NULL PRIMARY KEY,
    client    text   NOT NULL,
    at        bigint NOT NULL,
    event     text   NOT NULL,
    ordinal   bigint,
    forget_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX events_client ON events (client, ordinal);
CREATE INDEX events_forget_at ON events (forget_at);

-- What is delivered of an event: one row for each endpoint of its client that wants it.
--
--   state        waiting, delivered or dead
--   due_at       waiting: when the next attempt is made; while one is made, when somebody else may make it
--   last_status  the status of the last answer; NULL when none was heard
CREATE TABLE deliveries (
    id          text   NOT NULL PRIMARY KEY,
    event       text   NOT NULL,
    client      text   NOT NULL,
    endpoint    text   NOT NULL,
    state       text   NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    due_at      bigint NOT NULL,
    attempts    bigint NOT NULL,
    last_status bigint,
    forget_at   bigint NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX deliveries_due_at ON deliveries (due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_endpoint ON deliveries (client, endpoint, forget_at, id);
CREATE INDEX deliveries_waiting ON deliveries (client, endpoint, due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_event ON deliveries (event);
CREATE INDEX deliveries_forget_at ON deliveries (forget_at);

-- An endpoint that failed and has not taken a message since.
--
--   address     digest of its address then: at another address it is another endpoint
--   since       when it failed first
--   not_before  it asked not to be called before this second
--   paused      why nothing is sent any more: gone (it answered 410) or failing (for five days)
CREATE TABLE webhook_troubles (
    client     text   NOT NULL,
    endpoint   text   NOT NULL,
    address    bytea  NOT NULL CHECK (octet_length(address) = 32),
    since      bigint NOT NULL,
    not_before bigint,
    paused     text   CHECK (paused IN ('gone', 'failing')),
    PRIMARY KEY (client, endpoint)
);

-- Answers that are given again to who repeats a request: by a keyed digest of what names it, with a digest of the request,
-- sealed by a key that is not in this database.
CREATE TABLE kept_answers (
    key       bytea  NOT NULL PRIMARY KEY CHECK (octet_length(key) = 32),
    body      bytea  NOT NULL CHECK (octet_length(body) = 32),
    answer    text   NOT NULL,
    forget_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX kept_answers_forget_at ON kept_answers (forget_at);

-- The audit log, as SQLite's migration 0020 has it: notes without a place, and lines, each of which names the hash of
-- the line before it.
CREATE TABLE audit (
    id        text   NOT NULL PRIMARY KEY,
    ordinal   bigint UNIQUE CHECK (ordinal > 0),
    text      text   NOT NULL,
    at        bigint NOT NULL,
    forget_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000);

CREATE INDEX audit_waiting ON audit (at) WHERE ordinal IS NULL;
CREATE INDEX audit_forget_at ON audit (forget_at);
