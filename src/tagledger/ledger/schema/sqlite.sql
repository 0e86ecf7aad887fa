CREATE TABLE schema_version (
    version INTEGER PRIMARY KEY,
    applied_at TEXT NOT NULL
) STRICT;

-- Names are kept once, and what refers to them says a number.

CREATE TABLE digest (
    id INTEGER PRIMARY KEY,
    algorithm INTEGER NOT NULL,  -- 1 is sha256, 2 is sha512
    hash BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE media_type (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE repository (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE tag (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL REFERENCES repository,
    name TEXT NOT NULL,  -- '@' and the digest where a name has no tag
    UNIQUE (repository_id, name)
) STRICT;

CREATE TABLE platform (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,  -- all of it, as JSON
    os TEXT NOT NULL,
    architecture TEXT NOT NULL,
    variant TEXT,
    os_version TEXT
) STRICT;

-- The truth: bytes, by digest. Alike ones stand together in a pack.

CREATE TABLE pack (
    id INTEGER PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    compressed BLOB NOT NULL
) STRICT;

CREATE TABLE content (
    digest_id INTEGER PRIMARY KEY REFERENCES digest,
    pack_id INTEGER NOT NULL REFERENCES pack,
    start_byte INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    media_type_id INTEGER NOT NULL REFERENCES media_type,
    evidence INTEGER NOT NULL,  -- 1 is read, 2 is proven
    signed_form_id INTEGER REFERENCES digest
) STRICT;

CREATE INDEX content_pack ON content (pack_id);

-- What documents say, for questions: all of it follows from the bytes.

CREATE TABLE step (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    text TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE step_words USING fts5 (
    text, content='step', content_rowid='id', tokenize="unicode61 remove_diacritics 0"
);

CREATE VIRTUAL TABLE step_letters USING fts5 (
    text, content='step', content_rowid='id', tokenize="trigram", detail=none
);

CREATE TABLE recipe (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE) STRICT;

CREATE TABLE recipe_step (
    recipe_id INTEGER NOT NULL REFERENCES recipe,
    position INTEGER NOT NULL,
    step_id INTEGER NOT NULL REFERENCES step,
    created_at INTEGER,  -- microseconds since 1970, UTC, as all times here
    layer_position INTEGER,
    PRIMARY KEY (recipe_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX recipe_step_step ON recipe_step (step_id);

CREATE TABLE layer (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    digest_id INTEGER REFERENCES digest,
    diff_digest_id INTEGER REFERENCES digest,
    media_type_id INTEGER REFERENCES media_type,
    size_bytes INTEGER
) STRICT;

CREATE INDEX layer_digest ON layer (digest_id);

CREATE INDEX layer_diff ON layer (diff_digest_id) WHERE diff_digest_id IS NOT NULL;

CREATE TABLE layer_list (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE) STRICT;

CREATE TABLE layer_list_item (
    list_id INTEGER NOT NULL REFERENCES layer_list,
    position INTEGER NOT NULL,
    layer_id INTEGER NOT NULL REFERENCES layer,
    PRIMARY KEY (list_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX layer_list_item_layer ON layer_list_item (layer_id);

CREATE TABLE setting (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    kind INTEGER NOT NULL,  -- 1 is a variable of the environment, 2 is a label
    name TEXT NOT NULL,
    value TEXT NOT NULL
) STRICT;

CREATE INDEX setting_name ON setting (kind, name);

CREATE TABLE setting_list (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE) STRICT;

CREATE TABLE setting_list_item (
    list_id INTEGER NOT NULL REFERENCES setting_list,
    position INTEGER NOT NULL,
    setting_id INTEGER NOT NULL REFERENCES setting,
    PRIMARY KEY (list_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX setting_list_item_setting ON setting_list_item (setting_id);

CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    kind INTEGER NOT NULL,  -- 1 image, 2 attestation, 3 artifact, 4 missing
    manifest_digest_id INTEGER REFERENCES digest,
    media_type_id INTEGER REFERENCES media_type,
    config_digest_id INTEGER REFERENCES digest,
    platform_id INTEGER REFERENCES platform,
    total_size_bytes INTEGER NOT NULL,
    layer_list_id INTEGER REFERENCES layer_list,
    recipe_id INTEGER REFERENCES recipe,
    setting_list_id INTEGER REFERENCES setting_list
) STRICT;

CREATE INDEX entry_manifest ON entry (manifest_digest_id);

CREATE INDEX entry_config ON entry (config_digest_id);

CREATE INDEX entry_layer_list ON entry (layer_list_id);

CREATE INDEX entry_recipe ON entry (recipe_id);

CREATE INDEX entry_setting_list ON entry (setting_list_id)
    WHERE setting_list_id IS NOT NULL;

-- What was said of a name: once, however often it was said.

CREATE TABLE statement (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    root_digest_id INTEGER REFERENCES digest,
    root_media_type_id INTEGER REFERENCES media_type,
    separator BLOB  -- what stands between the parts of a page; NULL for no page
) STRICT;

CREATE INDEX statement_root ON statement (root_digest_id);

CREATE TABLE statement_part (
    statement_id INTEGER NOT NULL REFERENCES statement,
    position INTEGER NOT NULL,
    digest_id INTEGER NOT NULL REFERENCES content,
    PRIMARY KEY (statement_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE statement_entry (
    statement_id INTEGER NOT NULL REFERENCES statement,
    position INTEGER NOT NULL,
    entry_id INTEGER NOT NULL REFERENCES entry,
    PRIMARY KEY (statement_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX statement_entry_entry ON statement_entry (entry_id);

CREATE TABLE statement_date (
    statement_id INTEGER NOT NULL REFERENCES statement,
    digest_id INTEGER NOT NULL REFERENCES digest,
    last_modified INTEGER NOT NULL,
    PRIMARY KEY (statement_id, digest_id)
) STRICT, WITHOUT ROWID;

-- The facts: appended, never changed.

CREATE TABLE observation (
    id INTEGER PRIMARY KEY,
    tag_id INTEGER NOT NULL REFERENCES tag,
    observed_at INTEGER NOT NULL,
    source_id INTEGER NOT NULL REFERENCES source,
    statement_id INTEGER REFERENCES statement,  -- NULL: it is gone, nothing was said
    is_absent INTEGER NOT NULL,
    evidence INTEGER NOT NULL,  -- 1 is read, 2 is proven, 3 is reported
    UNIQUE (tag_id, observed_at, source_id)
) STRICT;

CREATE TABLE note (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- What was tried, so that it is not tried again: whether the bytes of this digest
-- could be rebuilt from what was reported of them.

CREATE TABLE verdict (
    digest_id INTEGER PRIMARY KEY REFERENCES digest,
    outcome INTEGER NOT NULL,  -- 2 is proven, 3 is reported only, 4 is contradicted
    reason TEXT NOT NULL
) STRICT;

-- What follows from the facts, kept beside them so that long lists come page by page:
-- `check` makes it anew and compares.

CREATE INDEX observation_time ON observation (observed_at, id);

CREATE INDEX observation_source ON observation (tag_id, source_id, observed_at);

CREATE TABLE change (
    observation_id INTEGER PRIMARY KEY REFERENCES observation,
    tag_id INTEGER NOT NULL REFERENCES tag,
    source_id INTEGER NOT NULL REFERENCES source,
    repository_id INTEGER NOT NULL REFERENCES repository,
    observed_at INTEGER NOT NULL,
    said INTEGER NOT NULL  -- a root digest; a statement below 0; 0 is that it is gone
) STRICT;

CREATE INDEX change_time ON change (observed_at, observation_id);

CREATE INDEX change_repository ON change (repository_id, observed_at, observation_id);

CREATE INDEX change_said ON change (tag_id, source_id, said, observed_at);

CREATE TABLE repository_span (
    repository_id INTEGER PRIMARY KEY REFERENCES repository,
    tags INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
) STRICT;

CREATE TABLE appearance (
    statement_id INTEGER NOT NULL REFERENCES statement,
    tag_id INTEGER NOT NULL REFERENCES tag,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    observations INTEGER NOT NULL,
    PRIMARY KEY (statement_id, tag_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sighting (
    entry_id INTEGER NOT NULL REFERENCES entry,
    tag_id INTEGER NOT NULL REFERENCES tag,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (entry_id, tag_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sighting_tag ON sighting (tag_id, entry_id);

CREATE TABLE repository_recipe (
    repository_id INTEGER NOT NULL REFERENCES repository,
    recipe_id INTEGER NOT NULL REFERENCES recipe,
    PRIMARY KEY (repository_id, recipe_id)
) STRICT, WITHOUT ROWID;

-- Digests that very many images share, layers of base images above all: where each was,
-- by name as far as names are sorted, so that a page of it is quick as well.

CREATE TABLE shared_digest (
    digest_id INTEGER PRIMARY KEY REFERENCES digest,
    images INTEGER NOT NULL  -- entries that have it, not those below it as a root
) STRICT;

CREATE TABLE shared_use (
    digest_id INTEGER NOT NULL REFERENCES shared_digest,
    repository TEXT NOT NULL,
    tag TEXT NOT NULL,
    tag_id INTEGER NOT NULL REFERENCES tag,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    observations INTEGER NOT NULL,
    PRIMARY KEY (digest_id, repository, tag, tag_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX entry_platform ON entry (platform_id, id);

-- Which manifest says of itself that it belongs to which: signatures, SBOMs and the like.

CREATE TABLE subject (
    digest_id INTEGER PRIMARY KEY REFERENCES content,
    subject_digest_id INTEGER NOT NULL REFERENCES digest
) STRICT;

CREATE INDEX subject_subject ON subject (subject_digest_id);
