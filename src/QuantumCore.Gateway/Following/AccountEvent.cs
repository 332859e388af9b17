using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Following;

/// <summary>What became of an account, for one who follows it.</summary>
/// <param name="At">When it was told.</param>
/// <param name="Events">What happened, in sequence.</param>
/// <param name="Places">How far each book has been told of with it.</param>
internal sealed record AccountNews(DateTimeOffset At, IReadOnlyList<AccountEvent> Events, ImmutableArray<SeenSequence> Places);

/// <summary>Something that happened to an account.</summary>
internal abstract record AccountEvent;

/// <summary>Something happened to an order.</summary>
/// <param name="Book">The record that tells it.</param>
/// <param name="Ordinal">Its place among what that record tells of the account's orders, from 0: it never changes.</param>
/// <param name="Order">The order as it is after that.</param>
/// <param name="What">What happened.</param>
/// <param name="Fill">The fill, where it traded.</param>
/// <param name="Reject">Why it was refused, where it was; of a list's child that ended, why it could not enter.</param>
/// <param name="Match">The match that was prevented, where one was.</param>
internal sealed record OrderEvent(
    RecordPlace Book, int Ordinal, PastOrder Order, OrderHappening What, LastFill? Fill, RejectReason Reject, PreventedMatch? Match) : AccountEvent;

/// <summary>Something happened to a list of orders.</summary>
/// <param name="Book">The record that tells it.</param>
/// <param name="Id">The list's id: the number of its first order.</param>
/// <param name="List">The list.</param>
/// <param name="What">What happened.</param>
internal sealed record ListEvent(RecordPlace Book, long Id, FollowedList List, ListHappening What) : AccountEvent;

/// <summary>A balance changed by more than trades explain: something came in from outside, or left, or a trade of before was changed.</summary>
/// <param name="Balance">The balance after that.</param>
/// <param name="Delta">By how much, in minor units.</param>
internal sealed record TransferEvent(AssetBalance Balance, Int128 Delta) : AccountEvent;

/// <summary>Balances changed.</summary>
/// <param name="Changed">Those that did, as they are now.</param>
internal sealed record BalancesEvent(IReadOnlyList<AssetBalance> Changed) : AccountEvent;

/// <summary>What may happen to an order.</summary>
internal enum OrderHappening
{
    /// <summary>Its book has it.</summary>
    Opened = 1,

    /// <summary>Its book refused it.</summary>
    Rejected = 2,

    /// <summary>It traded.</summary>
    Traded = 3,

    /// <summary>Its owner gave it other terms.</summary>
    Changed = 4,

    /// <summary>It lost something to a match that was prevented.</summary>
    Prevented = 5,

    /// <summary>It ended with something left.</summary>
    Ended = 6,

    /// <summary>It waits no more for its parent, or for its trigger.</summary>
    Advanced = 7,

    /// <summary>A corporate action gave it other terms.</summary>
    Adjusted = 8,
}

/// <summary>What may happen to a list of orders.</summary>
internal enum ListHappening
{
    /// <summary>All its orders are open.</summary>
    Started = 1,

    /// <summary>Its first order is filled: the others work.</summary>
    Updated = 2,

    /// <summary>None of its orders is open any more.</summary>
    Done = 3,
}

/// <summary>Where a record stands.</summary>
/// <param name="Instrument">Whose book's it is.</param>
/// <param name="Sequence">Its sequence there.</param>
/// <param name="TimeNanos">Its time, Unix nanoseconds.</param>
internal sealed record RecordPlace(Instrument Instrument, long Sequence, long TimeNanos);

/// <summary>The fill that an event is of.</summary>
/// <param name="Place">The trade.</param>
/// <param name="PriceTicks">Its price.</param>
/// <param name="Lots">What was traded.</param>
/// <param name="Fee">The order's fee, quote minor units.</param>
/// <param name="IsMaker">Whether the order was in the book.</param>
internal sealed record LastFill(TradePlace Place, long PriceTicks, long Lots, long Fee, bool IsMaker);

/// <summary>A list that is not done.</summary>
/// <param name="Kind">How its orders depend on each other.</param>
/// <param name="Name">The client's name for it.</param>
/// <param name="Members">Its orders that have been open.</param>
internal sealed record FollowedList(OrderListKind Kind, string Name, List<(long OrderId, string ClientOrderId)> Members)
{
    /// <summary>A list of its orders.</summary>
    public static FollowedList Of(IReadOnlyList<PastOrder> orders) => new(
        orders[0].List!.Value,
        orders[0].ListName ?? orders[0].ClientOrderId,
        [.. orders.Select(order => (order.OrderId, order.ClientOrderId))]);
}
