-- What a million tickets need, as measured (docs/performance.md).

-- Which of the tickets linked to a CI are open: nearly all are closed long ago, and this small index says so without reading them.
CREATE INDEX ticket_open_id_idx ON ticket (id) INCLUDE (service_id, restricted_team_id) WHERE status NOT IN ('resolved', 'closed', 'cancelled');
