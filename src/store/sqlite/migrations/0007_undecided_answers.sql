-- Of the answers that `tries` counts, how many could not be judged, because something that their issuer
-- publishes could not be had.
ALTER TABLE presentations ADD COLUMN undecided INTEGER NOT NULL DEFAULT 0 CHECK (undecided >= 0);
