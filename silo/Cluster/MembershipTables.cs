using Npgsql;

namespace QuantumCore.Silo.Cluster;

/// <summary>
/// Liveness of a cluster's members, from the tables that <see cref="Gateway.Cluster.ClusterMembership"/> creates.
/// </summary>
internal static class MembershipTables
{
    /// <summary>
    /// Returns the last heartbeat of each active silo, by that silo's own clock. A joining silo has none yet.
    /// </summary>
    public static async Task<List<((string Address, int Port, int Generation) Silo, DateTime Said)>> LastWordsAsync(
        string postgres, string cluster, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellationToken);
        await using var query = new NpgsqlCommand(
            "SELECT address, port, generation, alive FROM cluster.silo WHERE cluster = @cluster AND status = @active",
            connection);
        query.Parameters.AddWithValue("cluster", cluster);
        query.Parameters.AddWithValue("active", (int)SiloStatus.Active);
        await using var reader = await query.ExecuteReaderAsync(cancellationToken);
        var words = new List<((string, int, int), DateTime)>();
        while (await reader.ReadAsync(cancellationToken))
            words.Add(((reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2)), reader.GetDateTime(3)));
        return words;
    }

    /// <summary>
    /// Declares a silo dead that has sent no heartbeat since; returns false if it has, or if another process was
    /// quicker.
    /// </summary>
    public static async Task<bool> DeclareDeadAsync(
        string postgres, string cluster, (string Address, int Port, int Generation) silo, DateTime said,
        CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellationToken);
        await using var declare = new NpgsqlCommand(
            """
            WITH gone AS (
              UPDATE cluster.silo SET status = @dead
              WHERE cluster = @cluster AND address = @address AND port = @port AND generation = @generation
                AND alive = @said AND status = @active
              RETURNING 1)
            UPDATE cluster.generation SET version = version + 1 WHERE cluster = @cluster AND EXISTS (SELECT 1 FROM gone)
            """,
            connection);
        declare.Parameters.AddWithValue("cluster", cluster);
        declare.Parameters.AddWithValue("active", (int)SiloStatus.Active);
        declare.Parameters.AddWithValue("dead", (int)SiloStatus.Dead);
        declare.Parameters.AddWithValue("address", silo.Address);
        declare.Parameters.AddWithValue("port", silo.Port);
        declare.Parameters.AddWithValue("generation", silo.Generation);
        declare.Parameters.AddWithValue("said", said);
        return await declare.ExecuteNonQueryAsync(cancellationToken) > 0;
    }
}
