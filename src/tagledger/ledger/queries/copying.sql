-- name: row_counts
SELECT
    (SELECT COUNT(*) FROM digest),
    (SELECT COUNT(*) FROM media_type),
    (SELECT COUNT(*) FROM source),
    (SELECT COUNT(*) FROM repository),
    (SELECT COUNT(*) FROM tag),
    (SELECT COUNT(*) FROM platform),
    (SELECT COUNT(*) FROM pack),
    (SELECT COUNT(*) FROM content),
    (SELECT COUNT(*) FROM step),
    (SELECT COUNT(*) FROM recipe),
    (SELECT COUNT(*) FROM recipe_step),
    (SELECT COUNT(*) FROM layer),
    (SELECT COUNT(*) FROM layer_list),
    (SELECT COUNT(*) FROM layer_list_item),
    (SELECT COUNT(*) FROM setting),
    (SELECT COUNT(*) FROM setting_list),
    (SELECT COUNT(*) FROM setting_list_item),
    (SELECT COUNT(*) FROM entry),
    (SELECT COUNT(*) FROM statement),
    (SELECT COUNT(*) FROM statement_part),
    (SELECT COUNT(*) FROM statement_entry),
    (SELECT COUNT(*) FROM statement_date),
    (SELECT COUNT(*) FROM observation),
    (SELECT COUNT(*) FROM change),
    (SELECT COUNT(*) FROM repository_span),
    (SELECT COUNT(*) FROM appearance),
    (SELECT COUNT(*) FROM sighting),
    (SELECT COUNT(*) FROM repository_recipe),
    (SELECT COUNT(*) FROM shared_digest),
    (SELECT COUNT(*) FROM shared_use),
    (SELECT COUNT(*) FROM note),
    (SELECT COUNT(*) FROM verdict),
    (SELECT COUNT(*) FROM subject);

-- name: all_digest
SELECT * FROM digest;

-- name: all_media_type
SELECT * FROM media_type;

-- name: all_source
SELECT * FROM source;

-- name: all_repository
SELECT * FROM repository;

-- name: all_tag
SELECT * FROM tag;

-- name: all_platform
SELECT * FROM platform;

-- name: all_pack
SELECT * FROM pack;

-- name: all_content
SELECT * FROM content;

-- name: all_step
SELECT id, hash, text FROM step;

-- name: all_recipe
SELECT * FROM recipe;

-- name: all_recipe_step
SELECT * FROM recipe_step;

-- name: all_layer
SELECT * FROM layer;

-- name: all_layer_list
SELECT * FROM layer_list;

-- name: all_layer_list_item
SELECT * FROM layer_list_item;

-- name: all_setting
SELECT * FROM setting;

-- name: all_setting_list
SELECT * FROM setting_list;

-- name: all_setting_list_item
SELECT * FROM setting_list_item;

-- name: all_entry
SELECT * FROM entry;

-- name: all_statement
SELECT * FROM statement;

-- name: all_statement_part
SELECT * FROM statement_part;

-- name: all_statement_entry
SELECT * FROM statement_entry;

-- name: all_statement_date
SELECT * FROM statement_date;

-- name: all_observation
SELECT * FROM observation;

-- name: all_note
SELECT * FROM note;

-- name: all_verdict
SELECT * FROM verdict;

-- name: all_change
SELECT * FROM change;

-- name: all_repository_span
SELECT * FROM repository_span;

-- name: all_appearance
SELECT * FROM appearance;

-- name: all_sighting
SELECT * FROM sighting;

-- name: all_shared_digest
SELECT * FROM shared_digest;

-- name: all_shared_use
SELECT * FROM shared_use;

-- name: all_repository_recipe
SELECT * FROM repository_recipe;

-- name: all_subject
SELECT * FROM subject;
