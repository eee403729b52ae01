-- The oldest program that works with the database as it is. A program before this version asks for its own version
-- and no other.
ALTER TABLE service ADD COLUMN least_reader INTEGER NOT NULL DEFAULT 0;

-- What one process at a time does for all that share the database: who (a number drawn at its start), and until when
-- the others leave it alone.
CREATE TABLE leases (
    name       TEXT    NOT NULL PRIMARY KEY,
    holder     BLOB    NOT NULL CHECK (length(holder) = 32),
    held_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
