using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>An instrument traded on margin: computes value and requirement of positions.</summary>
/// <param name="instrument">The instrument.</param>
/// <param name="terms">Its margin terms.</param>
/// <param name="group">Its margin group; null for none.</param>
/// <remarks>Quantities are base minor units, not necessarily whole lots; negative if short.</remarks>
public sealed class MarginInstrument(Instrument instrument, MarginTerms terms, MarginGroup? group = null)
{
    /// <summary>Largest position, in base minor units, and largest value of a lot, in quote minor units.</summary>
    private const long Limit = 1L << 62;

    /// <summary>The instrument.</summary>
    public Instrument Instrument => instrument;

    /// <summary>Its margin terms.</summary>
    public MarginTerms Terms => terms;

    /// <summary>The group whose other side offsets a position in part; null for none.</summary>
    public MarginGroup? Group => group;

    /// <summary>Base minor units of one lot.</summary>
    public long LotUnits { get; } = instrument.LotUnits;

    /// <summary>Quote minor units of one tick times one lot.</summary>
    public long TickLotValue { get; } = instrument.TickLotValue;

    /// <summary>Returns true if every computation with a position stays in range.</summary>
    public bool IsInRange(long priceTicks, Int128 units) =>
        (Int128)priceTicks * TickLotValue <= Limit && Int128.Abs(units) <= Limit;

    /// <summary>
    /// Returns the value of a position at a price, quote minor units: owned value rounded down, owed value rounded up.
    /// </summary>
    public Int128 Value(long priceTicks, Int128 units) => LotUnits == 1
        ? Wide.Product(Wide.Product(units, priceTicks), TickLotValue)
        : Rounding.DivDown(units * ((Int128)priceTicks * TickLotValue), LotUnits);

    /// <summary>
    /// Returns the initial margin of a position, quote minor units, rounded up; never less than the maintenance margin.
    /// </summary>
    public Int128 Initial(long priceTicks, Int128 units) => Required(priceTicks, units, maintenance: false);

    /// <summary>Returns the maintenance margin of a position, quote minor units, rounded up.</summary>
    public Int128 Maintenance(long priceTicks, Int128 units) => Required(priceTicks, units, maintenance: true);

    /// <summary>
    /// Returns the maintenance margin of a position in millionths of a quote minor unit, not rounded.
    /// </summary>
    public Int128 MaintenanceWeighted(long priceTicks, Int128 units)
    {
        var table = TableOf(priceTicks, units);
        return Int128.Max(table.Weighted(Size(priceTicks, units), maintenance: true), Floor(table, units) * 1_000_000);
    }

    private Int128 Required(long priceTicks, Int128 units, bool maintenance)
    {
        if (units == 0)
        {
            return 0;
        }

        var (table, value) = (TableOf(priceTicks, units), Size(priceTicks, units));
        var weighted = table.Weighted(value, maintenance: true);
        if (!maintenance && table.Weighted(value, maintenance: false) is var initial && initial > weighted)
        {
            weighted = initial;
        }

        var required = Rounding.DivUp(weighted, 1_000_000);
        return table.FloorPerLot == 0 ? required : Int128.Max(required, Floor(table, units));
    }

    private Int128 Size(long priceTicks, Int128 units) => LotUnits == 1
        ? Wide.Product(Wide.Product(Int128.Abs(units), priceTicks), TickLotValue)
        : Rounding.DivUp(Int128.Abs(units) * ((Int128)priceTicks * TickLotValue), LotUnits);

    private Int128 Floor(MarginTable table, Int128 units) =>
        table.FloorPerLot == 0 ? 0 : Rounding.DivUp(Int128.Abs(units) * table.FloorPerLot, LotUnits);

    // If short positions are not allowed but one exists (after a correction), it needs as much as a long one.
    private MarginTable TableOf(long priceTicks, Int128 units) =>
        units >= 0 ? terms.Long
        : terms.CheapShort is { } cheap && priceTicks < terms.CheapBelowTicks ? cheap
        : terms.Short ?? terms.Long;
}
