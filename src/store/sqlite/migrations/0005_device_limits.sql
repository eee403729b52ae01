-- What stands against phishing while nobody has decided (JSON): the network the device asked from,
-- as a keyed digest, the numbers to match, and what can be granted at most.
ALTER TABLE grants ADD COLUMN precautions TEXT CHECK (precautions IS NULL OR state = 'pending');

-- How often something happened, in slots of time (seconds since the epoch). Whose it was is a keyed
-- digest, never an address.
CREATE TABLE attempts (
    what      TEXT    NOT NULL,
    who       BLOB    NOT NULL CHECK (length(who) = 32),
    slot      INTEGER NOT NULL,
    count     INTEGER NOT NULL CHECK (count > 0),
    forget_at INTEGER NOT NULL,
    PRIMARY KEY (what, who, slot)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_forget_at ON attempts (forget_at);

-- The addresses, as keyed digests, from which the code of a pending grant was entered.
CREATE TABLE code_sightings (
    grant_id  TEXT    NOT NULL,
    address   BLOB    NOT NULL CHECK (length(address) = 32),
    forget_at INTEGER NOT NULL,
    PRIMARY KEY (grant_id, address)
) STRICT, WITHOUT ROWID;

CREATE INDEX code_sightings_forget_at ON code_sightings (forget_at);
