using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Cluster;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for the state of the system itself, for its operators.</summary>
internal sealed class SystemCalls(ReadSilos silos, RecentLog recent, IGrainFactory grains, TimeProvider time)
{
    // Parts that do not answer by then are missing in the answer, which is needed most when something does not answer.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>GET /admin/system: returns silos, journal and newest warnings.</summary>
    /// <remarks>
    /// Needs the role marketOperator, risk or administrator. <c>journal</c> is null, and <c>grains</c> empty, for a
    /// part that does not respond within three seconds; <c>behindMillis</c> are milliseconds.
    /// </remarks>
    public async Task<Result<Api.ExchangeSystem>> ShowAsync(HttpContext context)
    {
        var cancellation = context.RequestAborted;
        var asked = AskAsync(async () => (ImmutableArray<SiloView>?)await silos(cancellation), cancellation);
        var status = await AskAsync(async () => (LedgerStatus?)await grains.Ledger().Status(), cancellation);
        var members = await asked;
        var now = time.UnixNanos();
        return new Api.ExchangeSystem(
            new(now),
            now,
            [.. (members ?? []).Select(ToApi)],
            status is { } known
                ? new Api.JournalStanding(known.Records, known.Behind, known.BehindNanos / 1_000_000)
                : null,
            [.. recent.Newest().Select(ToApi)]);
    }

    /// <summary>
    /// Asks a part of the system; null if it does not answer. Not logged: that would push the relevant lines out of the
    /// log.
    /// </summary>
    private async Task<T?> AskAsync<T>(Func<Task<T?>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask().WaitAsync(s_patience, time, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return default;
        }
    }

    private static Api.ExchangeSilo ToApi(SiloView silo) => new(
        silo.Name,
        silo.Address,
        silo.Role,
        silo.State,
        new(silo.Since.ToUnixTimeMilliseconds() * 1_000_000),
        silo.IsThis,
        [.. silo.Grains.Select(grain => new Api.AwakeGrains(grain.Type, grain.Count))]);

    private static Api.LogLine ToApi(RecentLine line) => new(
        line.Sequence,
        new(line.TimeNanos),
        line.TimeNanos,
        line.Level switch
        {
            LogLevel.Warning => "warn",
            LogLevel.Error => "error",
            _ => "critical",
        },
        line.Category,
        line.Event,
        line.Message,
        line.Exception);
}
