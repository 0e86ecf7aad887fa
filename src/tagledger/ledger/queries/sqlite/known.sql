-- One key at a time: a question of a file costs three microseconds.

-- name: known_digest
SELECT id FROM digest WHERE hash = ?;

-- name: known_media_type
SELECT id FROM media_type WHERE name = ?;

-- name: known_source
SELECT id FROM source WHERE name = ?;

-- name: known_repository
SELECT id FROM repository WHERE name = ?;

-- name: known_tag
SELECT id FROM tag WHERE repository_id = ? AND name = ?;

-- name: known_platform
SELECT id FROM platform WHERE name = ?;

-- name: known_content
SELECT digest_id FROM content WHERE digest_id = ?;

-- name: known_step
SELECT id FROM step WHERE hash = ?;

-- name: known_recipe
SELECT id FROM recipe WHERE hash = ?;

-- name: known_layer
SELECT id FROM layer WHERE hash = ?;

-- name: known_layer_list
SELECT id FROM layer_list WHERE hash = ?;

-- name: known_setting
SELECT id FROM setting WHERE hash = ?;

-- name: known_setting_list
SELECT id FROM setting_list WHERE hash = ?;

-- name: known_entry
SELECT id FROM entry WHERE hash = ?;

-- name: known_statement
SELECT id FROM statement WHERE hash = ?;

-- name: known_observation
SELECT id FROM observation
WHERE tag_id = ? AND observed_at = ? AND source_id = ?;
