using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>Where an open order stands.</summary>
public enum OrderPlace : byte
{
    /// <summary>Nowhere: it is not open.</summary>
    None = 0,

    /// <summary>In the book, at a price (or, in a call phase, as a market order).</summary>
    Resting = 1,

    /// <summary>A stop or take-profit that has not triggered.</summary>
    Armed = 2,

    /// <summary>Child of a list whose parent is not filled yet.</summary>
    Pending = 3,

    /// <summary>A peg without a reference, or in a phase without pegs.</summary>
    Parked = 4,

    /// <summary>An at-the-close order before the closing auction.</summary>
    Held = 5,

    /// <summary>On its way, within a command; no one sees it.</summary>
    Entering = 6,

    /// <summary>A leg of a strategy order: it trades only with the other legs.</summary>
    Aside = 7,
}

/// <summary>An open order as it stands in the book.</summary>
/// <param name="OrderId">Public id, from 1.</param>
/// <param name="Account">The account it was entered with.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">
/// Resting: the price it stands at, 0 for a market order in a call phase. Else its limit, cap or protection.
/// </param>
/// <param name="TotalLots">Filled, prevented and open together.</param>
/// <param name="LeavesLots">Open.</param>
/// <param name="Owner">Who is behind the account; 0 for nobody.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="ShownLots">Lots that are displayed: of an iceberg its tip; 0 when it is not displayed.</param>
/// <param name="TriggerTicks">Armed: its trigger price now; 0 when there is none yet, and for all others.</param>
public readonly record struct RestingOrder(
    long OrderId,
    long Account,
    Side Side,
    long PriceTicks,
    long TotalLots,
    long LeavesLots,
    long Owner = 0,
    OrderPlace Place = OrderPlace.Resting,
    long ShownLots = 0,
    long TriggerTicks = 0)
{
    /// <summary>Whether others see it.</summary>
    public bool IsDisplayed => ShownLots > 0;
}

/// <summary>All displayed orders of one side at one price.</summary>
/// <param name="PriceTicks">The price.</param>
/// <param name="Lots">Displayed lots of all its orders: at most 2^62.</param>
/// <param name="Orders">How many orders.</param>
public readonly record struct PriceLevel(long PriceTicks, long Lots, int Orders);

/// <summary>The prices from one to another, both included.</summary>
/// <param name="LowestTicks">The lowest, 1 to 2^47.</param>
/// <param name="HighestTicks">The highest.</param>
public readonly record struct PriceRange(long LowestTicks, long HighestTicks);

/// <summary>What stands before an order at its price.</summary>
/// <param name="OrdersAhead">Orders that trade before it.</param>
/// <param name="LotsAhead">Their displayed lots: neither reserves nor orders that are not displayed count.</param>
public readonly record struct QueuePosition(int OrdersAhead, long LotsAhead);

/// <summary>Which orders a command is about; null means any.</summary>
/// <param name="Account">Orders of this account.</param>
/// <param name="Owner">Orders of this owner.</param>
/// <param name="Side">Orders of this side.</param>
public readonly record struct OrderFilter(long? Account, long? Owner = null, Side? Side = null);
