-- name: impact_hit
SELECT service_list, per_hour, people, people_at_risk, departments, open_tickets, tickets, open_changes, changes
FROM cmdb_impact_hit($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz, $6::bigint, $7::integer, $8::bigint[], $9::text);
