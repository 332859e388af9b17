using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>One symbol of a margin account: what it has and what its open orders may make of it.</summary>
/// <param name="Of">The instrument.</param>
/// <param name="MarkTicks">The mark price, in ticks.</param>
/// <param name="Units">What it has, base minor units; less than zero is short.</param>
/// <param name="BuyUnits">What its open buys may add.</param>
/// <param name="SellUnits">What its open sells may take away.</param>
/// <param name="OpenLoss">What its open orders lose if they trade at their worst prices while the mark stays, quote minor units.</param>
/// <param name="Fees">What its open orders may still pay in fees, quote minor units.</param>
/// <param name="Gain">What the position has gained and not realised, quote minor units; 0 where it has lost.</param>
public readonly record struct MarginPosition(
    MarginInstrument Of, long MarkTicks, Int128 Units, Int128 BuyUnits, Int128 SellUnits, Int128 OpenLoss, Int128 Fees, Int128 Gain)
{
    /// <summary>When the mark price was made, Unix nanoseconds; 0 where there is none.</summary>
    public long MarkNanos { get; init; }

    /// <summary>Value at the mark price, quote minor units; less than zero is owed.</summary>
    public Int128 Value => Of.Value(MarkTicks, Units);

    /// <summary>What losses and fees of open orders come to.</summary>
    public Int128 Burden => OpenLoss + Fees;

    /// <summary>
    /// Initial margin, by itself, of the worst of what can become of it: any mixture of fills lies between all buys and all sells, and all of them
    /// together lose and pay no more than is counted.
    /// </summary>
    public Int128 Requirement
    {
        get
        {
            // What has no open orders on a side needs to be reckoned once.
            var most = BuyUnits > 0 ? Of.Initial(MarkTicks, Units + BuyUnits) : 0;
            most = SellUnits > 0 ? Int128.Max(most, Of.Initial(MarkTicks, Units - SellUnits)) : most;
            return Burden + Int128.Max(most, Of.Initial(MarkTicks, Units));
        }
    }

    /// <summary>Initial margin of the most that it can be long of.</summary>
    public Int128 InitialAsLong => Units + BuyUnits is var most && most > 0 ? Of.Initial(MarkTicks, most) : 0;

    /// <summary>Initial margin of the most that it can be short of.</summary>
    public Int128 InitialAsShort => Units - SellUnits is var least && least < 0 ? Of.Initial(MarkTicks, least) : 0;

    /// <summary>Margin to keep what it has now.</summary>
    public Int128 Maintenance => Of.Maintenance(MarkTicks, Units);

    /// <summary>Whole lots that it has, long or short; no more than an order may have.</summary>
    public long WholeLots => (long)Int128.Min(Int128.Abs(Units) / Of.LotUnits, Instrument.QuantityLotsLimit);

    /// <summary>Margin to keep what is left when some lots were closed, in millionths of a quote minor unit, not rounded.</summary>
    public Int128 MaintenanceAfter(long lots) =>
        Of.MaintenanceWeighted(MarkTicks, Units - (Int128.Sign(Units) * (Int128)lots * Of.LotUnits));

    /// <summary>Units that it is short of when all its sells have traded.</summary>
    public Int128 ShortUnits => Int128.Max(0, SellUnits - Units);

    /// <summary>Whether everything that is reckoned with it stays in range.</summary>
    public bool IsInRange => Of.IsInRange(MarkTicks, Units) && Of.IsInRange(MarkTicks, Units + BuyUnits)
        && Of.IsInRange(MarkTicks, Units - SellUnits);

    /// <summary>Whether an order can do no more than make the position smaller, whatever else is open.</summary>
    public bool IsReducedBy(Side side, long lots) =>
        (Int128)lots * Of.LotUnits is var units && (side == Side.Buy ? units <= -Units - BuyUnits : units <= Units - SellUnits);

    /// <summary>The same with one more open order.</summary>
    /// <param name="side">Buy or sell.</param>
    /// <param name="priceTicks">The worst price it may trade at.</param>
    /// <param name="lots">Its open quantity.</param>
    /// <param name="fees">Its fees so far.</param>
    /// <param name="sign">-1 for one order less.</param>
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

/// <summary>What an open order may cost a margin account beyond the margin of its position.</summary>
/// <param name="Loss">Of trading at its worst price while the mark stays, quote minor units.</param>
/// <param name="Fees">In fees that are still to come, quote minor units.</param>
public readonly record struct OpenOrderWorth(Int128 Loss, Int128 Fees)
{
    /// <summary>Of an order.</summary>
    /// <param name="tickLotValue">Quote minor units of one tick times one lot.</param>
    /// <param name="markTicks">The mark price.</param>
    /// <param name="side">Buy or sell.</param>
    /// <param name="priceTicks">The worst price it may trade at.</param>
    /// <param name="lots">Its open quantity.</param>
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

/// <summary>A margin account in numbers, quote minor units.</summary>
/// <param name="Equity">What it would have if everything were closed at the mark prices.</param>
/// <param name="Requirement">Initial margin, open orders included.</param>
/// <param name="Maintenance">Margin to keep what it has.</param>
/// <param name="Burden">What losses and fees of its open orders come to.</param>
/// <param name="Gains">What its positions have gained and not realised.</param>
public readonly record struct MarginFigures(
    Int128 Equity, Int128 Requirement, Int128 Maintenance, Int128 Burden, Int128 Gains)
{
    /// <summary>Equity beyond the initial margin; less than zero where it is short of it.</summary>
    public Int128 Excess => Equity - Requirement;

    /// <summary>What it is short of to keep its positions; 0 for nothing.</summary>
    public Int128 Call => Int128.Max(0, Maintenance - Equity);

    /// <summary>The same less what groups take off.</summary>
    /// <param name="positions">All positions that are counted.</param>
    public MarginFigures Relieved(ReadOnlySpan<MarginPosition> positions)
    {
        var relief = GroupRelief.Of(positions);
        return this with { Requirement = Requirement - relief.Initial, Maintenance = Maintenance - relief.Maintenance };
    }

    /// <summary>The same with one more symbol, which is counted by itself.</summary>
    public MarginFigures With(in MarginPosition position) => new(
        Equity + position.Value,
        Requirement + position.Requirement,
        Maintenance + position.Maintenance,
        Burden + position.Burden,
        Gains + position.Gain);

    /// <summary>The same after open orders of a symbol have changed, and nothing else; symbols are counted one by one.</summary>
    /// <param name="from">The symbol before.</param>
    /// <param name="to">The symbol from then on.</param>
    public MarginFigures Changed(in MarginPosition from, in MarginPosition to) => this with
    {
        Requirement = Requirement - from.Requirement + to.Requirement,
        Burden = Burden - from.Burden + to.Burden,
    };

    /// <summary>What may be bought of something that needs so much of its value, rounded down.</summary>
    /// <param name="initialPpm">Millionths.</param>
    public Int128 BuyingPower(int initialPpm) => Rounding.DivDown(Int128.Max(0, Excess) * 1_000_000, initialPpm);
}
