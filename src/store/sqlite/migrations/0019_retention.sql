-- What was proven can go before its row does, which then says how the presentation ended.
--
--   presentations.empty_at   when that is; NULL where it stays as long as the row. With it goes what was asked, and by
--                            which code the result was collected
ALTER TABLE presentations ADD COLUMN empty_at INTEGER;
UPDATE presentations SET empty_at = collected_at + 60 WHERE collected_at IS NOT NULL;
DROP INDEX presentations_collected;
CREATE INDEX presentations_empty_at ON presentations (empty_at) WHERE empty_at IS NOT NULL;
