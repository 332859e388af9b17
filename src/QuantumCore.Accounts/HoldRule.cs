using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>
/// Fees and holds of one order. Fees are cumulative over the order's life, so that cutting a fill in two never
/// changes what is paid, and a hold always covers what is still to come.
/// </summary>
public static class HoldRule
{
    private const long Million = 1_000_000;

    /// <summary>
    /// Fee of everything an order has filled, in quote minor units, rounded up.
    /// </summary>
    /// <param name="weighted">Sum over its fills of notional (quote minor units) times rate (millionths).</param>
    public static long Fee(Int128 weighted) => (long)Rounding.DivUp(weighted, Million);

    /// <summary>
    /// What a buy holds, in quote minor units: the cost of what is open at its limit, and the largest fee that
    /// can come to. Fee of a fill plus the hold after it is never more than the hold before it.
    /// </summary>
    /// <param name="instrument">Gives the value of a tick times a lot.</param>
    /// <param name="priceTicks">The order's limit.</param>
    /// <param name="leavesLots">What is open.</param>
    /// <param name="weighted">Fee accumulator of what is filled.</param>
    /// <param name="makerFeePpm">Rate of resting fills, millionths.</param>
    /// <param name="takerFeePpm">Rate of aggressive fills, millionths.</param>
    public static long BuyHold(
        Instrument instrument, long priceTicks, long leavesLots, Int128 weighted, int makerFeePpm, int takerFeePpm)
    {
        var cost = instrument.Notional(priceTicks, leavesLots);
        var dearest = Math.Max(makerFeePpm, takerFeePpm);
        return (long)(cost + Fee(weighted + (cost * dearest)) - Fee(weighted));
    }

    /// <summary>What a sell holds: its open quantity, in base minor units. Its fee comes out of the proceeds.</summary>
    public static long SellHold(Instrument instrument, long leavesLots) => checked(leavesLots * instrument.LotUnits);

    /// <summary>
    /// What an order by amount holds: a buy the amount and the largest fee on it, a sell the lots that bring the amount
    /// at the worst price it may trade at.
    /// </summary>
    /// <param name="instrument">Gives the values of ticks and lots.</param>
    /// <param name="side">Buy or sell.</param>
    /// <param name="priceTicks">The worst price it may trade at.</param>
    /// <param name="amount">What is left of the amount, in ticks times lots.</param>
    /// <param name="weighted">Fee accumulator of what is filled.</param>
    /// <param name="takerFeePpm">Rate of aggressive fills, millionths.</param>
    public static long AmountHold(
        Instrument instrument, Side side, long priceTicks, long amount, Int128 weighted, int takerFeePpm)
    {
        if (side == Side.Sell)
            return checked(amount / priceTicks * instrument.LotUnits);

        var cost = (Int128)amount * instrument.TickLotValue;
        return (long)(cost + Fee(weighted + (cost * takerFeePpm)) - Fee(weighted));
    }

    /// <summary>What an order holds, in minor units of the asset it gives.</summary>
    public static long Hold(
        Instrument instrument,
        Side side,
        long priceTicks,
        long leavesLots,
        Int128 weighted,
        int makerFeePpm,
        int takerFeePpm) =>
        leavesLots == 0
            ? 0
            : side == Side.Buy
                ? BuyHold(instrument, priceTicks, leavesLots, weighted, makerFeePpm, takerFeePpm)
                : SellHold(instrument, leavesLots);
}
