-- A person who presented to a client a moment ago, in a browser that is known by the digest of a secret. The
-- admission goes with the row.
CREATE TABLE sessions (
    id        TEXT    NOT NULL PRIMARY KEY,
    cookie    BLOB    NOT NULL UNIQUE CHECK (length(cookie) = 32),
    terms     TEXT    NOT NULL,
    admission TEXT    NOT NULL,
    forget_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_forget_at ON sessions (forget_at);

-- The session that a family of tokens ends with.
ALTER TABLE token_families ADD COLUMN session TEXT;
CREATE INDEX token_families_session ON token_families (session) WHERE session IS NOT NULL;

-- What a client has to be told of a logout, until it was told or the attempts are used up. `due_at` says when it is
-- tried next.
CREATE TABLE logout_notices (
    id        TEXT    NOT NULL PRIMARY KEY,
    notice    TEXT    NOT NULL,
    attempts  INTEGER NOT NULL,
    due_at    INTEGER NOT NULL,
    forget_at INTEGER NOT NULL
) STRICT;

CREATE INDEX logout_notices_due_at ON logout_notices (due_at);
CREATE INDEX logout_notices_forget_at ON logout_notices (forget_at);
