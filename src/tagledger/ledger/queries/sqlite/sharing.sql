-- name: appearances_of_digest
SELECT :key, COUNT(*)
FROM (
    SELECT 1
    FROM (
        SELECT st.id FROM statement st WHERE st.root_digest_id = :key
        UNION ALL
        SELECT se.statement_id
        FROM entry e
        JOIN statement_entry se ON se.entry_id = e.id
        WHERE e.manifest_digest_id = :key
        UNION ALL
        SELECT se.statement_id
        FROM entry e
        JOIN statement_entry se ON se.entry_id = e.id
        WHERE e.config_digest_id = :key
        UNION ALL
        SELECT se.statement_id
        FROM layer l
        JOIN layer_list_item i ON i.layer_id = l.id
        JOIN entry e ON e.layer_list_id = i.list_id
        JOIN statement_entry se ON se.entry_id = e.id
        WHERE l.digest_id = :key
        UNION ALL
        SELECT se.statement_id
        FROM layer l
        JOIN layer_list_item i ON i.layer_id = l.id
        JOIN entry e ON e.layer_list_id = i.list_id
        JOIN statement_entry se ON se.entry_id = e.id
        WHERE l.diff_digest_id = :key
    ) said
    JOIN appearance a ON a.statement_id = said.id
    LIMIT :limit
) used;
