-- What a million tickets need, as measured (docs/performance.md).

-- Open tickets of a service, for the count beside an impact: a popular service has hundreds of thousands of closed ones.
CREATE INDEX ticket_service_open_idx ON ticket (service_id, id) INCLUDE (restricted_team_id) WHERE status NOT IN ('resolved', 'closed', 'cancelled');

-- Every search reads the words that are not yet in order, and somebody's insert puts them in order when the list is full: a short list keeps
-- searches fast and spreads that work over many tickets.
ALTER INDEX ticket_search_words_idx SET (gin_pending_list_limit = 256);
