-- For a ledger of which only some repositories may be seen: which repositories had it.

-- name: digest_repositories
WITH wanted AS (
    SELECT e.id FROM entry e WHERE e.manifest_digest_id = :digest_id
    UNION
    SELECT e.id FROM entry e WHERE e.config_digest_id = :digest_id
    UNION
    SELECT e.id
    FROM layer l
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    WHERE l.digest_id = :digest_id
    UNION
    SELECT e.id
    FROM layer l
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    WHERE l.diff_digest_id = :digest_id
),

said AS (
    SELECT st.id FROM statement st WHERE st.root_digest_id = :digest_id
    UNION
    SELECT se.statement_id
    FROM wanted w
    JOIN statement_entry se ON se.entry_id = w.id
)

SELECT DISTINCT r.name
FROM said s
JOIN observation o ON o.statement_id = s.id
JOIN tag t ON t.id = o.tag_id
JOIN repository r ON r.id = t.repository_id;

-- name: digest_entry_repositories
WITH wanted AS (
    SELECT e.id FROM entry e WHERE e.manifest_digest_id = :digest_id
    UNION
    SELECT e.id FROM entry e WHERE e.config_digest_id = :digest_id
    UNION
    SELECT e.id
    FROM layer l
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    WHERE l.digest_id = :digest_id
    UNION
    SELECT e.id
    FROM layer l
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    WHERE l.diff_digest_id = :digest_id
    UNION
    SELECT se.entry_id
    FROM statement st
    JOIN statement_entry se ON se.statement_id = st.id
    WHERE st.root_digest_id = :digest_id
)

SELECT DISTINCT w.id, r.name
FROM wanted w
JOIN statement_entry se ON se.entry_id = w.id
JOIN observation o ON o.statement_id = se.statement_id
JOIN tag t ON t.id = o.tag_id
JOIN repository r ON r.id = t.repository_id
ORDER BY w.id DESC;

-- name: step_repositories
SELECT DISTINCT r.name
FROM recipe_step rs
JOIN entry e ON e.recipe_id = rs.recipe_id
JOIN sighting si ON si.entry_id = e.id
JOIN tag t ON t.id = si.tag_id
JOIN repository r ON r.id = t.repository_id
WHERE rs.step_id = :step_id;

-- name: statement_repositories
SELECT DISTINCT r.name
FROM observation o
JOIN tag t ON t.id = o.tag_id
JOIN repository r ON r.id = t.repository_id
WHERE o.statement_id = :statement_id;

-- name: entry_of_number
SELECT
    e.id, e.kind, dm.algorithm, dm.hash, dc.algorithm, dc.hash, pl.name,
    e.total_size_bytes, e.layer_list_id, e.recipe_id
FROM entry e
LEFT JOIN digest dm ON dm.id = e.manifest_digest_id
LEFT JOIN digest dc ON dc.id = e.config_digest_id
LEFT JOIN platform pl ON pl.id = e.platform_id
WHERE e.id = :entry_id;

-- name: counts_by_repository
SELECT
    r.name, span.tags,
    (
        SELECT COUNT(*)
        FROM tag t
        JOIN observation o ON o.tag_id = t.id
        WHERE t.repository_id = r.id
    )
FROM repository r
JOIN repository_span span ON span.repository_id = r.id;
