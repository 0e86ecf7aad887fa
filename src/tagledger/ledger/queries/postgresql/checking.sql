-- name: dangling
SELECT 'tag.repository_id', t.repository_id
FROM tag t
WHERE t.repository_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM repository x WHERE x.id = t.repository_id)
UNION ALL
SELECT 'content.digest_id', t.digest_id
FROM content t
WHERE t.digest_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM digest x WHERE x.id = t.digest_id)
UNION ALL
SELECT 'content.pack_id', t.pack_id
FROM content t
WHERE t.pack_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM pack x WHERE x.id = t.pack_id)
UNION ALL
SELECT 'content.media_type_id', t.media_type_id
FROM content t
WHERE t.media_type_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM media_type x WHERE x.id = t.media_type_id)
UNION ALL
SELECT 'content.signed_form_id', t.signed_form_id
FROM content t
WHERE t.signed_form_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM digest x WHERE x.id = t.signed_form_id)
UNION ALL
SELECT 'recipe_step.recipe_id', t.recipe_id
FROM recipe_step t
WHERE t.recipe_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM recipe x WHERE x.id = t.recipe_id)
UNION ALL
SELECT 'recipe_step.step_id', t.step_id
FROM recipe_step t
WHERE t.step_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM step x WHERE x.id = t.step_id)
UNION ALL
SELECT 'layer.digest_id', t.digest_id
FROM layer t
WHERE t.digest_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM digest x WHERE x.id = t.digest_id)
UNION ALL
SELECT 'layer.diff_digest_id', t.diff_digest_id
FROM layer t
WHERE t.diff_digest_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM digest x WHERE x.id = t.diff_digest_id)
UNION ALL
SELECT 'layer.media_type_id', t.media_type_id
FROM layer t
WHERE t.media_type_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM media_type x WHERE x.id = t.media_type_id)
UNION ALL
SELECT 'layer_list_item.list_id', t.list_id
FROM layer_list_item t
WHERE t.list_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM layer_list x WHERE x.id = t.list_id)
UNION ALL
SELECT 'layer_list_item.layer_id', t.layer_id
FROM layer_list_item t
WHERE t.layer_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM layer x WHERE x.id = t.layer_id)
UNION ALL
SELECT 'setting_list_item.list_id', t.list_id
FROM setting_list_item t
WHERE t.list_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM setting_list x WHERE x.id = t.list_id)
UNION ALL
SELECT 'setting_list_item.setting_id', t.setting_id
FROM setting_list_item t
WHERE t.setting_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM setting x WHERE x.id = t.setting_id)
UNION ALL
SELECT 'entry.manifest_digest_id', t.manifest_digest_id
FROM entry t
WHERE t.manifest_digest_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM digest x WHERE x.id = t.manifest_digest_id)
UNION ALL
SELECT 'entry.media_type_id', t.media_type_id
FROM entry t
WHERE t.media_type_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM media_type x WHERE x.id = t.media_type_id)
UNION ALL
SELECT 'entry.config_digest_id', t.config_digest_id
FROM entry t
WHERE t.config_digest_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM digest x WHERE x.id = t.config_digest_id)
UNION ALL
SELECT 'entry.platform_id', t.platform_id
FROM entry t
WHERE t.platform_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM platform x WHERE x.id = t.platform_id)
UNION ALL
SELECT 'entry.layer_list_id', t.layer_list_id
FROM entry t
WHERE t.layer_list_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM layer_list x WHERE x.id = t.layer_list_id)
UNION ALL
SELECT 'entry.recipe_id', t.recipe_id
FROM entry t
WHERE t.recipe_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM recipe x WHERE x.id = t.recipe_id)
UNION ALL
SELECT 'entry.setting_list_id', t.setting_list_id
FROM entry t
WHERE t.setting_list_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM setting_list x WHERE x.id = t.setting_list_id)
UNION ALL
SELECT 'statement.root_digest_id', t.root_digest_id
FROM statement t
WHERE t.root_digest_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM digest x WHERE x.id = t.root_digest_id)
UNION ALL
SELECT 'statement.root_media_type_id', t.root_media_type_id
FROM statement t
WHERE t.root_media_type_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM media_type x WHERE x.id = t.root_media_type_id)
UNION ALL
SELECT 'statement_part.statement_id', t.statement_id
FROM statement_part t
WHERE t.statement_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM statement x WHERE x.id = t.statement_id)
UNION ALL
SELECT 'statement_part.digest_id', t.digest_id
FROM statement_part t
WHERE t.digest_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM content x WHERE x.digest_id = t.digest_id)
UNION ALL
SELECT 'statement_entry.statement_id', t.statement_id
FROM statement_entry t
WHERE t.statement_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM statement x WHERE x.id = t.statement_id)
UNION ALL
SELECT 'statement_entry.entry_id', t.entry_id
FROM statement_entry t
WHERE t.entry_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM entry x WHERE x.id = t.entry_id)
UNION ALL
SELECT 'statement_date.statement_id', t.statement_id
FROM statement_date t
WHERE t.statement_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM statement x WHERE x.id = t.statement_id)
UNION ALL
SELECT 'statement_date.digest_id', t.digest_id
FROM statement_date t
WHERE t.digest_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM digest x WHERE x.id = t.digest_id)
UNION ALL
SELECT 'observation.tag_id', t.tag_id
FROM observation t
WHERE t.tag_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM tag x WHERE x.id = t.tag_id)
UNION ALL
SELECT 'observation.source_id', t.source_id
FROM observation t
WHERE t.source_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM source x WHERE x.id = t.source_id)
UNION ALL
SELECT 'observation.statement_id', t.statement_id
FROM observation t
WHERE t.statement_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM statement x WHERE x.id = t.statement_id)
UNION ALL
SELECT 'verdict.digest_id', t.digest_id
FROM verdict t
WHERE t.digest_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM digest x WHERE x.id = t.digest_id)
UNION ALL
SELECT 'subject.digest_id', t.digest_id
FROM subject t
WHERE NOT EXISTS (SELECT 1 FROM content x WHERE x.digest_id = t.digest_id)
UNION ALL
SELECT 'subject.subject_digest_id', t.subject_digest_id
FROM subject t
WHERE NOT EXISTS (SELECT 1 FROM digest x WHERE x.id = t.subject_digest_id);

-- name: steps_not_indexed
SELECT 'search index', 0 WHERE FALSE;
