-- name: pack_numbers
SELECT id FROM pack ORDER BY id;

-- name: pack_contents
SELECT d.algorithm, d.hash, c.start_byte, c.size_bytes
FROM content c
JOIN digest d ON d.id = c.digest_id
WHERE c.pack_id = :pack_id
ORDER BY c.start_byte;

-- name: statements_without_parts
SELECT 'statement', st.id
FROM statement st
WHERE st.separator IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM statement_part p WHERE p.statement_id = st.id);

-- name: lists_with_gaps
SELECT 'layer list', l.id
FROM layer_list l
LEFT JOIN layer_list_item i ON i.list_id = l.id
GROUP BY l.id
HAVING COUNT(i.position) <> COALESCE(MAX(i.position), 0) + 1
UNION ALL
SELECT 'recipe', r.id
FROM recipe r
LEFT JOIN recipe_step s ON s.recipe_id = r.id
GROUP BY r.id
HAVING COUNT(s.position) <> COALESCE(MAX(s.position), 0) + 1
UNION ALL
SELECT 'statement', p.statement_id
FROM statement_part p
GROUP BY p.statement_id
HAVING COUNT(*) <> MAX(p.position) + 1;
