using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>What the book's shell keeps beside an open order: its command, and its fees so far.</summary>
internal sealed class OrderTicket(SubmitOrder order, long orderId, long sequence)
{
    /// <summary>The command that entered it.</summary>
    public SubmitOrder Order => order;

    /// <summary>Its public id.</summary>
    public long OrderId => orderId;

    /// <summary>Sequence of the record that entered it.</summary>
    public long Sequence => sequence;

    /// <summary>Total quantity, in lots.</summary>
    public long TotalLots { get; set; } = order.QuantityLots;

    /// <summary>Filled quantity, in lots.</summary>
    public long FilledLots { get; set; }

    /// <summary>Sum over its fills of notional times fee rate.</summary>
    public Int128 Weighted { get; set; }

    /// <summary>Open quantity, in lots.</summary>
    public long LeavesLots => TotalLots - FilledLots;
}

/// <summary>How an order ended. Kept for ever: a late or repeated request gets its answer from here.</summary>
/// <param name="OrderId">Its public id; 0 when it never entered the book.</param>
/// <param name="Sequence">Sequence of the record that entered or voided it; 0 when a floor voided it.</param>
/// <param name="ClosedSequence">Sequence of the record that ended it.</param>
/// <param name="ClosedNanos">Time of that record, Unix nanoseconds.</param>
/// <param name="Status">Final status.</param>
/// <param name="End">Why, with something left.</param>
/// <param name="Reason">Why it was refused.</param>
/// <param name="TotalLots">Final total, in lots.</param>
/// <param name="FilledLots">Filled quantity, in lots.</param>
internal readonly record struct FinishedOrder(
    long OrderId,
    long Sequence,
    long ClosedSequence,
    long ClosedNanos,
    OrderStatus Status,
    EndReason End,
    RejectReason Reason,
    long TotalLots,
    long FilledLots);

/// <summary>One account as a book knows it.</summary>
internal sealed class AccountInBook
{
    /// <summary>Sequence of the last record that touched the account.</summary>
    public long LastSequence { get; set; }

    /// <summary>Numbers up to this one are dead here, arrived or not.</summary>
    public long Floor { get; set; }

    /// <summary>Open orders by number.</summary>
    public Dictionary<long, OrderTicket> Open { get; } = [];

    /// <summary>Finished orders by number.</summary>
    public Dictionary<long, FinishedOrder> Finished { get; } = [];
}
