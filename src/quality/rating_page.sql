-- name: rating_link_show
SELECT r.state, r.number, r.subject, r.language FROM rating_link_show($1, $2::int) r;

-- name: rating_link_use
SELECT r.state, r.number, r.subject, r.language FROM rating_link_use($1, $2::int, $3, $4::int, $5::int, $6) r;
