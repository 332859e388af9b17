-- State of grains, and the statements by which Orleans' ADO.NET provider reads and writes it: the provider finds them by name
-- in OrleansQuery, and its parameters and columns have the names that it uses. A view, so that the statements are always those
-- of the build that runs. Any number of silos may start at once on an empty database.
SELECT pg_advisory_xact_lock(hashtext('QuantumCore grain state'));
CREATE SCHEMA IF NOT EXISTS state;

-- A state that was cleared keeps its row, without a payload: its version is never used twice, so that whoever read the state
-- before it was cleared can't write over a newer one.
CREATE TABLE IF NOT EXISTS state.grain (
  grain TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  payload TEXT,
  written TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (grain, name)
);

CREATE OR REPLACE VIEW state.orleansquery (querykey, querytext) AS VALUES
('ReadFromStorageKey', $sql$
  SELECT convert_to(payload, 'UTF8') AS PayloadBinary, version AS Version
  FROM state.grain WHERE grain = @GrainIdExtensionString AND name = @GrainTypeString AND payload IS NOT NULL
$sql$),
('WriteToStorageKey', $sql$
  WITH changed AS (
    UPDATE state.grain SET version = version + 1, payload = convert_from(@PayloadBinary, 'UTF8'), written = now()
    WHERE grain = @GrainIdExtensionString AND name = @GrainTypeString AND version = @GrainStateVersion::INTEGER
    RETURNING version),
  added AS (
    INSERT INTO state.grain AS old (grain, name, version, payload, written)
    SELECT @GrainIdExtensionString, @GrainTypeString, 1, convert_from(@PayloadBinary, 'UTF8'), now()
    WHERE @GrainStateVersion::INTEGER IS NULL
    ON CONFLICT (grain, name) DO UPDATE
      SET version = old.version + 1, payload = excluded.payload, written = excluded.written WHERE old.payload IS NULL
    RETURNING version)
  SELECT COALESCE((SELECT version FROM changed), (SELECT version FROM added)) AS NewGrainStateVersion
$sql$),
('ClearStorageKey', $sql$
  WITH cleared AS (
    UPDATE state.grain SET version = version + 1, payload = NULL, written = now()
    WHERE grain = @GrainIdExtensionString AND name = @GrainTypeString AND version = @GrainStateVersion::INTEGER
    RETURNING version)
  SELECT (SELECT version FROM cleared) AS NewGrainStateVersion
$sql$);
