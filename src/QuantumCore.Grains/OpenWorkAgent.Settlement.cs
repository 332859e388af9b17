using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>Has venues settle what is due, once a UTC day and until all of it is settled.</summary>
public sealed partial class OpenWorkAgent
{
    private readonly Dictionary<string, long> _settledOn = new(StringComparer.Ordinal);

    // Business days of each venue's oldest fail, as it said last: they change once a day, and it is asked then.
    private readonly Dictionary<string, int> _failingDays = new(StringComparer.Ordinal);

    // Since when this agent has asked a venue that is not done, by the clock that never jumps.
    private readonly Dictionary<string, long> _askedSince = new(StringComparer.Ordinal);

    /// <summary>One round over the venues that have not settled today.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var day = UtcDay.Of(NanosAt(TimeSpan.Zero));
        var waits = TimeSpan.Zero;
        foreach (var venue in catalog.Instruments.Select(instrument => instrument.SettlementVenue).Distinct(StringComparer.Ordinal))
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

    /// <summary>How long a venue has not settled what was due.</summary>
    private async Task<TimeSpan> SettleAsync(string venue, long day)
    {
        _askedSince.TryAdd(venue, time.GetTimestamp());
        var asked = time.GetElapsedTime(_askedSince[venue]);

        // One venue that can't settle must not keep the others.
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

            // Whoever closed it may not have been this agent, nor this process.
            return await settlement.OldestSent() is > 0 and var closed && TimeSpan.FromTicks((NanosAt(TimeSpan.Zero) - closed) / 100) is var sent && sent > asked
                ? sent
                : asked;
        }
        catch (Exception e)
        {
            GrainLog.AgentFailed(log, e);
            return asked;
        }
    }
}
