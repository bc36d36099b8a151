-- What vakhta directory sync writes, all in one transaction.

-- name: directory_sync_lock
SELECT pg_advisory_xact_lock(hashtextextended('vakhta directory sync', 0));

-- name: directory_sync_known
SELECT active, kept FROM people_known($1::text[]);

-- name: directory_sync_people
SELECT created, changed, ambiguous FROM people_put($1::jsonb, $2::text, $3::text, $4::timestamptz);

-- name: directory_sync_retire
SELECT people_retire($1::text[]);

-- name: directory_sync_teams
SELECT created, changed, retired FROM teams_put($1::jsonb);

-- name: directory_sync_members
SELECT added, removed FROM team_members_put($1::jsonb, NULL);
