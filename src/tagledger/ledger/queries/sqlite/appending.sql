-- name: append_digest!
INSERT INTO digest VALUES (?, ?, ?);

-- name: append_media_type!
INSERT INTO media_type VALUES (?, ?);

-- name: append_source!
INSERT INTO source VALUES (?, ?);

-- name: append_repository!
INSERT INTO repository VALUES (?, ?);

-- name: append_tag!
INSERT INTO tag VALUES (?, ?, ?);

-- name: append_platform!
INSERT INTO platform VALUES (?, ?, ?, ?, ?, ?);

-- name: append_pack!
INSERT INTO pack VALUES (?, ?, ?);

-- name: append_content!
INSERT INTO content VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: append_step!
INSERT INTO step VALUES (?, ?, ?);

-- In a trigger every row would close a segment of each index, to be merged with all
-- others: minutes where some are large.

-- name: append_step_words!
INSERT INTO step_words (rowid, text) VALUES (?, ?);

-- name: append_step_letters!
INSERT INTO step_letters (rowid, text) VALUES (?, ?);

-- name: append_recipe!
INSERT INTO recipe VALUES (?, ?);

-- name: append_recipe_step!
INSERT INTO recipe_step VALUES (?, ?, ?, ?, ?);

-- name: append_layer!
INSERT INTO layer VALUES (?, ?, ?, ?, ?, ?);

-- name: append_layer_list!
INSERT INTO layer_list VALUES (?, ?);

-- name: append_layer_list_item!
INSERT INTO layer_list_item VALUES (?, ?, ?);

-- name: append_setting!
INSERT INTO setting VALUES (?, ?, ?, ?, ?);

-- name: append_setting_list!
INSERT INTO setting_list VALUES (?, ?);

-- name: append_setting_list_item!
INSERT INTO setting_list_item VALUES (?, ?, ?);

-- name: append_entry!
INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: append_statement!
INSERT INTO statement VALUES (?, ?, ?, ?, ?);

-- name: append_statement_part!
INSERT INTO statement_part VALUES (?, ?, ?);

-- name: append_statement_entry!
INSERT INTO statement_entry VALUES (?, ?, ?);

-- name: append_statement_date!
INSERT INTO statement_date VALUES (?, ?, ?);

-- name: append_observation!
INSERT INTO observation VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: append_note!
INSERT INTO note VALUES (?, ?);

-- name: append_verdict!
INSERT INTO verdict VALUES (?, ?, ?);

-- name: append_change!
INSERT INTO change VALUES (?, ?, ?, ?, ?, ?);

-- name: append_repository_span!
INSERT INTO repository_span VALUES (?, ?, ?, ?);

-- name: append_appearance!
INSERT INTO appearance VALUES (?, ?, ?, ?, ?);

-- name: append_sighting!
INSERT INTO sighting VALUES (?, ?, ?, ?);

-- name: append_shared_digest!
INSERT INTO shared_digest VALUES (?, ?);

-- name: append_shared_use!
INSERT INTO shared_use VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: append_repository_recipe!
INSERT INTO repository_recipe VALUES (?, ?);

-- name: append_subject!
INSERT INTO subject VALUES (?, ?);
