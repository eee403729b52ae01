-- A grant.
--
--     pending --approve--> approved --redeem--> redeemed
--        '-----deny------> denied
--
--   column          pending    approved   denied     redeemed
--   interval_ms     set        -          -          -
--   last_polled     may be     -          -          -
--   claimed_by      may be     -          -          -
--   admission       -          set        -          -
--   denial_reason   -          -          set        -
--   token           -          -          -          set
--
-- Codes are kept as digests. What was earned goes when the token is taken.
CREATE TABLE grants (
    id            TEXT    NOT NULL PRIMARY KEY,
    device_code   BLOB    NOT NULL UNIQUE CHECK (length(device_code) = 32),
    user_code     BLOB    NOT NULL UNIQUE CHECK (length(user_code) = 32),
    state         TEXT    NOT NULL,
    terms         TEXT    NOT NULL,
    interval_ms   INTEGER CHECK (interval_ms >= 0),
    last_polled   INTEGER,
    claimed_by    BLOB    CHECK (length(claimed_by) = 32),
    admission     TEXT,
    denial_reason TEXT,
    token         TEXT,
    forget_at     INTEGER NOT NULL,

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
    END)
) STRICT;

CREATE INDEX grants_forget_at ON grants (forget_at);

-- A presentation.
--
--     begun --serve--> served --verified | declined | last try rejected--> settled
--                        '--rejected, tries remain--> served
--
--   column          begun      served           settled: verified   rejected   declined
--   reserved_for    may be     -                         -          -          -
--   browser         -          set                       set        set        set
--   tries           -          set                       -          -          -
--   report          -          set when tries > 0        set        set        -
--   outcome         -          -                         set        set        set
--   proven          -          -                         set        -          -
--   wallet_error    -          -                         -          -          set
--   response_code   -          -                         until spent, if there is one
--   settled_at      -          -                         set        set        set
CREATE TABLE presentations (
    id            TEXT    NOT NULL PRIMARY KEY,
    handle        TEXT    NOT NULL UNIQUE,
    request_state TEXT    NOT NULL UNIQUE,
    state         TEXT    NOT NULL,
    asked         TEXT    NOT NULL,
    reserved_for  BLOB    CHECK (length(reserved_for) = 32),
    browser       BLOB    CHECK (length(browser) = 32),
    tries         INTEGER CHECK (tries >= 0),
    report        TEXT,
    outcome       TEXT,
    proven        TEXT,
    wallet_error  TEXT,
    response_code BLOB    CHECK (length(response_code) = 32),
    settled_at    INTEGER,
    forget_at     INTEGER NOT NULL,

    CONSTRAINT presentation_state CHECK (CASE state
        WHEN 'begun'   THEN browser IS NULL AND tries IS NULL AND report IS NULL AND outcome IS NULL
        WHEN 'served'  THEN reserved_for IS NULL AND browser IS NOT NULL AND tries IS NOT NULL
                        AND (report IS NULL) = (tries = 0) AND outcome IS NULL
        WHEN 'settled' THEN reserved_for IS NULL AND browser IS NOT NULL AND tries IS NULL
                        AND outcome IS NOT NULL AND settled_at IS NOT NULL
        ELSE FALSE
    END),
    CONSTRAINT presentation_outcome CHECK (CASE
        WHEN outcome IS NULL       THEN proven IS NULL AND wallet_error IS NULL
                                    AND response_code IS NULL AND settled_at IS NULL
        WHEN outcome = 'verified'  THEN proven IS NOT NULL AND report IS NOT NULL AND wallet_error IS NULL
        WHEN outcome = 'rejected'  THEN proven IS NULL AND report IS NOT NULL AND wallet_error IS NULL
        WHEN outcome = 'declined'  THEN proven IS NULL AND report IS NULL AND wallet_error IS NOT NULL
        ELSE FALSE
    END)
) STRICT;

CREATE INDEX presentations_forget_at ON presentations (forget_at);
