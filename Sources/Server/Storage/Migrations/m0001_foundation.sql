-- The house's first floor: projects, principals, resources with versions, datasets with segments,
-- rules with verdicts, and the audit log.
--
-- Rules that hold for every table here and later:
--   * it carries project_id and row-level security: without a project set, a read sees nothing;
--   * a resource has a current row, an append-only row in resource_version for each revision, a uid;
--   * names that are compared bytewise say COLLATE "C";
--   * pursight_owner owns, pursight_app reads and writes rows under row-level security.

-- The project of the transaction, set by the first statement of each; null: sees nothing.
CREATE FUNCTION pursight_project() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('pursight.project', true), '')::int $$;

-- What runs for all projects at once (the sequencer, recovery) says so instead.
CREATE FUNCTION pursight_is_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT current_setting('pursight.system', true) = 'on' $$;

-- Fails the transaction where what a change was decided on does not hold any more; the constraint names
-- the condition.
CREATE FUNCTION pursight_require(holds boolean, condition text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF holds IS NOT TRUE THEN
    RAISE EXCEPTION 'condition % does not hold', condition
      USING ERRCODE = 'PS001', CONSTRAINT = condition;
  END IF;
END $$;

CREATE TABLE project (
  project_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug text COLLATE "C" NOT NULL UNIQUE,
  create_time timestamptz NOT NULL DEFAULT now()
);
INSERT INTO project (slug) VALUES ('default');

-- Every change of every resource: the resource as it was after it, in its wire form.
CREATE TABLE resource_version (
  project_id int NOT NULL REFERENCES project,
  uid uuid NOT NULL,
  revision bigint NOT NULL,
  kind smallint NOT NULL,
  operation smallint NOT NULL,
  actor text NOT NULL,
  event_id uuid NOT NULL,
  at timestamptz NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (uid, revision)
);

-- The first answer to each request id, given again for 24 hours (AIP-155).
CREATE TABLE request_answer (
  project_id int NOT NULL REFERENCES project,
  request_id uuid NOT NULL,
  principal text COLLATE "C" NOT NULL,
  method text COLLATE "C" NOT NULL,
  fingerprint bytea NOT NULL,
  event_id uuid NOT NULL,
  answer bytea NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (project_id, request_id)
);
CREATE INDEX request_answer_at ON request_answer (at);

-- Access ---------------------------------------------------------------------------------------------

CREATE TABLE role_binding (
  project_id int NOT NULL REFERENCES project,
  uid uuid PRIMARY KEY,
  principal text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  creator text NOT NULL,
  updater text NOT NULL,
  UNIQUE (project_id, principal, role)
);

-- Grows with every change of the bindings, so that servers know when to read them again.
CREATE TABLE access_generation (
  project_id int PRIMARY KEY REFERENCES project,
  generation bigint NOT NULL
);

-- Catalog --------------------------------------------------------------------------------------------

CREATE TABLE source (
  project_id int NOT NULL REFERENCES project,
  source_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uid uuid NOT NULL UNIQUE,
  slug text COLLATE "C" NOT NULL,
  kind smallint NOT NULL,
  display_name text NOT NULL,
  description text NOT NULL,
  uri text NOT NULL,
  owners text[] NOT NULL,
  property_keys text[] NOT NULL,
  property_values text[] NOT NULL,
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  delete_time timestamptz,
  purge_time timestamptz,
  creator text NOT NULL,
  updater text NOT NULL
);
CREATE UNIQUE INDEX source_slug ON source (project_id, slug) WHERE delete_time IS NULL;

CREATE TABLE asset (
  project_id int NOT NULL REFERENCES project,
  asset_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uid uuid NOT NULL UNIQUE,
  kind smallint NOT NULL,
  fqn text COLLATE "C" NOT NULL,
  -- The fqn as it is compared: case-folded where the source says so.
  fqn_key text COLLATE "C" NOT NULL,
  source_id bigint REFERENCES source,
  display_name text NOT NULL,
  property_keys text[] NOT NULL,
  property_values text[] NOT NULL,
  schema_version int NOT NULL DEFAULT 0,
  next_column_id int NOT NULL DEFAULT 1,
  row_count bigint NOT NULL DEFAULT 0,
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  delete_time timestamptz,
  purge_time timestamptz,
  creator text NOT NULL,
  updater text NOT NULL
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX asset_fqn ON asset (project_id, fqn_key) WHERE delete_time IS NULL;
CREATE INDEX asset_source ON asset (source_id) WHERE delete_time IS NULL;
CREATE INDEX asset_page ON asset (project_id, fqn, asset_id);

-- What is said of an asset, a row a layer: 1 source, 2 curated, 3 derived.
CREATE TABLE asset_facet (
  project_id int NOT NULL REFERENCES project,
  asset_id bigint NOT NULL REFERENCES asset ON DELETE CASCADE,
  layer smallint NOT NULL,
  description text NOT NULL,
  owners text[] NOT NULL,
  PRIMARY KEY (asset_id, layer)
);
CREATE TABLE column_facet (
  project_id int NOT NULL REFERENCES project,
  asset_id bigint NOT NULL REFERENCES asset ON DELETE CASCADE,
  column_id int NOT NULL,
  layer smallint NOT NULL,
  description text NOT NULL,
  PRIMARY KEY (asset_id, column_id, layer)
);

-- Narrow: what search touches. Words come from our own tokenizer; the configuration is `simple`.
CREATE TABLE asset_search (
  project_id int NOT NULL REFERENCES project,
  asset_id bigint PRIMARY KEY REFERENCES asset ON DELETE CASCADE,
  fqn_key text COLLATE "C" NOT NULL,
  leaf_key text COLLATE "C" NOT NULL,
  -- minus popularity, so that the next page is one row comparison
  rank_key int NOT NULL,
  name_words tsvector NOT NULL,
  column_words tsvector NOT NULL,
  any_words tsvector NOT NULL
);
CREATE INDEX asset_search_fqn ON asset_search (project_id, fqn_key);
CREATE INDEX asset_search_leaf ON asset_search (project_id, leaf_key, rank_key, fqn_key);
CREATE INDEX asset_search_rank ON asset_search (project_id, rank_key, fqn_key);
CREATE INDEX asset_search_name ON asset_search USING gin (name_words);
CREATE INDEX asset_search_column ON asset_search USING gin (column_words);
CREATE INDEX asset_search_any ON asset_search USING gin (any_words);

-- Assets of the project whose name (1), columns (2) or any text (3) has the words. `@@` is not
-- leakproof, so under row-level security its indexes are out of reach: the owner asks them here and
-- keeps the project's wall itself.
CREATE FUNCTION asset_search_words(field int, words tsquery) RETURNS SETOF bigint LANGUAGE sql STABLE
SECURITY DEFINER ROWS 100 SET search_path FROM CURRENT SET enable_seqscan = off AS $$
  SELECT asset_id FROM asset_search
  WHERE field = 1 AND name_words @@ words AND project_id = pursight_project()
  UNION ALL SELECT asset_id FROM asset_search
  WHERE field = 2 AND column_words @@ words AND project_id = pursight_project()
  UNION ALL SELECT asset_id FROM asset_search
  WHERE field = 3 AND any_words @@ words AND project_id = pursight_project()
$$;

CREATE TABLE schema_version (
  project_id int NOT NULL REFERENCES project,
  asset_id bigint NOT NULL REFERENCES asset ON DELETE CASCADE,
  version int NOT NULL,
  fingerprint bytea NOT NULL,
  uid uuid NOT NULL,
  create_time timestamptz NOT NULL,
  creator text NOT NULL,
  PRIMARY KEY (asset_id, version)
);

-- A column as it is from one schema version up to, not including, another.
CREATE TABLE schema_column (
  project_id int NOT NULL REFERENCES project,
  asset_id bigint NOT NULL REFERENCES asset ON DELETE CASCADE,
  column_id int NOT NULL,
  version_from int NOT NULL,
  version_to int NOT NULL DEFAULT 2147483647,
  ordinal int NOT NULL,
  name text NOT NULL,
  type smallint NOT NULL,
  nullable boolean NOT NULL,
  "precision" int NOT NULL,
  scale int NOT NULL,
  native_type text NOT NULL,
  key_ordinal int NOT NULL,
  PRIMARY KEY (asset_id, column_id, version_from)
);

CREATE TABLE lineage_edge (
  project_id int NOT NULL REFERENCES project,
  from_asset bigint NOT NULL REFERENCES asset ON DELETE CASCADE,
  from_column int NOT NULL,
  to_asset bigint NOT NULL REFERENCES asset ON DELETE CASCADE,
  to_column int NOT NULL,
  job text COLLATE "C" NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  PRIMARY KEY (from_asset, to_asset, from_column, to_column, job)
);
CREATE INDEX lineage_edge_to ON lineage_edge (to_asset, from_asset);

-- Ingestion ------------------------------------------------------------------------------------------

CREATE TABLE rule_set (
  project_id int NOT NULL REFERENCES project,
  rule_set_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uid uuid NOT NULL UNIQUE,
  slug text COLLATE "C" NOT NULL,
  dataset text COLLATE "C" NOT NULL,
  description text NOT NULL,
  version int NOT NULL,
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  delete_time timestamptz,
  creator text NOT NULL,
  updater text NOT NULL
);
CREATE UNIQUE INDEX rule_set_slug ON rule_set (project_id, slug) WHERE delete_time IS NULL;

-- The rules of each version, in their wire form.
CREATE TABLE rule_set_version (
  project_id int NOT NULL REFERENCES project,
  rule_set_id bigint NOT NULL REFERENCES rule_set ON DELETE CASCADE,
  version int NOT NULL,
  body bytea NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (rule_set_id, version)
);

CREATE TABLE dataset (
  project_id int NOT NULL REFERENCES project,
  -- the asset of the same uid
  dataset_id bigint PRIMARY KEY REFERENCES asset,
  uid uuid NOT NULL UNIQUE,
  key_columns text[] NOT NULL,
  rule_set_id bigint REFERENCES rule_set,
  data_revision bigint NOT NULL DEFAULT 0,
  next_segment bigint NOT NULL DEFAULT 1,
  row_count bigint NOT NULL DEFAULT 0,
  stored_bytes bigint NOT NULL DEFAULT 0,
  quarantined_count bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

CREATE TABLE write_stream (
  project_id int NOT NULL REFERENCES project,
  write_stream_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uid uuid NOT NULL UNIQUE,
  dataset_id bigint NOT NULL REFERENCES dataset ON DELETE CASCADE,
  stream_id text COLLATE "C" NOT NULL,
  source_id bigint REFERENCES source,
  source_asset_id bigint REFERENCES asset,
  source_uri text NOT NULL,
  state smallint NOT NULL,
  epoch bigint NOT NULL,
  next_offset bigint NOT NULL DEFAULT 0,
  rows_stored bigint NOT NULL DEFAULT 0,
  rows_quarantined bigint NOT NULL DEFAULT 0,
  commits bigint NOT NULL DEFAULT 0,
  on_bad_row smallint NOT NULL,
  rule_set_id bigint REFERENCES rule_set,
  rule_set_version int NOT NULL DEFAULT 0,
  check_run_uid uuid,
  arrow_schema bytea NOT NULL,
  schema_version int NOT NULL,
  resume_token bytea NOT NULL DEFAULT '',
  data_revision bigint NOT NULL DEFAULT 0,
  -- SHA-256(digest before || SHA-256 of the segment), from 32 zero bytes
  segments_digest bytea NOT NULL,
  last_commit_time timestamptz,
  -- the audit event that opened the load; batches are covered by it
  open_event uuid NOT NULL,
  close_event uuid,
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  creator text NOT NULL,
  updater text NOT NULL,
  UNIQUE (dataset_id, stream_id)
) WITH (fillfactor = 50);
CREATE INDEX write_stream_open ON write_stream (project_id, write_stream_id) WHERE state = 1;

-- One row a commit: what the dataset was after it.
CREATE TABLE dataset_revision (
  project_id int NOT NULL REFERENCES project,
  dataset_id bigint NOT NULL REFERENCES dataset ON DELETE CASCADE,
  data_revision bigint NOT NULL,
  write_stream_id bigint NOT NULL REFERENCES write_stream ON DELETE CASCADE,
  row_count bigint NOT NULL,
  stored_bytes bigint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (dataset_id, data_revision)
);

-- Rows, a batch a segment. `columns` holds for each column the place and length of its buffers in
-- segment_data, its nulls, minimum and maximum: see docs/segments.md.
CREATE TABLE segment (
  project_id int NOT NULL REFERENCES project,
  dataset_id bigint NOT NULL REFERENCES dataset ON DELETE CASCADE,
  segment bigint NOT NULL,
  revision_from bigint NOT NULL,
  revision_to bigint NOT NULL DEFAULT 9223372036854775807,
  first_row bigint NOT NULL,
  rows int NOT NULL,
  codec smallint NOT NULL,
  schema_version int NOT NULL,
  -- the key its bytes are encrypted under; null: clear
  key_id uuid,
  digest bytea NOT NULL,
  bytes bigint NOT NULL,
  write_stream_id bigint NOT NULL REFERENCES write_stream ON DELETE CASCADE,
  stream_offset bigint NOT NULL,
  columns bytea NOT NULL,
  PRIMARY KEY (dataset_id, segment)
);
CREATE INDEX segment_stream ON segment (write_stream_id, segment);

-- EXTERNAL: stored out of line and not compressed again, so that a projection reads byte ranges.
CREATE TABLE segment_data (
  project_id int NOT NULL REFERENCES project,
  dataset_id bigint NOT NULL REFERENCES dataset ON DELETE CASCADE,
  segment bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (dataset_id, segment)
);
ALTER TABLE segment_data ALTER COLUMN bytes SET STORAGE EXTERNAL;
ALTER TABLE segment ALTER COLUMN columns SET STORAGE EXTENDED;

CREATE TABLE quarantined_row (
  project_id int NOT NULL REFERENCES project,
  quarantined_row_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dataset_id bigint NOT NULL REFERENCES dataset ON DELETE CASCADE,
  write_stream_id bigint NOT NULL REFERENCES write_stream ON DELETE CASCADE,
  stream_offset bigint NOT NULL,
  rule_id text COLLATE "C" NOT NULL,
  column_name text NOT NULL,
  value text,
  reason text NOT NULL,
  message text NOT NULL,
  line bigint NOT NULL,
  body bytea NOT NULL,
  at timestamptz NOT NULL,
  UNIQUE (write_stream_id, stream_offset)
);
CREATE INDEX quarantined_row_dataset ON quarantined_row (dataset_id, quarantined_row_id);

-- Quality --------------------------------------------------------------------------------------------

CREATE TABLE check_run (
  project_id int NOT NULL REFERENCES project,
  check_run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uid uuid NOT NULL UNIQUE,
  rule_set_id bigint NOT NULL REFERENCES rule_set,
  rule_set_version int NOT NULL,
  dataset_id bigint NOT NULL REFERENCES dataset ON DELETE CASCADE,
  -- null: over the whole revision
  write_stream_id bigint REFERENCES write_stream ON DELETE CASCADE,
  data_revision bigint NOT NULL,
  state smallint NOT NULL,
  rows bigint NOT NULL,
  error text NOT NULL DEFAULT '',
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  creator text NOT NULL,
  updater text NOT NULL
);
CREATE INDEX check_run_dataset ON check_run (dataset_id, check_run_id);
CREATE INDEX check_run_page ON check_run (project_id, check_run_id);

-- What each rule found. `detail` is the verdict in its wire form; the counts stand beside it.
CREATE TABLE verdict (
  project_id int NOT NULL REFERENCES project,
  check_run_id bigint NOT NULL REFERENCES check_run ON DELETE CASCADE,
  ordinal int NOT NULL,
  rule_id text COLLATE "C" NOT NULL,
  outcome smallint NOT NULL,
  severity smallint NOT NULL,
  checked bigint NOT NULL,
  failed bigint NOT NULL,
  detail bytea NOT NULL,
  PRIMARY KEY (check_run_id, ordinal)
);

-- Which rows of a segment broke a rule: one bit a row. No row: none did.
CREATE TABLE failing_rows (
  project_id int NOT NULL REFERENCES project,
  check_run_id bigint NOT NULL REFERENCES check_run ON DELETE CASCADE,
  ordinal int NOT NULL,
  dataset_id bigint NOT NULL,
  segment bigint NOT NULL,
  failed int NOT NULL,
  bits bytea NOT NULL,
  PRIMARY KEY (check_run_id, ordinal, segment)
);

-- Counts of a rule over one commit: what a resumed load takes its verdicts up from.
CREATE TABLE commit_verdict (
  project_id int NOT NULL REFERENCES project,
  check_run_id bigint NOT NULL REFERENCES check_run ON DELETE CASCADE,
  stream_offset bigint NOT NULL,
  -- the state of all rules after this commit, mergeable; see docs/segments.md
  state bytea NOT NULL,
  PRIMARY KEY (check_run_id, stream_offset)
);

-- The mergeable profile of a dataset: the rows of all loads that have ended, merged as each ends.
CREATE TABLE dataset_profile (
  project_id int NOT NULL REFERENCES project,
  dataset_id bigint PRIMARY KEY REFERENCES dataset ON DELETE CASCADE,
  -- grows with every load that was merged: the guard against two that end at once
  version bigint NOT NULL,
  data_revision bigint NOT NULL,
  -- the columns that the state is written in
  schema_version int NOT NULL,
  state bytea NOT NULL,
  update_time timestamptz NOT NULL
);

CREATE TABLE issue (
  project_id int NOT NULL REFERENCES project,
  issue_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uid uuid NOT NULL UNIQUE,
  dataset_id bigint NOT NULL REFERENCES dataset ON DELETE CASCADE,
  rule_set_id bigint NOT NULL REFERENCES rule_set,
  rule_id text COLLATE "C" NOT NULL,
  state smallint NOT NULL,
  severity smallint NOT NULL,
  summary text NOT NULL,
  failing_rows bigint NOT NULL,
  first_run uuid NOT NULL,
  last_run uuid NOT NULL,
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  creator text NOT NULL,
  updater text NOT NULL
);
CREATE UNIQUE INDEX issue_open ON issue (dataset_id, rule_set_id, rule_id) WHERE state = 1;
CREATE INDEX issue_page ON issue (project_id, issue_id);

-- Audit ----------------------------------------------------------------------------------------------

-- Written in the change's own transaction, never changed. `body` is the leaf: docs/audit-leaf.md.
CREATE TABLE audit_event (
  project_id int NOT NULL REFERENCES project,
  event_id uuid NOT NULL,
  at timestamptz NOT NULL,
  -- For finding events only: what is proven stands in the body.
  actor text COLLATE "C" NOT NULL,
  method text COLLATE "C" NOT NULL,
  activity text COLLATE "C" NOT NULL,
  outcome int NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (event_id, at)
) PARTITION BY RANGE (at);
CREATE INDEX audit_event_page ON audit_event (project_id, event_id);
-- What falls outside of the months that were made is kept all the same.
CREATE TABLE audit_event_other PARTITION OF audit_event DEFAULT;

-- Makes the partition of a month where there is none. Servers call it for the months ahead.
CREATE FUNCTION audit_make_month(month date) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  first date := date_trunc('month', month);
  name text := 'audit_event_' || to_char(first, 'YYYY_MM');
BEGIN
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF audit_event FOR VALUES FROM (%L) TO (%L)',
    name, first::timestamptz, (first + interval '1 month')::timestamptz);
END $$;
SELECT audit_make_month((date_trunc('month', now()) + make_interval(months => m))::date)
FROM generate_series(0, 2) AS m;

-- Large before and after images; the leaf holds their hash.
CREATE TABLE audit_image (
  project_id int NOT NULL REFERENCES project,
  event_id uuid NOT NULL,
  digest bytea NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (event_id, digest)
);

-- The outbox: events that have no leaf yet. Kept narrow, vacuumed often.
CREATE TABLE audit_pending (
  project_id int NOT NULL REFERENCES project,
  event_id uuid PRIMARY KEY,
  at timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01);

CREATE TABLE audit_leaf (
  project_id int NOT NULL REFERENCES project,
  leaf_index bigint PRIMARY KEY,
  event_id uuid NOT NULL,
  at timestamptz NOT NULL,
  leaf_hash bytea NOT NULL
);
CREATE INDEX audit_leaf_event ON audit_leaf (event_id);
CREATE INDEX audit_leaf_project ON audit_leaf (project_id, leaf_index);

-- Hashes of complete subtrees: level 0 are the leaves; index counts inside the level.
CREATE TABLE audit_node (
  level smallint NOT NULL,
  node_index bigint NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (level, node_index)
);

-- One row: how long the log is and what is needed to append to it.
CREATE TABLE audit_head (
  id int PRIMARY KEY CHECK (id = 1),
  size bigint NOT NULL,
  root bytea NOT NULL,
  frontier bytea NOT NULL
);
INSERT INTO audit_head VALUES (1, 0, sha256(''), '');

CREATE TABLE audit_checkpoint (
  size bigint PRIMARY KEY,
  root bytea NOT NULL,
  note text NOT NULL,
  at timestamptz NOT NULL
);

-- Data keys of the people whose personal fields stand in events; deleting one erases them.
CREATE TABLE subject_key (
  project_id int NOT NULL REFERENCES project,
  key_id uuid PRIMARY KEY,
  subject text COLLATE "C" NOT NULL,
  wrapped_key bytea,
  create_time timestamptz NOT NULL,
  erase_time timestamptz,
  UNIQUE (project_id, subject)
);

-- Row-level security and rights -----------------------------------------------------------------------

DO $$
DECLARE t text;
BEGIN
  FOR t IN
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attname = 'project_id' AND c.relname <> 'project'
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format(
      'CREATE POLICY %I ON %I USING (project_id = (SELECT pursight_project())'
      || ' OR (SELECT pursight_is_system())) WITH CHECK (project_id = (SELECT pursight_project())'
      || ' OR (SELECT pursight_is_system()))', t || '_project', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO pursight_app', t);
  END LOOP;
END $$;
GRANT SELECT ON project TO pursight_app;
GRANT SELECT, INSERT ON audit_node, audit_checkpoint TO pursight_app;
GRANT SELECT, UPDATE ON audit_head TO pursight_app;
-- What has been written to the log is not changed and not taken away.
REVOKE UPDATE, DELETE ON audit_event, audit_leaf, audit_image FROM pursight_app;
REVOKE UPDATE, DELETE ON resource_version FROM pursight_app;
