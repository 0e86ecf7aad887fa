-- name: append_digest!
COPY digest FROM STDIN;

-- name: append_media_type!
COPY media_type FROM STDIN;

-- name: append_source!
COPY source FROM STDIN;

-- name: append_repository!
COPY repository FROM STDIN;

-- name: append_tag!
COPY tag FROM STDIN;

-- name: append_platform!
COPY platform FROM STDIN;

-- name: append_pack!
COPY pack FROM STDIN;

-- name: append_content!
COPY content FROM STDIN;

-- name: append_step!
COPY step (id, hash, text) FROM STDIN;

-- name: append_recipe!
COPY recipe FROM STDIN;

-- name: append_recipe_step!
COPY recipe_step FROM STDIN;

-- name: append_layer!
COPY layer FROM STDIN;

-- name: append_layer_list!
COPY layer_list FROM STDIN;

-- name: append_layer_list_item!
COPY layer_list_item FROM STDIN;

-- name: append_setting!
COPY setting FROM STDIN;

-- name: append_setting_list!
COPY setting_list FROM STDIN;

-- name: append_setting_list_item!
COPY setting_list_item FROM STDIN;

-- name: append_entry!
COPY entry FROM STDIN;

-- name: append_statement!
COPY statement FROM STDIN;

-- name: append_statement_part!
COPY statement_part FROM STDIN;

-- name: append_statement_entry!
COPY statement_entry FROM STDIN;

-- name: append_statement_date!
COPY statement_date FROM STDIN;

-- name: append_observation!
COPY observation FROM STDIN;

-- name: append_note!
COPY note FROM STDIN;

-- name: append_verdict!
COPY verdict FROM STDIN;

-- name: append_change!
COPY change FROM STDIN;

-- name: append_repository_span!
COPY repository_span FROM STDIN;

-- name: append_appearance!
COPY appearance FROM STDIN;

-- name: append_sighting!
COPY sighting FROM STDIN;

-- name: append_shared_digest!
COPY shared_digest FROM STDIN;

-- name: append_shared_use!
COPY shared_use FROM STDIN;

-- name: append_repository_recipe!
COPY repository_recipe FROM STDIN;

-- name: append_subject!
COPY subject FROM STDIN;
