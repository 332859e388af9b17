using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>A margin account's position in one symbol, and the worst case of its open orders.</summary>
/// <param name="Of">The instrument with its margin terms.</param>
/// <param name="MarkTicks">The mark price, in ticks.</param>
/// <param name="Units">Position, base minor units; negative if short.</param>
/// <param name="BuyUnits">Maximum increase by open buys, base minor units.</param>
/// <param name="SellUnits">Maximum decrease by open sells, base minor units.</param>
/// <param name="OpenLoss">
/// Loss if open orders trade at their worst prices and the mark stays, quote minor units.
/// </param>
/// <param name="Fees">Maximum future fees of open orders, quote minor units.</param>
/// <param name="Gain">Unrealised gain of the position, quote minor units; 0 for a loss.</param>
public readonly record struct MarginPosition(
    MarginInstrument Of, long MarkTicks, Int128 Units, Int128 BuyUnits, Int128 SellUnits, Int128 OpenLoss, Int128 Fees,
    Int128 Gain)
{
    /// <summary>Time at which the mark price was made, Unix nanoseconds; 0 if there is none.</summary>
    public long MarkNanos { get; init; }

    /// <summary>Value at the mark price, quote minor units; negative if owed.</summary>
    public Int128 Value => Of.Value(MarkTicks, Units);

    /// <summary>Losses and fees of open orders, quote minor units.</summary>
    public Int128 Burden => OpenLoss + Fees;

    /// <summary>
    /// Its own initial margin in the worst case, quote minor units. Any mixture of fills lies between all buys and all
    /// sells. All fills together lose and pay no more than is counted.
    /// </summary>
    public Int128 Requirement
    {
        get
        {
            // A side without open orders needs no extra computation.
            var most = BuyUnits > 0 ? Of.Initial(MarkTicks, Units + BuyUnits) : 0;
            most = SellUnits > 0 ? Int128.Max(most, Of.Initial(MarkTicks, Units - SellUnits)) : most;
            return Burden + Int128.Max(most, Of.Initial(MarkTicks, Units));
        }
    }

    /// <summary>Initial margin of the largest possible long position, quote minor units.</summary>
    public Int128 InitialAsLong => Units + BuyUnits is var most && most > 0 ? Of.Initial(MarkTicks, most) : 0;

    /// <summary>Initial margin of the largest possible short position, quote minor units.</summary>
    public Int128 InitialAsShort => Units - SellUnits is var least && least < 0 ? Of.Initial(MarkTicks, least) : 0;

    /// <summary>Maintenance margin of the current position, quote minor units.</summary>
    public Int128 Maintenance => Of.Maintenance(MarkTicks, Units);

    /// <summary>Whole lots of the position, long or short; at most the maximum quantity of an order.</summary>
    public long WholeLots => (long)Int128.Min(Int128.Abs(Units) / Of.LotUnits, Instrument.QuantityLotsLimit);

    /// <summary>
    /// Returns the maintenance margin after some lots are closed, in millionths of a quote minor unit, not rounded.
    /// </summary>
    public Int128 MaintenanceAfter(long lots) =>
        Of.MaintenanceWeighted(MarkTicks, Units - (Int128.Sign(Units) * (Int128)lots * Of.LotUnits));

    /// <summary>Short units if all its sells traded, base minor units.</summary>
    public Int128 ShortUnits => Int128.Max(0, SellUnits - Units);

    /// <summary>True if every computation with it stays in range.</summary>
    public bool IsInRange => Of.IsInRange(MarkTicks, Units) && Of.IsInRange(MarkTicks, Units + BuyUnits)
        && Of.IsInRange(MarkTicks, Units - SellUnits);

    /// <summary>Returns true if an order can only reduce the position, whatever else is open.</summary>
    public bool IsReducedBy(Side side, long lots) =>
        (Int128)lots * Of.LotUnits is var units
            && (side == Side.Buy ? units <= -Units - BuyUnits : units <= Units - SellUnits);

    /// <summary>Returns the position with one more open order.</summary>
    /// <param name="side">Buy or sell.</param>
    /// <param name="priceTicks">The worst price at which it may trade, in ticks.</param>
    /// <param name="lots">Its open quantity, in lots.</param>
    /// <param name="fees">Its fees so far.</param>
    /// <param name="sign">1 to add the order, -1 to remove it.</param>
    public MarginPosition With(Side side, long priceTicks, Int128 lots, in OrderFees fees, int sign = 1)
    {
        var worth = OpenOrderWorth.Of(Of.TickLotValue, MarkTicks, side, priceTicks, lots, fees);
        var units = Wide.Product(lots, sign * Of.LotUnits);
        return this with
        {
            BuyUnits = BuyUnits + (side == Side.Buy ? units : 0),
            SellUnits = SellUnits + (side == Side.Sell ? units : 0),
            OpenLoss = OpenLoss + (sign * worth.Loss),
            Fees = Fees + (sign * worth.Fees),
        };
    }
}

