-- name: readable_statement
SELECT st.id
FROM statement st
WHERE st.id = ANY(CAST(:keys AS INTEGER []))
AND (
    st.separator IS NOT NULL
    OR st.root_digest_id IS NULL
    OR EXISTS (SELECT 1 FROM content c WHERE c.digest_id = st.root_digest_id)
);
