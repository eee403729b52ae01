-- A family: all tokens that one redemption led to. Revoking is forgetting: a token without a row is dead.
--
--   terms            what all of them have in common
--   admission        what the presentation earned; goes with the row
--   refresh_lineage  digest of what the refresh tokens of the family share; NULL when there is none
--   refresh_current  digest of the one that works; another one of the lineage was used before
--   refresh_until    from this second on it does not work
CREATE TABLE token_families (
    id              TEXT    NOT NULL PRIMARY KEY,
    origin          TEXT    NOT NULL UNIQUE,
    terms           TEXT    NOT NULL,
    admission       TEXT    NOT NULL,
    refresh_lineage BLOB    UNIQUE CHECK (length(refresh_lineage) = 32),
    refresh_current BLOB    CHECK (length(refresh_current) = 32),
    refresh_until   INTEGER,
    forget_at       INTEGER NOT NULL,

    CONSTRAINT family_refresh CHECK ((refresh_lineage IS NULL) = (refresh_current IS NULL)
                                 AND (refresh_lineage IS NULL) = (refresh_until IS NULL))
) STRICT;

CREATE INDEX token_families_forget_at ON token_families (forget_at);

-- An access token, by its digest: what it allows, never the token.
CREATE TABLE access_tokens (
    digest     BLOB    NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    family     TEXT    NOT NULL,
    token      TEXT    NOT NULL,
    forget_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX access_tokens_family ON access_tokens (family);
CREATE INDEX access_tokens_forget_at ON access_tokens (forget_at);

-- A proof of a key that was shown (RFC 9449 section 11.1), until it could not be shown again anyway.
CREATE TABLE dpop_proofs (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    forget_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX dpop_proofs_forget_at ON dpop_proofs (forget_at);
