-- Put in order first, so that only those that are given are looked at. The order is that
-- of the distribution specification: letters without regard to case.

-- name: tags_at
WITH named AS MATERIALIZED (
    SELECT t.id, t.name
    FROM tag t
    WHERE t.repository_id = (SELECT id FROM repository WHERE name = :repository)
    AND t.name <> '' AND SUBSTR(t.name, 1, 1) <> '@'
    AND (LOWER(t.name), t.name) > (:lower, :after)
    ORDER BY LOWER(t.name), t.name
)

SELECT n.name
FROM named n
WHERE (
    SELECT o.is_absent
    FROM observation o
    WHERE o.tag_id = n.id AND o.observed_at <= :moment
    ORDER BY o.observed_at DESC, o.id DESC
    LIMIT 1
) = 0
LIMIT :limit;
