using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>An order to enter into a book.</summary>
/// <param name="Account">The owner's account. Kept with the order and opaque to matching; any value.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">
/// Order type. For stops, trailing stops and pegs, <paramref name="Conditions"/> has the rest.
/// </param>
/// <param name="TimeInForce">Time in force, which decides about a remainder. A market order never rests.</param>
/// <param name="PostOnly">True to rest or be rejected.</param>
/// <param name="PriceTicks">
/// In ticks. Limit, stop-limit, take-profit-limit: its limit, 1 to 2^47.
/// Pegged: its cap, 0 for none.
/// Market, stop, take-profit, trailing stop: its worst price (protection), 0 for none.
/// Trailing stop-limit: the bound of its limit, 0 for none.
/// </param>
/// <param name="QuantityLots">Quantity in lots, 1 to 2^53; 0 for a market order by amount.</param>
/// <param name="Owner">The account's owner: orders of one owner do not trade with each other. 0 for none.</param>
/// <param name="SelfTrade">Self-trade prevention mode.</param>
/// <param name="Conditions">Other conditions; null for a plain order.</param>
public readonly record struct NewOrder(
    long Account,
    Side Side,
    OrderType Type,
    TimeInForce TimeInForce,
    bool PostOnly,
    long PriceTicks,
    long QuantityLots,
    long Owner = 0,
    SelfTradePrevention SelfTrade = SelfTradePrevention.None,
    OrderConditions? Conditions = null);
