-- name: readable_statement
SELECT st.id
FROM statement st
WHERE st.id = ANY(CAST(:keys AS INTEGER []))
AND (
    st.separator IS NOT NULL
    OR st.root_digest_id IS NULL
    OR EXISTS (SELECT 1 FROM content c WHERE c.digest_id = st.root_digest_id)
);

-- name: repositories_of_statement
SELECT DISTINCT a.statement_id, r.name
FROM appearance a
JOIN tag t ON t.id = a.tag_id
JOIN repository r ON r.id = t.repository_id
WHERE a.statement_id = ANY(CAST(:keys AS INTEGER []));
