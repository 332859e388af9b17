namespace QuantumCore.Instruments;

/// <summary>
/// Adjustment of open orders for a corporate action. A split scales prices and lots; a dividend lowers prices by whole
/// ticks. The empty adjustment, and a split into fewer units, end all orders.
/// </summary>
/// <param name="NewUnits">For a split: number of new units; else 0.</param>
/// <param name="OldUnits">For a split: number of old units they replace; else 0.</param>
/// <param name="FallTicks">For a dividend: fall of prices, in ticks; else 0.</param>
public readonly record struct OrderAdjustment(long NewUnits, long OldUnits, long FallTicks)
{
    /// <summary>Maximum number of units on either side of a split.</summary>
    public const long RatioLimit = 10_000;

    /// <summary>The adjustment that ends every order.</summary>
    public static OrderAdjustment EndsOrders { get; }

    /// <summary>Makes the adjustment of a split.</summary>
    public static OrderAdjustment Split(long newUnits, long oldUnits) => new(newUnits, oldUnits, 0);

    /// <summary>Makes the adjustment of a dividend in the asset of the prices.</summary>
    /// <param name="ticks">Value of the dividend, rounded up to whole ticks.</param>
    public static OrderAdjustment Dividend(long ticks) => new(0, 0, ticks);

    /// <summary>True if it is a split, a dividend or neither, within their limits.</summary>
    public bool IsValid => IsSplit
        ? NewUnits is >= 1 and <= RatioLimit && OldUnits is >= 1 and <= RatioLimit && NewUnits != OldUnits
            && FallTicks == 0
        : FallTicks is >= 0 and <= Instrument.PriceTicksLimit;

    /// <summary>True for a split, which turns units into others.</summary>
    public bool IsSplit => NewUnits != 0 || OldUnits != 0;

    /// <summary>True if it ends every order.</summary>
    public bool EndsAll => FallTicks == 0 && NewUnits <= OldUnits;

    /// <summary>
    /// Returns the adjusted limit, trigger or worst price, in ticks. A split rounds a buy's price down and a sell's up,
    /// so that neither pays more or gets less. 0, for no price, stays 0.
    /// </summary>
    /// <returns>Less than 1 if no valid price is left.</returns>
    public long PriceOf(Side side, long priceTicks) => priceTicks == 0 ? 0
        : !IsSplit ? priceTicks - FallTicks
        : (long)(side == Side.Buy
            ? Rounding.DivDown((Int128)priceTicks * OldUnits, NewUnits)
            : Rounding.DivUp((Int128)priceTicks * OldUnits, NewUnits));

    /// <summary>Returns the adjusted lots, rounded down and capped at 2^63 - 1.</summary>
    public long LotsOf(long lots) =>
        IsSplit ? (long)Int128.Min(Rounding.DivDown((Int128)lots * NewUnits, OldUnits), long.MaxValue) : lots;

    /// <summary>
    /// Returns the adjusted display quantity of an iceberg, in lots: rounded down, at most its total, and at least what
    /// the maximum number of slices needs.
    /// </summary>
    /// <param name="displayLots">Display quantity before, in lots.</param>
    /// <param name="totalLots">Adjusted total, in lots.</param>
    public long DisplayOf(long displayLots, long totalLots) =>
        IsSplit
            ? Math.Max(
                Math.Min(LotsOf(displayLots), totalLots),
                (long)Rounding.DivUp(totalLots, OrderConditions.IcebergPartsLimit))
            : displayLots;

    /// <summary>Returns the adjusted conditions of an order.</summary>
    /// <param name="side">Its side.</param>
    /// <param name="terms">Conditions before; null for none.</param>
    /// <param name="totalLots">Adjusted total, in lots.</param>
    public OrderConditions? Of(Side side, OrderConditions? terms, long totalLots) => terms is null ? null : terms with
    {
        TriggerTicks = terms.TriggerTicks is { } trigger ? PriceOf(side, trigger) : null,
        DisplayLots = terms.DisplayLots is { } display ? DisplayOf(display, totalLots) : null,
        MinimumLots = terms.MinimumLots is { } minimum ? LotsOf(minimum) : null,
    };
}
