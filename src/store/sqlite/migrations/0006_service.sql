-- What the service notes about itself, in one row.
--
--   keys    digest of the keys that this database goes with; NULL until a service has started with it
--   probes  written again and again, to see whether writing works
CREATE TABLE service (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    keys   BLOB    CHECK (length(keys) = 32),
    probes INTEGER NOT NULL
) STRICT;

INSERT INTO service (id, keys, probes) VALUES (1, NULL, 0);

-- Where a sweep finds what nobody can ask for any more, among all that is remembered a while longer.
CREATE INDEX grants_approved ON grants (forget_at) WHERE state = 'approved';
CREATE INDEX authorizations_granted ON authorizations (forget_at) WHERE state = 'granted';
CREATE INDEX presentations_with_hint ON presentations (expires_at)
    WHERE state IN ('begun', 'served') AND asked ->> '$.login_hint' IS NOT NULL;

-- Counts of a time to come, after the clock was set back.
CREATE INDEX attempts_slot ON attempts (slot);
