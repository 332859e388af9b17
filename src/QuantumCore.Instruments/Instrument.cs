using System.Buffers;

namespace QuantumCore.Instruments;

/// <summary>An asset that can be owned: a currency, a share, a coin.</summary>
/// <param name="Name">1 to 12 capital letters, digits, dots or dashes.</param>
/// <param name="Decimals">Decimal places of its minor unit: USD 2, JPY 0, BTC 8. Never changes.</param>
public sealed record Asset(string Name, int Decimals);

/// <summary>Error in the definition of an instrument.</summary>
/// <param name="Field">The field, by its wire name: <c>tickSize</c>.</param>
/// <param name="Limit">The limit it breaks, in its own unit; null if it is not a single number.</param>
/// <param name="Why">The error, as a sentence without capital and full stop.</param>
public sealed record InstrumentFault(string Field, string? Limit, string Why);

/// <summary>
/// A tradable instrument: the units and limits of its orders. Prices are whole ticks; quantities are whole lots.
/// </summary>
public sealed record Instrument
{
    /// <summary>Highest price of any instrument, in ticks.</summary>
    public const long PriceTicksLimit = 1L << 47;

    /// <summary>Largest quantity of any order, in lots.</summary>
    public const long QuantityLotsLimit = 1L << 53;

    /// <summary>Largest price times quantity of any order, in quote minor units.</summary>
    public const long NotionalLimit = 1L << 60;

    /// <summary>Maximum tick size and lot size, in units of their last decimal.</summary>
    public const long StepLimit = 10_000_000_000;

    /// <summary>Maximum minor units of one lot, and of one tick times one lot.</summary>
    public const long UnitsLimit = 1L << 60;

    /// <summary>Maximum protection of a market order, in millionths: down to a price of zero.</summary>
    public const int ProtectionPpmLimit = 1_000_000;

    /// <summary>Maximum fee rate, in millionths: an order's whole value.</summary>
    public const int FeePpmLimit = 1_000_000;

    /// <summary>Symbol: 1 to 20 capital letters, digits, dots or dashes.</summary>
    public required string Symbol { get; init; }

    /// <summary>The base asset, which is bought and sold.</summary>
    public required Asset Base { get; init; }

    /// <summary>The quote asset, in which prices and fees are paid.</summary>
    public required Asset Quote { get; init; }

    /// <summary>Decimal places of a price on the wire.</summary>
    public required int PriceDecimals { get; init; }

    /// <summary>Tick size, in units of the last price decimal.</summary>
    public required long TickSize { get; init; }

    /// <summary>Decimal places of a quantity on the wire.</summary>
    public required int QuantityDecimals { get; init; }

    /// <summary>Lot size, in units of the last quantity decimal.</summary>
    public required long LotSize { get; init; }

    /// <summary>Lowest price of an order, in ticks.</summary>
    public long MinPriceTicks { get; init; } = 1;

    /// <summary>Highest price of an order, in ticks.</summary>
    public long MaxPriceTicks { get; init; } = PriceTicksLimit;

    /// <summary>Minimum quantity of an order, in lots.</summary>
    public long MinQuantityLots { get; init; } = 1;

    /// <summary>Maximum quantity of an order, in lots.</summary>
    public long MaxQuantityLots { get; init; } = QuantityLotsLimit;

    /// <summary>Minimum price times quantity of an order, in quote minor units.</summary>
    public long MinNotional { get; init; }

    /// <summary>Maximum price times quantity of an order, in quote minor units.</summary>
    public long MaxNotional { get; init; } = NotionalLimit;

    /// <summary>Maker fee, in millionths of the notional.</summary>
    public int MakerFeePpm { get; init; }

    /// <summary>Taker fee, in millionths of the notional.</summary>
    public int TakerFeePpm { get; init; }

    /// <summary>Reference price of market orders before the first trade, in ticks; 0 for none.</summary>
    public long ReferencePriceTicks { get; init; }

    /// <summary>Maximum distance from the reference price at which a market order may execute, in millionths.</summary>
    public int ProtectionPpm { get; init; } = 50_000;

