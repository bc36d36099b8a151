-- name: service_list
-- Services by their name in the caller's language; the words of the search may stand in any of its names.
SELECT s.id, s.shown, s.status, EXISTS (SELECT FROM ci_user u WHERE u.ci_id = s.id AND u.person_id = $2::bigint AND u.until IS NULL),
	s.class_id, s.class_name, s.label_en, s.label_ru
FROM (
	SELECT c.id, CASE $1::text WHEN 'ru' THEN coalesce(c.attributes ->> 'name_ru', c.name) ELSE c.name END AS shown, c.status,
		k.id AS class_id, k.name AS class_name, k.label_en, k.label_ru
	FROM ci_class root JOIN ci_class k ON k.lineage @> ARRAY[root.id] JOIN ci c ON c.class_id = k.id
	WHERE root.name = 'business_service' AND c.phase <> 'ended' AND ($3::text = '' OR strpos(c.search_text, lower($3::text)) > 0)
) s
WHERE $4::text IS NULL OR (s.shown, s.id) > ($4::text, $5::bigint)
ORDER BY s.shown, s.id LIMIT $6::int;

-- name: device_list_mine
SELECT c.id, c.name, c.status, c.location, u.since, k.id, k.name, k.label_en, k.label_ru
FROM ci_user u JOIN ci c ON c.id = u.ci_id JOIN ci_class k ON k.id = c.class_id
WHERE u.person_id = $1 AND u.until IS NULL AND c.phase <> 'ended'
	AND NOT EXISTS (SELECT FROM ci_class b WHERE b.name = 'business_service' AND b.id = ANY (k.lineage))
ORDER BY c.name, c.id LIMIT 200;
