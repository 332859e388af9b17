using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Query for an account's prevented matches: those in which one of the two orders was its own.</summary>
/// <param name="Account">The account.</param>
/// <param name="Symbol">The instrument; null for all, if neither an order nor a place is given.</param>
/// <param name="OrderId">Public id of an own order; only its matches are returned.</param>
/// <param name="From">First match to return, oldest first; null returns the newest, newest first.</param>
/// <param name="Only">The only match to return.</param>
/// <param name="IsOpen">True to return only matches of open orders.</param>
/// <param name="Limit">Maximum number of matches, from 1.</param>
[GenerateSerializer, Immutable, Alias("prevented-query")]
public sealed record PreventedQuery(
    long Account,
    string? Symbol = null,
    long? OrderId = null,
    TradePlace? From = null,
    TradePlace? Only = null,
    bool IsOpen = false,
    int Limit = 1_000);

/// <summary>
/// A prevented match: two orders of one owner met and did not trade. It is shown as one of the owner's accounts may see
/// it. An order of another account shows only its public id, and its lost quantity if both orders lost the same.
/// </summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Place">
/// Its unique name within the symbol, never used again: the book's record, and its index among that record's prevented
/// matches, from 0.
/// </param>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Mode">
/// Self-trade prevention applied: to the taker, the maker, both, or both by the quantity that would have traded.
/// </param>
/// <param name="PriceTicks">The price at which they would have traded, in ticks.</param>
/// <param name="QuantityLots">Quantity that would have traded, in lots.</param>
/// <param name="Owner">The owner's number; 0 if both orders are the account's own and it has no owner number.</param>
/// <param name="Taker">The incoming order.</param>
/// <param name="Maker">The resting order.</param>
[GenerateSerializer, Immutable, Alias("prevented-match")]
public sealed record PreventedMatch(
    string Symbol,
    TradePlace Place,
    long TimeNanos,
    SelfTradePrevention Mode,
    long PriceTicks,
    long QuantityLots,
    long Owner,
    PreventedOrder Taker,
    PreventedOrder Maker)
{
    /// <summary>Returns the prevented match of a step, as an account may see it.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="place">Its unique name within the symbol.</param>
    /// <param name="timeNanos">Unix nanoseconds.</param>
    /// <param name="step">The step.</param>
    /// <param name="account">The account that reads it.</param>
    public static PreventedMatch Of(
        string symbol, TradePlace place, long timeNanos, MatchPrevented step, long account) => new PreventedMatch(
        symbol,
        place,
        timeNanos,
        step.Mode,
        step.PriceTicks,
        step.QuantityLots,
        step.Owner,
        PreventedOrder.Of(step.Taker, account, step.Mode.TakesOfTaker()),
        PreventedOrder.Of(step.Maker, account, step.Mode.TakesOfMaker())).AsSeen();

    /// <summary>Returns the reading account's order of that number, or null if it is neither of the two.</summary>
    /// <param name="number">The order's number within that account.</param>
    public PreventedOrder? Own(long number) =>
        Taker.IsOwn && Taker.Number == number ? Taker : Maker.IsOwn && Maker.Number == number ? Maker : null;

    private PreventedMatch AsSeen() => this with { Taker = AsSeen(Taker), Maker = AsSeen(Maker) };

    private PreventedOrder AsSeen(PreventedOrder order) => order.IsOwn
        ? order
        : order with { Number = 0, Lots = Mode == SelfTradePrevention.Decrement ? order.Lots : null };
}

/// <summary>The prevented matches of one command in which an order was one of the two; at least one.</summary>
/// <param name="All">In sequence, as the order's account may see them.</param>
[GenerateSerializer, Immutable, Alias("prevented-matches")]
public sealed record PreventedMatches(ImmutableArray<PreventedMatch> All);

/// <summary>An order of a prevented match.</summary>
/// <param name="OrderId">Its public id.</param>
/// <param name="Number">Its number within the account; 0 for another account's order.</param>
/// <param name="IsOwn">True if it is the reading account's order.</param>
/// <param name="Lots">Quantity it lost, in lots; null if it lost nothing or the quantity is not shown.</param>
[GenerateSerializer, Immutable, Alias("prevented-order")]
public readonly record struct PreventedOrder(long OrderId, long Number, bool IsOwn, long? Lots)
{
    /// <summary>Returns one side of a prevented match.</summary>
    /// <param name="side">The side.</param>
    /// <param name="account">The account that reads it.</param>
    /// <param name="loses">True if it lost its quantity.</param>
    internal static PreventedOrder Of(in PreventedSide side, long account, bool loses) =>
        new(side.OrderId, side.Number, side.Account == account, loses ? side.LostLots : null);
}

/// <summary>Quantity that an order has lost to prevented matches so far.</summary>
/// <param name="Last">Its last prevented match.</param>
/// <param name="Lots">Total lost, in lots.</param>
/// <param name="TakenOffLots">
/// Part taken off its quantity while it lived, in lots. It had the rest open when it expired.
/// </param>
[GenerateSerializer, Immutable, Alias("prevented-quantity")]
public readonly record struct PreventedQuantity(TradePlace Last, long Lots, long TakenOffLots)
{
    /// <summary>Sums what the matches cost an order of the reading account; null for nothing.</summary>
    /// <param name="number">The order's number within that account.</param>
    /// <param name="matches">The matches, oldest first.</param>
    public static PreventedQuantity? Of(long number, IEnumerable<PreventedMatch> matches)
    {
        PreventedQuantity? sum = null;
        foreach (var match in matches)
        {
            sum = match.Own(number) is { Lots: { } lots } ? After(sum, match, lots) : sum;
        }

        return sum;
    }

    /// <summary>Adds a match to the sum.</summary>
    /// <param name="before">The sum before it; null for none.</param>
    /// <param name="match">A match that reduced the order.</param>
    /// <param name="lots">Quantity the order lost by it, in lots.</param>
    public static PreventedQuantity After(PreventedQuantity? before, PreventedMatch match, long lots) => new(
        match.Place,
        (before?.Lots ?? 0) + lots,
        (before?.TakenOffLots ?? 0) + (match.Mode == SelfTradePrevention.Decrement ? lots : 0));
}