    /// <summary>
    /// Group of instruments it trades in, named like a symbol; empty for none. Multi-leg orders need their instruments
    /// in one group, which shares one book grain. Never changes.
    /// </summary>
    public string Group { get; init; } = "";

    /// <summary>Maximum number of business days from trade to settlement.</summary>
    public const int SettlementDaysLimit = 2;

    /// <summary>
    /// Business days from the UTC day of a trade to its settlement, 0 to 2. With 0, the trade itself settles. Never
    /// changes.
    /// </summary>
    public int SettlementDays { get; init; }

    /// <summary>
    /// Venue that nets and settles its trades, named like a symbol. The venue's calendar determines the business days.
    /// Empty if <see cref="SettlementDays"/> is 0. Never changes.
    /// </summary>
    public string SettlementVenue { get; init; } = "";

    /// <summary>Key of the grain that holds its book.</summary>
    public string BookKey => Group.Length == 0 ? Symbol : GroupKeyPrefix + Group;

    /// <summary>Maximum number of price levels on one side of the book.</summary>
    public int MaxLevels { get; init; } = 100_000;

    /// <summary>Quote minor units of one tick times one lot: exact, at least 1.</summary>
    public long TickLotValue => (long)(TickLotNumerator / TickLotDenominator);

    /// <summary>Base minor units of one lot.</summary>
    public long LotUnits => (long)(Math.BigMul(LotSize, DecimalText.PowerOfTen(Base.Decimals))
        / DecimalText.PowerOfTen(QuantityDecimals));

    /// <summary>Prefix of the key of a group. No symbol contains a colon.</summary>
    public const string GroupKeyPrefix = "group:";

    private static readonly SearchValues<char> s_nameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

    private Int128 TickLotNumerator =>
        Wide.Product(Math.BigMul(TickSize, LotSize), DecimalText.PowerOfTen(Quote.Decimals));

    private Int128 TickLotDenominator =>
        Math.BigMul(DecimalText.PowerOfTen(PriceDecimals), DecimalText.PowerOfTen(QuantityDecimals));

    /// <summary>
    /// Returns price times quantity in quote minor units, exactly. Any input may be tested: if ticks times lots alone
    /// exceed every limit, it returns <see cref="Int128.MaxValue"/>.
    /// </summary>
    public Int128 Notional(long priceTicks, long quantityLots)
    {
        var tickLots = Math.BigMul(priceTicks, quantityLots);
        return tickLots > NotionalLimit ? Int128.MaxValue : Wide.Product(tickLots, TickLotValue);
    }

    /// <summary>Returns the first error in this definition, or null if there is none.</summary>
    public InstrumentFault? Check() => CheckNames() ?? CheckSteps() ?? CheckPrices() ?? CheckRates();

    private InstrumentFault? CheckNames()
    {
        if (!IsName(Symbol, 20))
        {
            return NoName("symbol", 20, Symbol);
        }

        if (!IsName(Base.Name, 12) || !IsName(Quote.Name, 12))
        {
            return IsName(Base.Name, 12)
                ? NoName("quoteAsset", 12, Quote.Name)
                : NoName("baseAsset", 12, Base.Name);
        }

        if (Group.Length > 0 && !IsName(Group, 20))
        {
            return NoName("group", 20, Group);
        }

        if (SettlementDays is < 0 or > SettlementDaysLimit)
        {
            return new("settlementDays", "2", "settlementDays are 0 to 2");
        }

        return SettlementDays == 0 && SettlementVenue.Length > 0
            ? new("settlementVenue", null, "settlementVenue goes with settlementDays of 1 or 2")
            : SettlementDays > 0 && !IsName(SettlementVenue, 20) ? NoName("settlementVenue", 20, SettlementVenue) : null;
    }

