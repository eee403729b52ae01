-- An endpoint that failed and has not taken a message since.
--
--   address     digest of its address then: at another address it is another endpoint
--   since       when it failed first
--   not_before  it asked not to be called before this second
--   paused      why nothing is sent any more: gone (it answered 410) or failing (for five days)
CREATE TABLE webhook_troubles (
    client     TEXT    NOT NULL,
    endpoint   TEXT    NOT NULL,
    address    BLOB    NOT NULL CHECK (length(address) = 32),
    since      INTEGER NOT NULL,
    not_before INTEGER,
    paused     TEXT    CHECK (paused IN ('gone', 'failing')),
    PRIMARY KEY (client, endpoint)
) STRICT;
