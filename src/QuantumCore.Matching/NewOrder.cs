using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>What a book is asked to enter.</summary>
/// <param name="Account">The owner's account. Kept with the order and opaque to matching; any value.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">What it does; stops, trailing stops and pegs say the rest in <paramref name="Conditions"/>.</param>
/// <param name="TimeInForce">What happens to a remainder. A market order never rests, whatever stands here.</param>
/// <param name="PostOnly">Rest or be refused.</param>
/// <param name="PriceTicks">
/// Limit, stop-limit, take-profit-limit: its limit, 1 to 2^47. Pegged: the cap it never passes, 0 for none. Market,
/// stop, take-profit, trailing stop: the worst price it may trade at (its protection), 0 for none. Trailing
/// stop-limit: how far its limit may go, 0 for any.
/// </param>
/// <param name="QuantityLots">1 to 2^53; 0 for a market order by amount.</param>
/// <param name="Owner">Who is behind the account: orders of one owner are each other's own. 0: nobody's.</param>
/// <param name="SelfTrade">What happens when it meets an order of its owner.</param>
/// <param name="Conditions">All else; null for a plain order.</param>
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