    private InstrumentFault? CheckSteps()
    {
        if (OutOfScale(PriceDecimals) || OutOfScale(QuantityDecimals) || OutOfScale(Base.Decimals)
            || OutOfScale(Quote.Decimals))
        {
            var field = OutOfScale(Base.Decimals)
                ? "baseDecimals"
                : OutOfScale(Quote.Decimals) ? "quoteDecimals" : OutOfScale(PriceDecimals) ? "tickSize" : "lotSize";
            return new(field, $"{DecimalText.MaxDecimals}", $"decimals are 0 to {DecimalText.MaxDecimals}");
        }

        // Must precede any multiplication: two such steps and 18 decimals just fit 128 bits.
        if (TickSize is <= 0 or > StepLimit || LotSize is <= 0 or > StepLimit)
        {
            var field = TickSize is <= 0 or > StepLimit ? "tickSize" : "lotSize";
            return new(field, $"{StepLimit}", $"{field} is 1 to 10^10 units of its last decimal");
        }

        var lot = (Int128)LotSize * DecimalText.PowerOfTen(Base.Decimals);
        if (lot % DecimalText.PowerOfTen(QuantityDecimals) != 0)
        {
            return new("lotSize", null, $"lotSize is not a whole number of {Base.Name} minor units");
        }

        if (lot / DecimalText.PowerOfTen(QuantityDecimals) > UnitsLimit)
        {
            return new("lotSize", $"{UnitsLimit}", $"lotSize is more than 2^60 {Base.Name} minor units");
        }

        if (TickLotNumerator % TickLotDenominator != 0)
        {
            return new("tickSize", null, $"tickSize times lotSize is not a whole number of {Quote.Name} minor units");
        }

        return TickLotNumerator / TickLotDenominator > UnitsLimit
            ? new("tickSize", $"{UnitsLimit}", $"tickSize times lotSize is more than 2^60 {Quote.Name} minor units")
            : null;
    }

    private InstrumentFault? CheckPrices() =>
        CheckRange("Price", "ticks", "2^47", MinPriceTicks, MaxPriceTicks, 1, PriceTicksLimit)
        ?? CheckRange("Quantity", "lots", "2^53", MinQuantityLots, MaxQuantityLots, 1, QuantityLotsLimit)
        ?? CheckRange("Notional", "minor units", "2^60", MinNotional, MaxNotional, 0, NotionalLimit);

    private static InstrumentFault? CheckRange(
        string what, string units, string mostInWords, long from, long to, long least, long most)
    {
        if (from < least || from > to)
        {
            return new(
                $"min{what}", from < least ? $"{least}" : $"{to}",
                $"min{what} is at least {least} {units} and at most max{what}");
        }

        return to > most ? new($"max{what}", $"{most}", $"max{what} is at most {mostInWords} {units}") : null;
    }

    private InstrumentFault? CheckRates()
    {
        if (MakerFeePpm is < 0 or > FeePpmLimit || TakerFeePpm is < 0 or > FeePpmLimit)
        {
            return new(
                MakerFeePpm is < 0 or > FeePpmLimit ? "makerFeePpm" : "takerFeePpm", $"{FeePpmLimit}",
                $"fees are 0 to {FeePpmLimit} millionths");
        }

        if (ReferencePriceTicks is < 0 or > PriceTicksLimit)
        {
            return new("referencePrice", $"{PriceTicksLimit}", "referencePrice is 0 to 2^47 ticks");
        }

        if (ProtectionPpm is < 0 or > ProtectionPpmLimit)
        {
            return new(
                "protectionPpm", $"{ProtectionPpmLimit}", $"protectionPpm is 0 to {ProtectionPpmLimit} millionths");
        }

        return MaxLevels < 1 ? new("maxLevels", "1", "maxLevels is at least 1") : null;
    }

    private static InstrumentFault NoName(string field, int longest, string name) =>
        new(
            field, $"{longest}",
            IsDotSegment(name)
                ? $"{field} cannot be . or .., which a path cannot name"
                : $"{field} is 1 to {longest} capital letters, digits, dots or dashes");

    private static bool OutOfScale(int decimals) => decimals is < 0 or > DecimalText.MaxDecimals;

    internal static bool IsName(string text, int longest) => text.Length > 0 && text.Length <= longest
        && text.AsSpan().IndexOfAnyExcept(s_nameCharacters) < 0 && !IsDotSegment(text);

    // Clients fold dot segments of a path, so that no call could name it.
    private static bool IsDotSegment(string text) => text is "." or "..";
}
