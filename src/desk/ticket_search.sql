-- Full text. Rare words: all hits by the index, the newest shown. Common words: back from the newest ticket, a bounded stretch, as the page fills soon;
-- then sorting every hit would cost more than the walk. ticket_search.c chooses by how common the words are. Parameters as in ticket_list.sql.

-- name: ticket_search_words
-- The stems of a query, whether all of them must be there (no OR, no NOT, no phrase), and the newest ticket.
SELECT tsvector_to_array(to_tsvector('russian', $1)), q.q::text !~ '[|!<]', (SELECT max(ticket_id) FROM ticket_search) FROM (SELECT websearch_to_tsquery('russian', $1) AS q) q;

-- name: ticket_search_common
-- Stems that stand in many tickets, with their share in millionths, as last counted by ANALYZE; and how many tickets there are.
SELECT w.word, (w.share * 1000000)::bigint, c.reltuples::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = 'words' CROSS JOIN LATERAL unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs[1:cardinality(s.most_common_elems::text::text[])])
	AS w(word, share)
WHERE c.oid = 'ticket_search'::regclass AND w.share >= 0.003;

-- name: ticket_search_rare
-- The page's end is applied to the hits: beside the words it would make the planner read the whole primary key for it.
WITH hit AS MATERIALIZED (SELECT s.ticket_id FROM ticket_search s
	WHERE s.words @@ (SELECT websearch_to_tsquery('russian', $16)))
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, t.id AS rank FROM (SELECT h.ticket_id FROM hit h
		WHERE h.ticket_id < $18::bigint AND h.ticket_id <= $19::bigint ORDER BY h.ticket_id DESC) h JOIN ticket t ON t.id = h.ticket_id
	WHERE ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, NULL, $17)
		AND (ticket_inside(t, $1, $2, $3) OR ticket_matches(t.id, false, $16))
	ORDER BY h.ticket_id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.id DESC;

-- name: ticket_search_walk
-- $21: not further back than this.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, t.id AS rank FROM ticket_search s JOIN ticket t ON t.id = s.ticket_id
	WHERE s.ticket_id < $18::bigint AND s.ticket_id <= $19::bigint AND s.ticket_id >= $21::bigint
		AND (s.words @@ (SELECT websearch_to_tsquery('russian', $16))) IS TRUE
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, NULL, $17)
		AND (ticket_inside(t, $1, $2, $3) OR ticket_matches(t.id, false, $16))
	ORDER BY s.ticket_id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.id DESC;