/// <summary>Maximum cost of an open order to a margin account beyond the margin of its position.</summary>
/// <param name="Loss">Loss if it trades at its worst price and the mark stays, quote minor units.</param>
/// <param name="Fees">Maximum future fees, quote minor units.</param>
public readonly record struct OpenOrderWorth(Int128 Loss, Int128 Fees)
{
    /// <summary>Returns the maximum cost of an order.</summary>
    /// <param name="tickLotValue">Quote minor units of one tick times one lot.</param>
    /// <param name="markTicks">The mark price, in ticks.</param>
    /// <param name="side">Buy or sell.</param>
    /// <param name="priceTicks">The worst price at which it may trade, in ticks.</param>
    /// <param name="lots">Its open quantity, in lots.</param>
    /// <param name="fees">Its fees so far.</param>
    public static OpenOrderWorth Of(
        long tickLotValue, long markTicks, Side side, long priceTicks, Int128 lots, in OrderFees fees)
    {
        var away = Math.Max(0, side == Side.Buy ? priceTicks - markTicks : markTicks - priceTicks);
        var value = Wide.Product(Wide.Product(lots, priceTicks), tickLotValue);
        var provision = lots == 0 ? 0 : fees.After(value, fees.Terms.DearestPpm).Due - fees.Due;
        return new(Wide.Product(Wide.Product(lots, away), tickLotValue), provision);
    }
}

/// <summary>Margin figures of an account, quote minor units.</summary>
/// <param name="Equity">Value if all positions were closed at the mark prices.</param>
/// <param name="Requirement">Initial margin, open orders included.</param>
/// <param name="Maintenance">Maintenance margin.</param>
/// <param name="Burden">Losses and fees of its open orders.</param>
/// <param name="Gains">Unrealised gains of its positions.</param>
public readonly record struct MarginFigures(
    Int128 Equity, Int128 Requirement, Int128 Maintenance, Int128 Burden, Int128 Gains)
{
    /// <summary>Equity less the initial margin; negative if equity is too low.</summary>
    public Int128 Excess => Equity - Requirement;

    /// <summary>Shortfall against the maintenance margin; 0 for none.</summary>
    public Int128 Call => Int128.Max(0, Maintenance - Equity);

    /// <summary>Returns the figures less the credits of margin groups.</summary>
    /// <param name="positions">All positions that are counted.</param>
    public MarginFigures Relieved(ReadOnlySpan<MarginPosition> positions)
    {
        var relief = GroupRelief.Of(positions);
        return this with { Requirement = Requirement - relief.Initial, Maintenance = Maintenance - relief.Maintenance };
    }

    /// <summary>Returns the figures with one more symbol, counted by itself.</summary>
    public MarginFigures With(in MarginPosition position) => new(
        Equity + position.Value,
        Requirement + position.Requirement,
        Maintenance + position.Maintenance,
        Burden + position.Burden,
        Gains + position.Gain);

    /// <summary>
    /// Returns the figures after a change of open orders in one symbol, with symbols counted one by one.
    /// </summary>
    /// <param name="from">The symbol's position before.</param>
    /// <param name="to">The symbol's position after.</param>
    public MarginFigures Changed(in MarginPosition from, in MarginPosition to) => this with
    {
        Requirement = Requirement - from.Requirement + to.Requirement,
        Burden = Burden - from.Burden + to.Burden,
    };

    /// <summary>
    /// Returns the value that may be bought at an initial margin rate, rounded down, quote minor units.
    /// </summary>
    /// <param name="initialPpm">Initial margin rate, millionths.</param>
    public Int128 BuyingPower(int initialPpm) => Rounding.DivDown(Int128.Max(0, Excess) * 1_000_000, initialPpm);
}
