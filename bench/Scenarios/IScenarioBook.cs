using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Scenarios;

/// <summary>Filter of a mass cancel or a kill switch; null does not restrict.</summary>
public readonly record struct ScenarioFilter(long? Account, long? Owner, Side? Side);

/// <summary>A working order as a scenario shows it.</summary>
/// <param name="OrderId">Order id.</param>
/// <param name="PriceTicks">Current price, in ticks; ignored for an order without a limit.</param>
/// <param name="ShownLots">Displayed lots; 0 if hidden.</param>
/// <param name="LeavesLots">Open lots, displayed or not.</param>
public readonly record struct ScenarioEntry(long OrderId, long PriceTicks, long ShownLots, long LeavesLots);

/// <summary>
/// A book that scenarios run against: the core, or the tests' naive reference book. A new book is empty, in continuous
/// trading, at time 0 and without rules. A rejected command changes nothing.
/// </summary>
public interface IScenarioBook
{
    /// <summary>Events of the last command.</summary>
    ReadOnlySpan<BookEvent> Events { get; }

    /// <summary>
    /// Reason the last replacement could not cancel the old order; None if it could, and for other commands.
    /// </summary>
    RejectReason ReplaceFailure { get; }

    BookRules Rules { get; }

    TradingPhase Phase { get; }

    /// <summary>Last price, in ticks; 0 for none.</summary>
    long LastPriceTicks { get; }

    /// <summary>Untriggered stops.</summary>
    IReadOnlyList<long> Armed { get; }

    /// <summary>Pegs without a price.</summary>
    IReadOnlyList<long> Parked { get; }

    /// <summary>Children of lists whose parent is not filled.</summary>
    IReadOnlyList<long> Pending { get; }

    /// <summary>At-the-close orders before their auction.</summary>
    IReadOnlyList<long> Held { get; }

    RejectReason Submit(long time, in NewOrder order, out long orderId);

    RejectReason SubmitList(long time, OrderListKind kind, ReadOnlySpan<NewOrder> legs, out long firstOrderId);

    RejectReason Cancel(long time, long orderId, EndReason reason);

    RejectReason CancelMany(long time, in ScenarioFilter filter, EndReason reason);

    RejectReason Block(long time, in ScenarioFilter filter);

    RejectReason Unblock(long time, in ScenarioFilter filter);

    RejectReason Amend(long time, long orderId, Amendment amendment);

    RejectReason Replace(long time, long orderId, in NewOrder order, out long newOrderId, ReplaceMode mode);

    RejectReason SetPhase(long time, TradingPhase phase);

    RejectReason SetMark(long time, long priceTicks);

    RejectReason SetReference(long time, long priceTicks);

    RejectReason SetLast(long time, long priceTicks);

    RejectReason Adjust(long time, OrderAdjustment adjustment);

    RejectReason AdvanceTime(long time);

    RejectReason Bust(long time, long tradeNumber);

    RejectReason Correct(long time, long tradeNumber, long priceTicks);

    RejectReason SetRules(long time, BookRules rules);

    /// <summary>Returns working orders in priority order: those without a limit first, then best price first.</summary>
    IReadOnlyList<ScenarioEntry> Orders(Side side);

    /// <summary>Returns true, and the two instructions, if an order has instructions that exclude each other.</summary>
    bool Conflict(in NewOrder order, out string first, out string second) =>
        OrderRules.Conflict(in order, out first, out second);
}
