-- The newest images of a step, setting or recipe come in the order of an index, as SQLite
-- has them by itself: nothing is sorted that very many images have.

DROP INDEX recipe_step_step;

CREATE INDEX recipe_step_step ON recipe_step (step_id, recipe_id);

DROP INDEX setting_list_item_setting;

CREATE INDEX setting_list_item_setting ON setting_list_item (setting_id, list_id);

DROP INDEX entry_recipe;

CREATE INDEX entry_recipe ON entry (recipe_id, id);

DROP INDEX entry_setting_list;

CREATE INDEX entry_setting_list ON entry (setting_list_id, id)
    WHERE setting_list_id IS NOT NULL;

-- A step of more than a megabyte could not be kept at all: a tsvector holds no more.

ALTER TABLE step DROP COLUMN words;

ALTER TABLE step ADD COLUMN words TSVECTOR NOT NULL GENERATED ALWAYS AS (
    to_tsvector(
        'simple', regexp_replace(left(text, 100000), '[^[:alnum:]]+', ' ', 'g')
    )
) STORED;

CREATE INDEX step_words ON step USING gin (words);

-- Else it would not be known how common a word is until many steps have come.
ANALYZE step;
