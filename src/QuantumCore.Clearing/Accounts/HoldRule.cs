using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Computes the hold of an order: always enough for the rest of its life, including fees.</summary>
public static class HoldRule
{
    /// <summary>
    /// Returns the hold of a buy, quote minor units: cost of the open quantity at its limit, plus the largest possible
    /// fee. The fee of a fill plus the hold after it never exceeds the hold before it.
    /// </summary>
    /// <param name="instrument">The instrument, for the value of a tick times a lot.</param>
    /// <param name="priceTicks">The order's limit, in ticks.</param>
    /// <param name="leavesLots">Open quantity, in lots.</param>
    /// <param name="fees">Its fees so far.</param>
    public static long BuyHold(Instrument instrument, long priceTicks, long leavesLots, in OrderFees fees) =>
        CashHold(instrument.Notional(priceTicks, leavesLots), fees.Terms.DearestPpm, fees);

    /// <summary>
    /// Returns the hold of a sell: its open quantity, base minor units. Its fee comes out of the proceeds.
    /// </summary>
    public static long SellHold(Instrument instrument, long leavesLots) => checked(leavesLots * instrument.LotUnits);

    /// <summary>
    /// Returns the hold of an order by amount. For a buy, it is the amount plus the largest fee on it. For a sell, it
    /// is the lots that bring the amount at the worst price.
    /// </summary>
    /// <param name="instrument">The instrument, for the values of ticks and lots.</param>
    /// <param name="priceTicks">The worst price at which it may trade, in ticks.</param>
    /// <param name="amount">Remaining amount, in ticks times lots.</param>
    /// <param name="fees">Its fees so far.</param>
    public static long AmountHold(Instrument instrument, long priceTicks, long amount, in OrderFees fees) =>
        fees.Side == Side.Sell ? checked(amount / priceTicks * instrument.LotUnits)
        : CashHold((Int128)amount * instrument.TickLotValue, Math.Max(0, fees.Terms.TakerPpm), fees);

    /// <summary>Returns the hold of an order, minor units of the asset it gives.</summary>
    public static long Hold(Instrument instrument, long priceTicks, long leavesLots, in OrderFees fees) =>
        leavesLots == 0 ? 0
        : fees.Side == Side.Buy ? BuyHold(instrument, priceTicks, leavesLots, fees)
        : SellHold(instrument, leavesLots);

    private static long CashHold(Int128 cost, int ratePpm, in OrderFees fees) =>
        (long)(cost + fees.After(cost, ratePpm).Due - fees.Due);
}
