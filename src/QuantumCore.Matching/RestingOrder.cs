using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>Place of an open order.</summary>
public enum OrderPlace : byte
{
    /// <summary>No place: it is not open.</summary>
    None = 0,

    /// <summary>In the book at a price, or as a market order in a call phase.</summary>
    Resting = 1,

    /// <summary>A stop or take-profit that has not triggered.</summary>
    Armed = 2,

    /// <summary>A child of a list whose parent is not filled yet.</summary>
    Pending = 3,

    /// <summary>A peg without a reference, or in a phase without pegs.</summary>
    Parked = 4,

    /// <summary>An at-the-close order before the closing auction.</summary>
    Held = 5,

    /// <summary>On its way within a command, invisible from outside.</summary>
    Entering = 6,

    /// <summary>A leg of a multi-leg order, which trades only with the other legs.</summary>
    Aside = 7,
}

/// <summary>An open order as it stands in the book.</summary>
/// <param name="OrderId">Public id, from 1.</param>
/// <param name="Account">The account it was entered with.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">
/// In ticks. Resting: its price in the book, 0 for a market order in a call phase. Else its limit, cap or protection.
/// </param>
/// <param name="TotalLots">Filled, prevented and open lots together.</param>
/// <param name="LeavesLots">Open lots.</param>
/// <param name="Owner">The account's owner; 0 for none.</param>
/// <param name="Place">Its place.</param>
/// <param name="ShownLots">Displayed lots: the tip of an iceberg; 0 if it is not displayed.</param>
/// <param name="TriggerTicks">
/// Armed: its current trigger price, in ticks; 0 if it has none yet, and for all others.
/// </param>
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
    /// <summary>True if others see it.</summary>
    public bool IsDisplayed => ShownLots > 0;
}

/// <summary>All displayed orders of one side at one price.</summary>
/// <param name="PriceTicks">The price, in ticks.</param>
/// <param name="Lots">Displayed lots of all its orders: at most 2^62.</param>
/// <param name="Orders">Number of orders.</param>
public readonly record struct PriceLevel(long PriceTicks, long Lots, int Orders);

/// <summary>An inclusive range of prices.</summary>
/// <param name="LowestTicks">The lowest price, in ticks, 1 to 2^47.</param>
/// <param name="HighestTicks">The highest price, in ticks, 1 to 2^47.</param>
public readonly record struct PriceRange(long LowestTicks, long HighestTicks);

/// <summary>Queue position of an order at its price.</summary>
/// <param name="OrdersAhead">Number of orders that trade before it.</param>
/// <param name="LotsAhead">Their displayed lots: neither reserves nor orders that are not displayed count.</param>
public readonly record struct QueuePosition(int OrdersAhead, long LotsAhead);

/// <summary>Filter for the orders of a command; null means any.</summary>
/// <param name="Account">Orders of this account.</param>
/// <param name="Owner">Orders of this owner.</param>
/// <param name="Side">Orders of this side.</param>
public readonly record struct OrderFilter(long? Account, long? Owner = null, Side? Side = null);
