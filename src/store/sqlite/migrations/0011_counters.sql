-- A counter is one row: what is counted, whose it is, and a count for each slot of time, as a JSON object from the
-- beginning of the slot (seconds since the epoch) to a number. `newest` is the last of its slots. Whose it is is
-- a keyed digest, never an address.
--
-- The addresses from which the code of a pending grant was entered stand in the row of the grant, as keyed
-- digests in hexadecimal, one behind the other.
DROP INDEX attempts_slot;
DROP INDEX attempts_forget_at;
ALTER TABLE attempts RENAME TO attempts_by_slot;

CREATE TABLE attempts (
    what      TEXT    NOT NULL,
    who       BLOB    NOT NULL CHECK (length(who) = 32),
    slots     TEXT    NOT NULL,
    newest    INTEGER NOT NULL,
    forget_at INTEGER NOT NULL,
    PRIMARY KEY (what, who)
) STRICT, WITHOUT ROWID;

INSERT INTO attempts (what, who, slots, newest, forget_at)
SELECT what, who, json_group_object(CAST(slot AS TEXT), count), max(slot), max(forget_at)
FROM attempts_by_slot GROUP BY what, who;

DROP TABLE attempts_by_slot;
CREATE INDEX attempts_forget_at ON attempts (forget_at);
-- Counts of a time to come, after the clock was set back.
CREATE INDEX attempts_newest ON attempts (newest);

ALTER TABLE grants ADD COLUMN sighted TEXT CHECK (sighted IS NULL OR state = 'pending');

UPDATE grants SET sighted = (SELECT group_concat(lower(hex(address)), '') FROM code_sightings WHERE grant_id = id)
WHERE state = 'pending';

DROP TABLE code_sightings;
