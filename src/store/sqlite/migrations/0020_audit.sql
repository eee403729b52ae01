-- The audit log. A note has no place yet; a line has one, and names the hash of the line before it.
--
--   ordinal    the place, from 1; NULL while it waits for one
--   text       what it says, as JSON: of a line the very bytes that its hash is of
--   at         when it happened
--   forget_at  from this second on it may be removed, unless it is the newest line
CREATE TABLE audit (
    id        TEXT    NOT NULL PRIMARY KEY,
    ordinal   INTEGER UNIQUE CHECK (ordinal > 0),
    text      TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    forget_at INTEGER NOT NULL
) STRICT;

CREATE INDEX audit_waiting ON audit (at) WHERE ordinal IS NULL;
CREATE INDEX audit_forget_at ON audit (forget_at);
