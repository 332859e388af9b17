using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>The settlement of one venue, keyed by the venue.</summary>
[Alias("settlement")]
public interface ISettlementGrain : IGrainWithStringKey
{
    /// <summary>
    /// Closes a batch for each past settlement date that has trades, or for open fails. Sends unsettled batches, again
    /// if needed.
    /// </summary>
    [Alias("settle-round")]
    ValueTask<SettlementRound> Settle();

    /// <summary>
    /// Returns the time at which the oldest unsettled batch was closed, Unix nanoseconds; 0 if all are settled.
    /// </summary>
    [Alias("oldest-sent")]
    ValueTask<long> OldestSent();

    /// <summary>Returns the newest batches, newest first.</summary>
    /// <param name="limit">Maximum number of batches, 1 to 1000.</param>
    [Alias("batches")]
    ValueTask<ImmutableArray<SettlementBatchView>> Batches(int limit);

    /// <summary>Returns the open fails, oldest first.</summary>
    /// <param name="limit">Maximum number of fails; without a limit, all are returned.</param>
    [Alias("fails")]
    ValueTask<ImmutableArray<SettlementFailView>> Fails(int limit);

    /// <summary>
    /// Decides once the quantity of a buy-in for a failing account. The caller sends the order, always under the same
    /// id.
    /// </summary>
    [Alias("buy-in")]
    ValueTask<BuyInDecision> BuyIn(BuyInRequest request);

    /// <summary>Returns the business days that must end before a fail may be bought in.</summary>
    [Alias("buy-in-days")]
    ValueTask<int> BuyInDays();

    /// <summary>
    /// Sets the business days that must end before a buy-in. Returns the error as a sentence, or null on success.
    /// </summary>
    [Alias("set-buy-in-days")]
    ValueTask<string?> SetBuyInDays(BuyInDaysRequest request);
}
