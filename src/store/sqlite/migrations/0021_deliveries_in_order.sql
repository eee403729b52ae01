-- Deliveries are listed in the order of their events, which does not change; what waits has an index of its own.
DROP INDEX deliveries_endpoint;
CREATE INDEX deliveries_endpoint ON deliveries (client, endpoint, forget_at, id);
CREATE INDEX deliveries_waiting ON deliveries (client, endpoint, due_at) WHERE state = 'waiting';
