-- Hashes of what the wallet was sent, each base64url, separated by spaces; the last sixteen.
ALTER TABLE presentations ADD COLUMN sent TEXT;

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
    presentation TEXT    NOT NULL PRIMARY KEY,
    client       TEXT    NOT NULL,
    decided_at   INTEGER NOT NULL,
    content      TEXT,
    sent         TEXT,
    position     INTEGER,
    sealed       TEXT,
    forget_at    INTEGER,

    CHECK (CASE WHEN sealed IS NULL
        THEN content IS NOT NULL AND position IS NULL AND forget_at IS NULL
        ELSE content IS NULL AND sent IS NULL AND position IS NOT NULL AND forget_at IS NOT NULL
    END)
) STRICT;

CREATE INDEX receipts_waiting ON receipts (client, decided_at) WHERE sealed IS NULL;
CREATE INDEX receipts_forget_at ON receipts (forget_at) WHERE forget_at IS NOT NULL;

-- The end of each client's chain: how many receipts there were, and the hash of the last. Never removed. `checkpointed`
-- is how many there were when it was last signed, `checkpoint` what was signed then, `checkpoint_at` when.
CREATE TABLE receipt_chains (
    client        TEXT    NOT NULL PRIMARY KEY,
    position      INTEGER NOT NULL CHECK (position > 0),
    head          BLOB    NOT NULL CHECK (length(head) = 32),
    checkpointed  INTEGER NOT NULL DEFAULT 0,
    checkpoint    TEXT,
    checkpoint_at INTEGER NOT NULL DEFAULT 0
) STRICT;
