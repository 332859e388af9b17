-- Members of the cluster, its reminders, and the statements by which Orleans' ADO.NET providers read and write them. A provider
-- finds its statements by name in OrleansQuery, and expects these names of parameters and columns. OrleansQuery is a view, so that
-- the statements are always those of the build that runs.
-- Any number of silos may start at once on an empty database.
SELECT pg_advisory_xact_lock(hashtext('QuantumCore cluster'));
CREATE SCHEMA IF NOT EXISTS cluster;

-- Each change of a cluster's members raises its version by one; who read an older one changes nothing.
CREATE TABLE IF NOT EXISTS cluster.generation (
  cluster TEXT PRIMARY KEY,
  version INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS cluster.silo (
  cluster TEXT NOT NULL REFERENCES cluster.generation,
  address TEXT NOT NULL,
  port INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  name TEXT NOT NULL,
  host TEXT NOT NULL,
  status INTEGER NOT NULL,
  gateway_port INTEGER NOT NULL,
  suspected_by TEXT,
  started TIMESTAMPTZ NOT NULL,
  alive TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (cluster, address, port, generation)
);

-- A reminder activates its grain from its start on, each time a period has passed. The silo whose part of the ring of hashes has the
-- grain's sends the ticks.
CREATE TABLE IF NOT EXISTS cluster.reminder (
  service TEXT NOT NULL,
  grain TEXT NOT NULL,
  name TEXT NOT NULL,
  start TIMESTAMPTZ NOT NULL,
  period_ms BIGINT NOT NULL,
  hash INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (service, grain, name)
);

CREATE OR REPLACE VIEW cluster.orleansquery (querykey, querytext) AS VALUES
('InsertMembershipVersionKey', $sql$
  WITH added AS (
    INSERT INTO cluster.generation (cluster, version) VALUES (@DeploymentId, 0) ON CONFLICT (cluster) DO NOTHING RETURNING 1)
  SELECT COUNT(*)::INTEGER FROM added
$sql$),
('InsertMembershipKey', $sql$
  WITH moved AS (
    UPDATE cluster.generation SET version = version + 1 WHERE cluster = @DeploymentId AND version = @Version RETURNING 1),
  added AS (
    INSERT INTO cluster.silo (cluster, address, port, generation, name, host, status, gateway_port, started, alive)
    SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
    FROM moved RETURNING 1)
  SELECT COUNT(*)::INTEGER FROM added
$sql$),
('UpdateMembershipKey', $sql$
  WITH moved AS (
    UPDATE cluster.generation SET version = version + 1
    WHERE cluster = @DeploymentId AND version = @Version AND EXISTS (
      SELECT 1 FROM cluster.silo
      WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
    RETURNING 1),
  changed AS (
    UPDATE cluster.silo SET status = @Status, suspected_by = @SuspectTimes, alive = @IAmAliveTime FROM moved
    WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
    RETURNING 1)
  SELECT COUNT(*)::INTEGER FROM changed
$sql$),
('UpdateIAmAlivetimeKey', $sql$
  UPDATE cluster.silo SET alive = @IAmAliveTime
  WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$sql$),
('MembershipReadRowKey', $sql$
  SELECT g.version AS Version, s.address AS Address, s.port AS Port, s.generation AS Generation, s.name AS SiloName,
    s.host AS HostName, s.status AS Status, s.gateway_port AS ProxyPort, s.suspected_by AS SuspectTimes,
    s.started AS StartTime, s.alive AS IAmAliveTime
  FROM cluster.generation g LEFT JOIN cluster.silo s ON s.cluster = g.cluster
    AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
  WHERE g.cluster = @DeploymentId
$sql$),
('MembershipReadAllKey', $sql$
  SELECT g.version AS Version, s.address AS Address, s.port AS Port, s.generation AS Generation, s.name AS SiloName,
    s.host AS HostName, s.status AS Status, s.gateway_port AS ProxyPort, s.suspected_by AS SuspectTimes,
    s.started AS StartTime, s.alive AS IAmAliveTime
  FROM cluster.generation g LEFT JOIN cluster.silo s ON s.cluster = g.cluster
  WHERE g.cluster = @DeploymentId
$sql$),
('GatewaysQueryKey', $sql$
  SELECT address AS Address, gateway_port AS ProxyPort, generation AS Generation
  FROM cluster.silo WHERE cluster = @DeploymentId AND status = @Status AND gateway_port > 0
$sql$),
('DeleteMembershipTableEntriesKey', $sql$
  WITH gone AS (DELETE FROM cluster.silo WHERE cluster = @DeploymentId)
  DELETE FROM cluster.generation WHERE cluster = @DeploymentId
$sql$),
('CleanupDefunctSiloEntriesKey', $sql$
  DELETE FROM cluster.silo WHERE cluster = @DeploymentId AND alive < @IAmAliveTime AND status <> 3
$sql$),
('UpsertReminderRowKey', $sql$
  INSERT INTO cluster.reminder AS old (service, grain, name, start, period_ms, hash, version)
  VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
  ON CONFLICT (service, grain, name) DO UPDATE
    SET start = excluded.start, period_ms = excluded.period_ms, hash = excluded.hash, version = old.version + 1
  RETURNING version AS Version
$sql$),
('ReadReminderRowsKey', $sql$
  SELECT grain AS GrainId, name AS ReminderName, start AS StartTime, period_ms AS Period, version AS Version
  FROM cluster.reminder WHERE service = @ServiceId AND grain = @GrainId
$sql$),
('ReadReminderRowKey', $sql$
  SELECT grain AS GrainId, name AS ReminderName, start AS StartTime, period_ms AS Period, version AS Version
  FROM cluster.reminder WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName
$sql$),
('ReadRangeRows1Key', $sql$
  SELECT grain AS GrainId, name AS ReminderName, start AS StartTime, period_ms AS Period, version AS Version
  FROM cluster.reminder WHERE service = @ServiceId AND hash > @BeginHash AND hash <= @EndHash
$sql$),
('ReadRangeRows2Key', $sql$
  SELECT grain AS GrainId, name AS ReminderName, start AS StartTime, period_ms AS Period, version AS Version
  FROM cluster.reminder WHERE service = @ServiceId AND (hash > @BeginHash OR hash <= @EndHash)
$sql$),
('DeleteReminderRowKey', $sql$
  WITH gone AS (
    DELETE FROM cluster.reminder WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName AND version = @Version
    RETURNING 1)
  SELECT COUNT(*)::INTEGER FROM gone
$sql$),
('DeleteReminderRowsKey', $sql$
  DELETE FROM cluster.reminder WHERE service = @ServiceId
$sql$);
