using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace QuantumCore.Silo;

/// <summary>How a process says that it failed: one sentence that names what and where, and an exit code.</summary>
internal static partial class Failure
{
    private const int BadUsage = 64;
    private const int Failed = 70;
    private const int DiskFull = 74;

    /// <summary>Somebody asked for what can't be; the message says so.</summary>
    public static async Task<int> BadUsageAsync(FormatException error)
    {
        await Printed.TryAsync(Console.Error, OneLine(error.Message));
        return BadUsage;
    }

    /// <summary>Something failed, after these words.</summary>
    public static async Task<int> TellAsync(string what, Exception error, SiloOptions options)
    {
        var cause = error is AggregateException { InnerException: { } inner } ? inner : error;
        await Printed.TryAsync(Console.Error, $"{what}: {OneLine(Where(cause, options) + cause.Message)}");
        return Storage.IsDiskFull(error) ? DiskFull : Failed;
    }

    // The messages of sockets and databases don't say whose they are; those of files do.
    private static string Where(Exception error, SiloOptions options) => error switch
    {
        SocketException => $"it can't listen at {options.Urls}: ",
        NpgsqlException when new NpgsqlConnectionStringBuilder(options.Postgres) is var to => $"PostgreSQL at {to.Host}:{to.Port}, database {to.Database}: ",
        // The journal's errors are of another kind.
        SqliteException => $"{Path.Combine(options.DataDirectory, "history.db")}, which is made again from the journal when it is deleted: ",
        _ => "",
    };

    private static string OneLine(string text) =>
        string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>Logs everything about it.</summary>
    [LoggerMessage(219, LogLevel.Critical, "{Service} failed, and the exchange ends")]
    public static partial void OfService(ILogger logger, string service, Exception exception);
}
