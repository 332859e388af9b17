using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>What a book is asked to enter.</summary>
/// <param name="Account">The owner. Kept with the order and opaque to matching; any value.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Limit or market.</param>
/// <param name="TimeInForce">What happens to a remainder. A market order never rests, whatever stands here.</param>
/// <param name="PostOnly">Rest or be refused; only with a limit order that is good till cancelled.</param>
/// <param name="PriceTicks">
/// Limit: 1 to 2^47. Market: the worst price it may trade at (its protection), 0 for none.
/// </param>
/// <param name="QuantityLots">1 to 2^53.</param>
public readonly record struct NewOrder(
    long Account,
    Side Side,
    OrderType Type,
    TimeInForce TimeInForce,
    bool PostOnly,
    long PriceTicks,
    long QuantityLots);
