-- A wallet that did not hear our reply posts the same answer again, and gets the same reply. For that the
-- digest of the answer that decided is kept as long as its presentation: never the answer, and never the
-- reply, whose code is made from the digest and a key that is not in this file.
ALTER TABLE presentations ADD COLUMN answer BLOB
    CHECK (answer IS NULL OR (length(answer) = 32 AND state IN ('awaiting_return', 'settled')));
