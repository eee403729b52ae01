-- What clients are told of, written with the change that it tells of: never a claim. `ordinal` is its place among the
-- events of its client: NULL until somebody has asked for them, so that nothing gets a place before one that was told.
CREATE TABLE events (
    id        TEXT    NOT NULL PRIMARY KEY,
    client    TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    event     TEXT    NOT NULL,
    ordinal   INTEGER,
    forget_at INTEGER NOT NULL
) STRICT;

CREATE INDEX events_client ON events (client, ordinal);
CREATE INDEX events_forget_at ON events (forget_at);

-- What is delivered of an event: one row for each endpoint of its client that wants it.
--
--   state        waiting, delivered or dead
--   due_at       waiting: when the next attempt is made; while one is made, when somebody else may make it
--   last_status  the status of the last answer; NULL when none was heard
CREATE TABLE deliveries (
    id          TEXT    NOT NULL PRIMARY KEY,
    event       TEXT    NOT NULL,
    client      TEXT    NOT NULL,
    endpoint    TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    due_at      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    last_status INTEGER,
    forget_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX deliveries_due_at ON deliveries (due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_endpoint ON deliveries (client, endpoint, due_at);
CREATE INDEX deliveries_event ON deliveries (event);
CREATE INDEX deliveries_forget_at ON deliveries (forget_at);

-- Answers that are given again to who repeats a request: by a keyed digest of what names it, with a digest of the request,
-- sealed by a key that is not in this database.
CREATE TABLE kept_answers (
    key       BLOB    NOT NULL PRIMARY KEY CHECK (length(key) = 32),
    body      BLOB    NOT NULL CHECK (length(body) = 32),
    answer    TEXT    NOT NULL,
    forget_at INTEGER NOT NULL
) STRICT;

CREATE INDEX kept_answers_forget_at ON kept_answers (forget_at);

-- When the client of a presentation was told that nobody has answered in time. Nobody settles it any more.
ALTER TABLE presentations ADD COLUMN expiry_told INTEGER;
CREATE INDEX presentations_untold ON presentations (expires_at)
    WHERE begun_by IS NOT NULL AND expiry_told IS NULL AND state IN ('begun', 'served', 'awaiting_return');
