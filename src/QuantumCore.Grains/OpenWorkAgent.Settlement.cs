using QuantumCore.Accounts;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>Has venues settle what is due, once a UTC day and until all of it is settled.</summary>
public sealed partial class OpenWorkAgent
{
    private readonly Dictionary<string, long> _settledOn = new(StringComparer.Ordinal);

    /// <summary>One round over the venues that have not settled today.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var day = TradingDay.DayOf(NanosAt(TimeSpan.Zero));
        foreach (var venue in catalog.Instruments.Select(instrument => instrument.SettlementVenue).Distinct(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (venue.Length == 0 || _settledOn.GetValueOrDefault(venue) == day)
            {
                continue;
            }

            // One venue that can't settle must not keep the others.
            try
            {
                if (await grains.GetGrain<ISettlementGrain>(venue).Settle())
                {
                    _settledOn[venue] = day;
                }
            }
            catch (Exception e)
            {
                GrainLog.AgentFailed(log, e);
            }
        }
    }
}
