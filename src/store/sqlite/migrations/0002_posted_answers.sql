-- Wallets that post their answer (direct_post, direct_post.jwt). A presentation, from now on:
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
--   outcome         -          -                verified                   set        set        set
--   proven          -          -                set                        set        -          -
--   wallet_error    -          -                -                          -          -          set
--   response_code   -          -                -                          until spent, if there is one
--   settled_at      -          -                -                          set        set        set
--
-- `answer_key` is the private JWK that the wallet encrypts to. It is removed in the write that takes the
-- answer, and by the sweep once the request has expired.
--
-- SQLite cannot change the constraints of a table, so the table is made anew. Requests live for minutes,
-- and the earlier version wrote them down otherwise: those under way are begun again.
DROP TABLE presentations;

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
    answer_key    TEXT,
    return_code   BLOB    CHECK (length(return_code) = 32),
    answered_at   INTEGER,
    outcome       TEXT,
    proven        TEXT,
    wallet_error  TEXT,
    response_code BLOB    CHECK (length(response_code) = 32),
    settled_at    INTEGER,
    expires_at    INTEGER NOT NULL,
    forget_at     INTEGER NOT NULL,

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
) STRICT;

CREATE INDEX presentations_forget_at ON presentations (forget_at);
CREATE INDEX presentations_with_key ON presentations (expires_at) WHERE answer_key IS NOT NULL;
