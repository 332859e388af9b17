using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.AccountUpdates;

/// <summary>Events of an account, for a listener.</summary>
/// <param name="At">Time when they were reported.</param>
/// <param name="Events">Events, in sequence.</param>
/// <param name="Places">Sequence of each book up to which events are reported with it.</param>
internal sealed record AccountNews(
    DateTimeOffset At, IReadOnlyList<AccountEvent> Events, ImmutableArray<SeenSequence> Places);

/// <summary>Event of an account.</summary>
internal abstract record AccountEvent;

/// <summary>Event of an order.</summary>
/// <param name="Book">Record of the event.</param>
/// <param name="Ordinal">Its index among the record's events of the account's orders, from 0; it never changes.</param>
/// <param name="Order">The order after the event.</param>
/// <param name="What">Kind of the event.</param>
/// <param name="Fill">The fill, for a trade.</param>
/// <param name="Reject">
/// Reject reason, for a rejection. For a list's child that ended, the reason why it could not enter.
/// </param>
/// <param name="Match">Prevented match, if there was one.</param>
internal sealed record OrderEvent(
    RecordPlace Book, int Ordinal, PastOrder Order, OrderHappening What, LastFill? Fill, RejectReason Reject,
    PreventedMatch? Match)
    : AccountEvent;

/// <summary>Event of an order list.</summary>
/// <param name="Book">Record of the event.</param>
/// <param name="Id">Id of the list: the number of its first order.</param>
/// <param name="List">The list.</param>
/// <param name="What">Kind of the event.</param>
internal sealed record ListEvent(RecordPlace Book, long Id, FollowedList List, ListHappening What) : AccountEvent;

/// <summary>
/// Balance change that trades do not explain: a deposit, a withdrawal, or a change of an earlier trade.
/// </summary>
/// <param name="Balance">Balance after the change.</param>
/// <param name="Delta">Change, in minor units.</param>
internal sealed record TransferEvent(AssetBalance Balance, Int128 Delta) : AccountEvent;

/// <summary>Change of balances.</summary>
/// <param name="Changed">Changed balances, as they are now.</param>
internal sealed record BalancesEvent(IReadOnlyList<AssetBalance> Changed) : AccountEvent;

/// <summary>Kind of an order event.</summary>
internal enum OrderHappening
{
    /// <summary>The book accepted the order.</summary>
    Opened = 1,

    /// <summary>The book rejected the order.</summary>
    Rejected = 2,

    /// <summary>The order traded.</summary>
    Traded = 3,

    /// <summary>Its owner amended it.</summary>
    Changed = 4,

    /// <summary>A prevented match reduced it.</summary>
    Prevented = 5,

    /// <summary>It ended with open quantity.</summary>
    Ended = 6,

    /// <summary>It stopped waiting for its parent or its trigger.</summary>
    Advanced = 7,

    /// <summary>A corporate action changed its terms.</summary>
    Adjusted = 8,
}

/// <summary>Kind of a list event.</summary>
internal enum ListHappening
{
    /// <summary>All its orders are open.</summary>
    Started = 1,

    /// <summary>Its first order is filled, and the others are working.</summary>
    Updated = 2,

    /// <summary>None of its orders is open any more.</summary>
    Done = 3,
}

/// <summary>Place of a record in a book.</summary>
/// <param name="Instrument">Instrument of the book.</param>
/// <param name="Sequence">Sequence in the book.</param>
/// <param name="TimeNanos">Time, Unix nanoseconds.</param>
internal sealed record RecordPlace(Instrument Instrument, long Sequence, long TimeNanos);

/// <summary>Fill of an event.</summary>
/// <param name="Place">Place of the trade.</param>
/// <param name="PriceTicks">Price, in ticks.</param>
/// <param name="Lots">Quantity, in lots.</param>
/// <param name="Fee">Fee of the order, in quote minor units.</param>
/// <param name="IsMaker">True if the order was the maker.</param>
internal sealed record LastFill(TradePlace Place, long PriceTicks, long Lots, long Fee, bool IsMaker);

/// <summary>List that is not done.</summary>
/// <param name="Kind">Kind of the list.</param>
/// <param name="Name">Client's name for it.</param>
/// <param name="Members">Its orders that have been open.</param>
internal sealed record FollowedList(OrderListKind Kind, string Name, List<(long OrderId, string ClientOrderId)> Members)
{
    /// <summary>Makes a list from its orders.</summary>
    public static FollowedList Of(IReadOnlyList<PastOrder> orders) => new(
        orders[0].List!.Value,
        orders[0].ListName ?? orders[0].ClientOrderId,
        [.. orders.Select(order => (order.OrderId, order.ClientOrderId))]);
}
