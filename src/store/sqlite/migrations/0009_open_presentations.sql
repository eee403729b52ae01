-- Whose presentations are open: the relying party that began one, by its client_id. Without one for those of
-- devices and of the code flow, and for those that were begun before this migration.
ALTER TABLE presentations ADD COLUMN begun_by TEXT;

CREATE INDEX presentations_open ON presentations (begun_by, expires_at)
    WHERE begun_by IS NOT NULL AND state IN ('begun', 'served', 'awaiting_return');
