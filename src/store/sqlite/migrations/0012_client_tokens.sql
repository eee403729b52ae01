-- Tokens that clients get for themselves, by the digest of their text.
CREATE TABLE client_tokens (
    digest    BLOB    NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    token     TEXT    NOT NULL,
    forget_at INTEGER NOT NULL
) STRICT;

CREATE INDEX client_tokens_forget_at ON client_tokens (forget_at);
