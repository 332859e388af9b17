using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Computes the initial holds of a list's orders: the worst case of all that can be live at once (RULES 17). Of two
/// orders that exclude each other, one holds for both. A child that sells what its parent buys is paid for by the
/// parent's fills as they come.
/// </summary>
public static class ListCover
{
    /// <summary>Returns true if a child needs no hold of its own before its parent fills.</summary>
    public static bool IsFunded(Side parent, long parentLots, Side child, long childLots) =>
        parent == Side.Buy && child == Side.Sell && childLots <= parentLots;

    /// <summary>Returns the holds by leg, in the sequence of the list.</summary>
    /// <param name="kind">Kind of the list.</param>
    /// <param name="covers">Hold of each order alone, minor units.</param>
    /// <param name="funded">True if the parent's fills pay for the children.</param>
    public static long[] Split(OrderListKind kind, ReadOnlySpan<long> covers, bool funded) => kind switch
    {
        OrderListKind.OneCancelsOther => [Math.Max(covers[0], covers[1]), 0],
        OrderListKind.OneTriggersOther => [covers[0], funded ? 0 : covers[1]],
        _ => [covers[0], funded ? 0 : Math.Max(covers[1], covers[2]), 0],
    };
}
