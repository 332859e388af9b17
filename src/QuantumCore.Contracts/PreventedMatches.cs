using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Which prevented matches of an account: those in which an order of its own was one of the two.</summary>
/// <param name="Account">Whose.</param>
/// <param name="Symbol">The instrument; null for all, where neither an order nor a place is given.</param>
/// <param name="OrderId">Of this order of its own alone.</param>
/// <param name="From">This one or later ones, oldest first; null: the newest, newest first.</param>
/// <param name="Only">This one alone.</param>
/// <param name="IsOpen">Of orders that are open.</param>
/// <param name="Limit">Most matches, from 1.</param>
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
/// Two orders of one owner that met and did not trade, as one of their accounts may see it. Of an order of another account it
/// is told the public id, and how much it lost where both lost the same.
/// </summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Place">Its name within the symbol, never used again: the record of the book, and which of that record's prevented matches, from 0.</param>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Mode">What was done: to the taker, the maker, both, or both by as much as would have traded.</param>
/// <param name="PriceTicks">The price at which they would have traded, in ticks.</param>
/// <param name="QuantityLots">What would have traded, in lots.</param>
/// <param name="Owner">Who is behind both; 0 where nobody but the account itself is.</param>
/// <param name="Taker">The order that came.</param>
/// <param name="Maker">The order that rested.</param>
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
    /// <summary>The prevented match of a step, as an account may see it.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="place">Its name.</param>
    /// <param name="timeNanos">Unix nanoseconds.</param>
    /// <param name="step">A step of <see cref="StepKind.Prevented"/>.</param>
    /// <param name="account">Who looks.</param>
    public static PreventedMatch Of(string symbol, TradePlace place, long timeNanos, in TurnStep step, long account) => new PreventedMatch(
        symbol,
        place,
        timeNanos,
        step.SelfTrade,
        step.PriceTicks,
        step.QuantityLots,
        step.Owner,
        new(step.OrderId, step.Number, step.Account == account, step.SelfTrade.TakesOfTaker() ? step.LeavesLots : null),
        new(step.MakerOrderId, step.MakerNumber, step.MakerAccount == account, step.SelfTrade.TakesOfMaker() ? step.MakerLeavesLots : null)).AsSeen();

    /// <summary>The side of an order of the account that looks; null where it is none of the two.</summary>
    /// <param name="number">The order's number within that account.</param>
    public PreventedOrder? Own(long number) =>
        Taker.IsOwn && Taker.Number == number ? Taker : Maker.IsOwn && Maker.Number == number ? Maker : null;

    private PreventedMatch AsSeen() => this with { Taker = AsSeen(Taker), Maker = AsSeen(Maker) };

    private PreventedOrder AsSeen(PreventedOrder order) => order.IsOwn
        ? order
        : order with { Number = 0, Lots = Mode == SelfTradePrevention.Decrement ? order.Lots : null };
}

/// <summary>The prevented matches of one command in which an order was one of the two; at least one.</summary>
/// <param name="All">In their sequence, as the order's account may see them.</param>
[GenerateSerializer, Immutable, Alias("prevented-matches")]
public sealed record PreventedMatches(ImmutableArray<PreventedMatch> All);

/// <summary>One of the two orders of a prevented match.</summary>
/// <param name="OrderId">Its public id.</param>
/// <param name="Number">Its number within the account; 0 of another account's.</param>
/// <param name="IsOwn">Whether it is of the account that looks.</param>
/// <param name="Lots">What it lost, in lots; null where it lost nothing, or where that is not told.</param>
[GenerateSerializer, Immutable, Alias("prevented-order")]
public readonly record struct PreventedOrder(long OrderId, long Number, bool IsOwn, long? Lots);

/// <summary>What prevented matches have cost an order until now.</summary>
/// <param name="Last">The last of them.</param>
/// <param name="Lots">What it lost in all, in lots.</param>
/// <param name="TakenOffLots">Of that, what was taken off its total while it lived; the rest it had open when it expired.</param>
[GenerateSerializer, Immutable, Alias("prevented-quantity")]
public readonly record struct PreventedQuantity(TradePlace Last, long Lots, long TakenOffLots)
{
    /// <summary>What matches cost an order of the account that looks; null for nothing.</summary>
    /// <param name="number">The order's number within that account.</param>
    /// <param name="matches">Matches, the oldest first.</param>
    public static PreventedQuantity? Of(long number, IEnumerable<PreventedMatch> matches)
    {
        PreventedQuantity? sum = null;
        foreach (var match in matches)
        {
            sum = match.Own(number) is { Lots: { } lots } ? After(sum, match, lots) : sum;
        }

        return sum;
    }

    /// <summary>With one more.</summary>
    /// <param name="before">What was before it.</param>
    /// <param name="match">A match that took of the order.</param>
    /// <param name="lots">What the order lost by it.</param>
    public static PreventedQuantity After(PreventedQuantity? before, PreventedMatch match, long lots) => new(
        match.Place,
        (before?.Lots ?? 0) + lots,
        (before?.TakenOffLots ?? 0) + (match.Mode == SelfTradePrevention.Decrement ? lots : 0));
}
