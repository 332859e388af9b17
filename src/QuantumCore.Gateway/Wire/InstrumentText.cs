using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Wire;

/// <summary>Instrument in the format of the wire and the listing file: sizes and limits are decimal strings.</summary>
public sealed record InstrumentText
{
    public string? Symbol { get; init; }

    public string? BaseAsset { get; init; }

    public int BaseDecimals { get; init; }

    public string? QuoteAsset { get; init; }

    public int QuoteDecimals { get; init; }

    /// <summary>Tick size; its decimal places are those of every price.</summary>
    public string? TickSize { get; init; }

    /// <summary>Lot size; its decimal places are those of every quantity.</summary>
    public string? LotSize { get; init; }

    public string? MinPrice { get; init; }

    public string? MaxPrice { get; init; }

    public string? MinQuantity { get; init; }

    public string? MaxQuantity { get; init; }

    public string? MinNotional { get; init; }

    public string? MaxNotional { get; init; }

    public int MakerFeePpm { get; init; }

    public int TakerFeePpm { get; init; }

    public string? ReferencePrice { get; init; }

    /// <summary>
    /// Maximum distance from the reference price at which a market order may execute, in millionths; 50000 if absent.
    /// </summary>
    public int? ProtectionPpm { get; init; }

    /// <summary>Maximum number of price levels on one side of the book; 100000 if absent.</summary>
    public int? MaxLevels { get; init; }

    /// <summary>Group of books; none if absent.</summary>
    public string? Group { get; init; }

    /// <summary>Business days from trade to settlement; 0 if absent: the trade itself settles.</summary>
    public int SettlementDays { get; init; }

    /// <summary>Settlement venue. If absent, it is MAIN, unless settlementDays is 0.</summary>
    public string? SettlementVenue { get; init; }

    /// <summary>Reads the definition. Returns null if it is valid, or the refusal.</summary>
    public Refusal? TryRead(out Instrument? instrument)
    {
        instrument = null;
        if (Symbol is null || BaseAsset is null || QuoteAsset is null)
        {
            var missing = Symbol is null ? "symbol" : BaseAsset is null ? "baseAsset" : "quoteAsset";
            return Refusal.Malformed(missing, "symbol, baseAsset and quoteAsset are needed.");
        }

        if (!TryReadStep(TickSize, out var priceDecimals, out var tick))
            return Refusal.Malformed("tickSize", "The tick size must be a positive decimal number.");
        if (!TryReadStep(LotSize, out var quantityDecimals, out var lot))
            return Refusal.Malformed("lotSize", "The lot size must be a positive decimal number.");

        var bare = new Instrument
        {
            Symbol = Symbol,
            Base = new Asset(BaseAsset, BaseDecimals),
            Quote = new Asset(QuoteAsset, QuoteDecimals),
            PriceDecimals = priceDecimals,
            TickSize = tick,
            QuantityDecimals = quantityDecimals,
            LotSize = lot,
            MakerFeePpm = MakerFeePpm,
            TakerFeePpm = TakerFeePpm,
            ProtectionPpm = ProtectionPpm ?? 50_000,
            MaxLevels = MaxLevels ?? 100_000,
            Group = Group ?? "",
            SettlementDays = SettlementDays,
            SettlementVenue = SettlementVenue ?? (SettlementDays == 0 ? "" : "MAIN"),
        };

        // The units come first, because limits are read in them.
        return Refuse(bare.Check()) ?? ReadLimits(bare, out instrument) ?? Refuse(instrument!.Check());
    }

    private static Refusal? Refuse(InstrumentFault? fault) =>
        fault is null ? null : new Refusal(RejectReason.BadRequest, fault.Field, fault.Limit, FeesReading.Sentence(fault.Why));

    private Refusal? ReadLimits(Instrument bare, out Instrument instrument)
    {
        instrument = bare;
        if (!TryRead(MinPrice, bare.TryParsePrice, bare.MinPriceTicks, out var minPrice))
            return Refusal.Malformed("minPrice", "The price must be a multiple of tickSize.");
        if (!TryRead(MaxPrice, bare.TryParsePrice, bare.MaxPriceTicks, out var maxPrice))
            return Refusal.Malformed("maxPrice", "The price must be a multiple of tickSize.");
        if (!TryRead(MinQuantity, bare.TryParseQuantity, bare.MinQuantityLots, out var minQuantity))
            return Refusal.Malformed("minQuantity", "The quantity must be a multiple of lotSize.");
        if (!TryRead(MaxQuantity, bare.TryParseQuantity, bare.MaxQuantityLots, out var maxQuantity))
            return Refusal.Malformed("maxQuantity", "The quantity must be a multiple of lotSize.");
        if (!TryRead(MinNotional, Amount, bare.MinNotional, out var minNotional))
            return Refusal.Malformed("minNotional", "The value must be an amount of the quote asset.");
        if (!TryRead(MaxNotional, Amount, bare.MaxNotional, out var maxNotional))
            return Refusal.Malformed("maxNotional", "The value must be an amount of the quote asset.");
        if (!TryRead(ReferencePrice, bare.TryParsePrice, bare.ReferencePriceTicks, out var reference))
            return Refusal.Malformed("referencePrice", "The price must be a multiple of tickSize.");

        instrument = bare with
        {
            MinPriceTicks = minPrice,
            MaxPriceTicks = maxPrice,
            MinQuantityLots = minQuantity,
            MaxQuantityLots = maxQuantity,
            MinNotional = minNotional,
            MaxNotional = maxNotional,
            ReferencePriceTicks = reference,
        };
        return null;

        DecimalError Amount(ReadOnlySpan<char> text, out long value) =>
            DecimalText.TryParse(text, bare.Quote.Decimals, out value);
    }

    private delegate DecimalError Parse(ReadOnlySpan<char> text, out long value);

    private static bool TryRead(string? text, Parse parse, long absent, out long value)
    {
        value = absent;
        return text is null || parse(text, out value) == DecimalError.None;
    }

    private static bool TryReadStep(string? text, out int decimals, out long step)
    {
        var point = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        decimals = point < 0 ? 0 : text!.Length - point - 1;
        step = 0;
        return text is not null && decimals <= DecimalText.MaxDecimals
            && DecimalText.TryParse(text, decimals, out step) == DecimalError.None && step > 0;
    }
}
