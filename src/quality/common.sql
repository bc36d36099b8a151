-- name: quality_today
SELECT ($1::timestamptz AT TIME ZONE $2)::date;
