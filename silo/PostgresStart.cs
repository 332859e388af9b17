using Npgsql;

namespace QuantumCore.Silo;

/// <summary>
/// Waits for a PostgreSQL server that runs but is not ready: machines that start together start in any order.
/// </summary>
internal static partial class PostgresStart
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Completes when the server accepts connections. Every other failure is thrown at once.</summary>
    public static async Task WaitAsync(SiloOptions options, ILogger log, CancellationToken cancellationToken)
    {
        if (options.Storage != StorageKind.Postgres)
            return;

        for (var isTold = false; ; isTold = true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(options.Postgres);
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (PostgresException starting) when (starting.SqlState == PostgresErrorCodes.CannotConnectNow)
            {
                if (!isTold)
                    Starting(log, starting.MessageText);
                await Task.Delay(s_pause, cancellationToken);
            }
        }
    }

    [LoggerMessage(225, LogLevel.Warning, "PostgreSQL takes no connections yet ({Reason}); the exchange waits for it")]
    private static partial void Starting(ILogger logger, string reason);
}
