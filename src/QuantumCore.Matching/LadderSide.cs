using System.Runtime.CompilerServices;
using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>
/// Sides of the price ladder. Even ones descend in price, as bids do; odd ones ascend, as asks do.
/// </summary>
internal static class LadderSide
{
    public const int Buy = 0;
    public const int Sell = 1;
    public const int Hidden = 2;
    public const int FirstTrigger = 4;
    public const int OnLast = FirstTrigger;
    public const int OnBid = FirstTrigger + 2;
    public const int OnAsk = FirstTrigger + 4;
    public const int OnMark = FirstTrigger + 6;
    public const int MarketOrders = 12;
    public const int SidesOfLadder = 14;

    /// <summary>Price key beyond every limit, for a side without orders.</summary>
    public const long FarthestKey = long.MaxValue;

    // A side is 1 or 2 wherever this is called.
    public static int IndexOf(Side side) => unchecked((int)side - 1);

    public static Side SideAt(int side) => unchecked((Side)((side & 1) + 1));

    /// <summary>
    /// Returns a price as a taker of this side sees it: a limit reaches a price if SignedPriceKey(limit) is not below
    /// SignedPriceKey(price). One comparison serves both sides, without an unpredictable branch.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long SignedPriceKey(int side, long priceTicks) => unchecked(priceTicks ^ -(side & 1));

    public static long Farthest(int side) => (side & 1) == Buy ? Instrument.PriceTicksLimit : 1;
}
