using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>Holds of one order: always enough for what is still to come of it, fees included.</summary>
public static class HoldRule
{
    /// <summary>
    /// What a buy holds, in quote minor units: the cost of what is open at its limit, and the largest fee that
    /// can come to. Fee of a fill plus the hold after it is never more than the hold before it.
    /// </summary>
    /// <param name="instrument">Gives the value of a tick times a lot.</param>
    /// <param name="priceTicks">The order's limit.</param>
    /// <param name="leavesLots">What is open.</param>
    /// <param name="fees">Its fees so far.</param>
    public static long BuyHold(Instrument instrument, long priceTicks, long leavesLots, in OrderFees fees) =>
        CashHold(instrument.Notional(priceTicks, leavesLots), fees.Terms.DearestPpm, fees);

    /// <summary>What a sell holds: its open quantity, in base minor units. Its fee comes out of the proceeds.</summary>
    public static long SellHold(Instrument instrument, long leavesLots) => checked(leavesLots * instrument.LotUnits);

    /// <summary>
    /// What an order by amount holds: a buy the amount and the largest fee on it, a sell the lots that bring the amount
    /// at the worst price it may trade at.
    /// </summary>
    /// <param name="instrument">Gives the values of ticks and lots.</param>
    /// <param name="priceTicks">The worst price it may trade at.</param>
    /// <param name="amount">What is left of the amount, in ticks times lots.</param>
    /// <param name="fees">Its fees so far.</param>
    public static long AmountHold(Instrument instrument, long priceTicks, long amount, in OrderFees fees) =>
        fees.Side == Side.Sell ? checked(amount / priceTicks * instrument.LotUnits)
        : CashHold((Int128)amount * instrument.TickLotValue, Math.Max(0, fees.Terms.TakerPpm), fees);

    /// <summary>What an order holds, in minor units of the asset it gives.</summary>
    public static long Hold(Instrument instrument, long priceTicks, long leavesLots, in OrderFees fees) =>
        leavesLots == 0 ? 0
        : fees.Side == Side.Buy ? BuyHold(instrument, priceTicks, leavesLots, fees)
        : SellHold(instrument, leavesLots);

    private static long CashHold(Int128 cost, int ratePpm, in OrderFees fees) =>
        (long)(cost + fees.After(cost, ratePpm).Due - fees.Due);
}
