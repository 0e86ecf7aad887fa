-- All keys at once: every question costs a journey to the server.

-- name: known_digest
SELECT hash, id FROM digest WHERE hash = ANY(:keys);

-- name: known_step
SELECT hash, id FROM step WHERE hash = ANY(:keys);

-- name: known_recipe
SELECT hash, id FROM recipe WHERE hash = ANY(:keys);

-- name: known_layer
SELECT hash, id FROM layer WHERE hash = ANY(:keys);

-- name: known_layer_list
SELECT hash, id FROM layer_list WHERE hash = ANY(:keys);

-- name: known_setting
SELECT hash, id FROM setting WHERE hash = ANY(:keys);

-- name: known_setting_list
SELECT hash, id FROM setting_list WHERE hash = ANY(:keys);

-- name: known_entry
SELECT hash, id FROM entry WHERE hash = ANY(:keys);

-- name: known_statement
SELECT hash, id FROM statement WHERE hash = ANY(:keys);

-- name: known_media_type
SELECT name, id FROM media_type WHERE name = ANY(:keys);

-- name: known_source
SELECT name, id FROM source WHERE name = ANY(:keys);

-- name: known_repository
SELECT name, id FROM repository WHERE name = ANY(:keys);

-- name: known_platform
SELECT name, id FROM platform WHERE name = ANY(:keys);

-- name: known_content
SELECT digest_id, digest_id FROM content WHERE digest_id = ANY(:keys);

-- name: known_tag
SELECT t.repository_id, t.name, t.id
FROM UNNEST(CAST(:keys_1 AS INTEGER []), CAST(:keys_2 AS TEXT [])) AS k (repository_id, name)
JOIN tag t ON t.repository_id = k.repository_id AND t.name = k.name;

-- name: known_observation
SELECT o.tag_id, o.observed_at, o.source_id, o.id
FROM UNNEST(
    CAST(:keys_1 AS INTEGER []), CAST(:keys_2 AS BIGINT []), CAST(:keys_3 AS INTEGER [])
) AS k (tag_id, observed_at, source_id)
JOIN observation o
ON o.tag_id = k.tag_id AND o.observed_at = k.observed_at AND o.source_id = k.source_id;
