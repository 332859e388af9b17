using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace QuantumCore.Silo;

/// <summary>Report of a failed process: one sentence that names the problem and its place, and an exit code.</summary>
internal static partial class Failure
{
    private const int BadUsage = 64;
    private const int Failed = 70;
    private const int DiskFull = 74;

    /// <summary>Reports an impossible option; the message is for the user.</summary>
    public static async Task<int> BadUsageAsync(FormatException error)
    {
        await Printed.TryAsync(Console.Error, OneLine(error.Message));
        return BadUsage;
    }

    /// <summary>Reports a failure after a few words of context.</summary>
    public static async Task<int> TellAsync(string what, Exception error, SiloOptions options)
    {
        var cause = error is AggregateException { InnerException: { } inner } ? inner : error;
        await Printed.TryAsync(Console.Error, $"{what}: {OneLine(Where(cause, options) + cause.Message)}");
        return Storage.IsDiskFull(error) ? DiskFull : Failed;
    }

    // The messages of sockets and databases do not name their source; those of files do.
    private static string Where(Exception error, SiloOptions options) => error switch
    {
        SocketException => $"it can't listen at {options.Urls}: ",
        NpgsqlException when new NpgsqlConnectionStringBuilder(options.Postgres) is var to =>
            $"PostgreSQL at {to.Host}:{to.Port}, database {to.Database}: ",
        // The journal has an exception type of its own.
        SqliteException =>
            $"{Path.Combine(options.DataDirectory, "history.db")}, which is made again from the journal when it is deleted: ",
        _ => "",
    };

    private static string OneLine(string text) =>
        string.Join(
            ' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>Logs the whole exception of a failed service.</summary>
    [LoggerMessage(219, LogLevel.Critical, "{Service} failed, and the exchange ends")]
    public static partial void OfService(ILogger logger, string service, Exception exception);
}
