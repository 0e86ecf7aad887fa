-- name: steps_with_words
SELECT id, text
FROM step
WHERE
    to_tsvector('simple', regexp_replace(text, '[^[:alnum:]]+', ' ', 'g'))
    @@ to_tsquery('simple', :words)
ORDER BY
    ts_rank(
        to_tsvector('simple', regexp_replace(text, '[^[:alnum:]]+', ' ', 'g')),
        to_tsquery('simple', :words), 1
    ) DESC,
    id
LIMIT :limit;

-- name: steps_with_text
SELECT id, text
FROM step
WHERE text LIKE :exact
ORDER BY LENGTH(text), id
LIMIT :limit;

-- name: steps_both
SELECT id, text
FROM step
WHERE
    to_tsvector('simple', regexp_replace(text, '[^[:alnum:]]+', ' ', 'g'))
    @@ to_tsquery('simple', :words)
    AND text LIKE :exact
ORDER BY
    ts_rank(
        to_tsvector('simple', regexp_replace(text, '[^[:alnum:]]+', ' ', 'g')),
        to_tsquery('simple', :words), 1
    ) DESC,
    id
LIMIT :limit;
