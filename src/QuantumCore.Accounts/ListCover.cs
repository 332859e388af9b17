using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>
/// What the orders of a list hold from the start: the worst case of all that can be live at once (RULES 17). Of two legs
/// that exclude each other one holds for both. A child that sells what its parent buys is paid for by the parent's
/// fills, as they come.
/// </summary>
public static class ListCover
{
    /// <summary>Whether a child needs nothing of its own before its parent fills.</summary>
    public static bool IsFunded(Side parent, long parentLots, Side child, long childLots) =>
        parent == Side.Buy && child == Side.Sell && childLots <= parentLots;

    /// <summary>Amounts by leg, in the sequence of the list.</summary>
    /// <param name="kind">How the orders depend on each other.</param>
    /// <param name="covers">What each would hold alone.</param>
    /// <param name="funded">Whether the parent's fills pay for the children.</param>
    public static long[] Split(OrderListKind kind, ReadOnlySpan<long> covers, bool funded) => kind switch
    {
        OrderListKind.OneCancelsOther => [Math.Max(covers[0], covers[1]), 0],
        OrderListKind.OneTriggersOther => [covers[0], funded ? 0 : covers[1]],
        _ => [covers[0], funded ? 0 : Math.Max(covers[1], covers[2]), 0],
    };
}
