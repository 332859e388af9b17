namespace QuantumCore.Instruments;

/// <summary>
/// What a corporate action makes of prices and lots of open orders: a split scales both, a dividend lowers prices by whole ticks. Nothing of both,
/// and a split into fewer units, leaves no order open.
/// </summary>
/// <param name="NewUnits">Of a split: so many new units; else 0.</param>
/// <param name="OldUnits">Of a split: for so many old ones; else 0.</param>
/// <param name="FallTicks">Of a dividend: by how much prices fall, in ticks; else 0.</param>
public readonly record struct OrderAdjustment(long NewUnits, long OldUnits, long FallTicks)
{
    /// <summary>Most units on either side of a split.</summary>
    public const long RatioLimit = 10_000;

    /// <summary>Ends every order.</summary>
    public static OrderAdjustment EndsOrders { get; }

    /// <summary>So many new units for so many old ones.</summary>
    public static OrderAdjustment Split(long newUnits, long oldUnits) => new(newUnits, oldUnits, 0);

    /// <summary>A dividend in the asset of the prices.</summary>
    /// <param name="ticks">What it is worth, rounded up to whole ticks.</param>
    public static OrderAdjustment Dividend(long ticks) => new(0, 0, ticks);

    /// <summary>Whether it is a split, or a dividend, or neither, within their limits.</summary>
    public bool IsValid => IsSplit
        ? NewUnits is >= 1 and <= RatioLimit && OldUnits is >= 1 and <= RatioLimit && NewUnits != OldUnits && FallTicks == 0
        : FallTicks is >= 0 and <= Instrument.PriceTicksLimit;

    /// <summary>Whether units become others.</summary>
    public bool IsSplit => NewUnits != 0 || OldUnits != 0;

    /// <summary>Whether no order stays.</summary>
    public bool EndsAll => FallTicks == 0 && NewUnits <= OldUnits;

    /// <summary>
    /// A limit, trigger or worst price afterwards, in ticks. Of a split a buy's is rounded down and a sell's up, so that neither pays more nor gets
    /// less; 0, no price, stays that.
    /// </summary>
    /// <returns>Less than 1 where nothing is left of it.</returns>
    public long PriceOf(Side side, long priceTicks) => priceTicks == 0 ? 0
        : !IsSplit ? priceTicks - FallTicks
        : (long)(side == Side.Buy
            ? Rounding.DivDown((Int128)priceTicks * OldUnits, NewUnits)
            : Rounding.DivUp((Int128)priceTicks * OldUnits, NewUnits));

    /// <summary>Lots afterwards, rounded down; 2^63 - 1 for any more.</summary>
    public long LotsOf(long lots) => IsSplit ? (long)Int128.Min(Rounding.DivDown((Int128)lots * NewUnits, OldUnits), long.MaxValue) : lots;

    /// <summary>Lots an iceberg shows at a time afterwards: rounded down, but no fewer than its parts allow and no more than it has.</summary>
    /// <param name="displayLots">What it showed.</param>
    /// <param name="totalLots">Its total afterwards.</param>
    public long DisplayOf(long displayLots, long totalLots) =>
        IsSplit ? Math.Max(Math.Min(LotsOf(displayLots), totalLots), (long)Rounding.DivUp(totalLots, OrderConditions.IcebergPartsLimit)) : displayLots;

    /// <summary>Conditions of an order that is adjusted.</summary>
    /// <param name="side">Its side.</param>
    /// <param name="terms">What they were; null for none.</param>
    /// <param name="totalLots">Its total afterwards.</param>
    public OrderConditions? Of(Side side, OrderConditions? terms, long totalLots) => terms is null ? null : terms with
    {
        TriggerTicks = terms.TriggerTicks is { } trigger ? PriceOf(side, trigger) : null,
        DisplayLots = terms.DisplayLots is { } display ? DisplayOf(display, totalLots) : null,
        MinimumLots = terms.MinimumLots is { } minimum ? LotsOf(minimum) : null,
    };
}
