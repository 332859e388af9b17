using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Scheduled;

/// <summary>Lets venues settle what is due, once a UTC day and until all of it is settled.</summary>
public sealed class SettlementRounds(
    InstrumentCatalog catalog, IGrainFactory grains, TimeProvider time, ILogger<SettlementRounds> log)
{
    private readonly Dictionary<string, long> _settledOn = new(StringComparer.Ordinal);

    // Business days of each venue's oldest fail, as last reported: they change once a day, when it is asked.
    private readonly Dictionary<string, int> _failingDays = new(StringComparer.Ordinal);

    // When this silo began to ask an unfinished venue, by the monotonic clock.
    private readonly Dictionary<string, long> _askedSince = new(StringComparer.Ordinal);

    /// <summary>Does one round over the venues that have not settled today.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var day = UtcDay.Of(time.UnixNanos());
        var waits = TimeSpan.Zero;
        foreach (var venue in catalog.Instruments.Select(instrument => instrument.SettlementVenue)
            .Distinct(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (venue.Length == 0 || _settledOn.GetValueOrDefault(venue) == day)
            {
                continue;
            }

            var own = await SettleAsync(venue, day);
            waits = own > waits ? own : waits;
        }

        GrainMetrics.SettlementLooked(waits, _failingDays.Values.DefaultIfEmpty().Max());
    }

    /// <summary>Settles a venue. Returns how long its settlement has been unfinished; zero if it is done.</summary>
    private async Task<TimeSpan> SettleAsync(string venue, long day)
    {
        _askedSince.TryAdd(venue, time.GetTimestamp());
        var asked = time.GetElapsedTime(_askedSince[venue]);

        // A venue that cannot settle must not block the others.
        try
        {
            var settlement = grains.GetGrain<ISettlementGrain>(venue);
            var round = await settlement.Settle();
            _failingDays[venue] = round.FailingDays;
            if (round.IsDone)
            {
                _settledOn[venue] = day;
                _askedSince.Remove(venue);
                return TimeSpan.Zero;
            }

            // Another silo may have closed it.
            return await settlement.OldestSent() is > 0 and var closed
                && TimeSpan.FromTicks((time.UnixNanos() - closed) / 100) is var sent && sent > asked
                ? sent
                : asked;
        }
        catch (Exception e)
        {
            GrainLog.ScheduledWorkFailed(log, e);
            return asked;
        }
    }
}
