using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>An open order as it stands in the book.</summary>
/// <param name="OrderId">Public id, from 1.</param>
/// <param name="Account">The owner it was entered with.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Its limit.</param>
/// <param name="TotalLots">Filled and open together.</param>
/// <param name="LeavesLots">Open.</param>
public readonly record struct RestingOrder(
    long OrderId, long Account, Side Side, long PriceTicks, long TotalLots, long LeavesLots);

/// <summary>All open orders of one side at one price.</summary>
/// <param name="PriceTicks">The price.</param>
/// <param name="Lots">Open lots of all its orders: at most 2^62.</param>
/// <param name="Orders">How many orders.</param>
public readonly record struct PriceLevel(long PriceTicks, long Lots, int Orders);
