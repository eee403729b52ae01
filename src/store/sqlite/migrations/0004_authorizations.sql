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
-- The code is kept as a digest, and stays when it was exchanged, so that a second exchange is noticed.
-- What was earned goes when the token is taken.
CREATE TABLE authorizations (
    id              TEXT    NOT NULL PRIMARY KEY,
    state           TEXT    NOT NULL,
    terms           TEXT    NOT NULL,
    browser         BLOB    CHECK (length(browser) = 32),
    code            BLOB    UNIQUE CHECK (length(code) = 32),
    code_expires_at INTEGER,
    admission       TEXT,
    refusal_reason  TEXT,
    token           TEXT,
    forget_at       INTEGER NOT NULL,

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
) STRICT;

CREATE INDEX authorizations_forget_at ON authorizations (forget_at);

-- A pushed request that nobody has come back for yet: gone when it is used.
CREATE TABLE pushed_requests (
    handle    BLOB    NOT NULL PRIMARY KEY CHECK (length(handle) = 32),
    request   TEXT    NOT NULL,
    forget_at INTEGER NOT NULL
) STRICT;

CREATE INDEX pushed_requests_forget_at ON pushed_requests (forget_at);

-- The `jti` of each client assertion that was used, as a digest, until the assertion is dead by itself.
CREATE TABLE client_assertions (
    jti       BLOB    NOT NULL PRIMARY KEY CHECK (length(jti) = 32),
    forget_at INTEGER NOT NULL
) STRICT;

CREATE INDEX client_assertions_forget_at ON client_assertions (forget_at);
