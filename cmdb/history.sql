-- name: ci_history
SELECT v.version, v.changed_at, p.id, p.name, v.source, t.number, ci_version_changes(o, v)
FROM ci_version v LEFT JOIN ci_version o ON o.ci_id = v.ci_id AND o.version = v.version - 1
	LEFT JOIN person p ON p.id = v.actor_id LEFT JOIN ticket t ON t.id = v.ticket_id
WHERE v.ci_id = $1 AND ($2::int IS NULL OR v.version < $2::int)
ORDER BY v.version DESC LIMIT $3;
