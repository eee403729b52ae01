-- An answer that was lost on its way is given again, for a minute, to whoever proves to have asked for it.
--
--   token_families.refresh_previous   digest of the refresh token that the current one was given for
--   token_families.refreshed_at       when that one was shown first
--   presentations.collected_code      digest of the response code that collected the result
--   presentations.collected_at        when it did; the sweep removes both, with what was proven
--   used_by                           random, of the request that used a proof or an assertion: a request whose
--                                     answer from here was lost finds out whether it was itself
ALTER TABLE token_families ADD COLUMN refresh_previous BLOB CHECK (length(refresh_previous) = 32);
ALTER TABLE token_families ADD COLUMN refreshed_at INTEGER;

ALTER TABLE presentations ADD COLUMN collected_code BLOB
    CHECK (collected_code IS NULL OR (length(collected_code) = 32 AND state = 'settled'));
ALTER TABLE presentations ADD COLUMN collected_at INTEGER;
CREATE INDEX presentations_collected ON presentations (collected_at) WHERE collected_at IS NOT NULL;

ALTER TABLE dpop_proofs ADD COLUMN used_by BLOB CHECK (length(used_by) = 32);
ALTER TABLE client_assertions ADD COLUMN used_by BLOB CHECK (length(used_by) = 32);
