using System.Globalization;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Instrument in the format of the wire and the listing file: sizes and limits are decimal strings.</summary>
public sealed record InstrumentText
{
    private const string StepRule = "a positive decimal number such as 0.01, with at most 18 decimals";

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
            return Refusal.Malformed(missing, $"{missing} is missing; symbol, baseAsset and quoteAsset are needed");
        }

        if (!TryReadStep(TickSize, out var priceDecimals, out var tick))
            return Refusal.Not("tickSize", TickSize, StepRule);
        if (!TryReadStep(LotSize, out var quantityDecimals, out var lot))
            return Refusal.Not("lotSize", LotSize, StepRule);

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

    private Refusal? Refuse(InstrumentFault? fault) => fault is null ? null
        : new Refusal(RejectReason.BadRequest, fault.Field, fault.Limit, Written(fault.Field) is { } value
            ? $"{fault.Field} {RefusalText.Shown(value)} is not valid: {fault.Why}"
            : $"{fault.Field} is missing: {fault.Why}");

    private string? Written(string field) => field switch
    {
        "symbol" => Symbol,
        "baseAsset" => BaseAsset,
        "baseDecimals" => Number(BaseDecimals),
        "quoteAsset" => QuoteAsset,
        "quoteDecimals" => Number(QuoteDecimals),
        "tickSize" => TickSize,
        "lotSize" => LotSize,
        "minPrice" => MinPrice,
        "maxPrice" => MaxPrice,
        "minQuantity" => MinQuantity,
        "maxQuantity" => MaxQuantity,
        "minNotional" => MinNotional,
        "maxNotional" => MaxNotional,
        "makerFeePpm" => Number(MakerFeePpm),
        "takerFeePpm" => Number(TakerFeePpm),
        "referencePrice" => ReferencePrice,
        "protectionPpm" => Number(ProtectionPpm),
        "maxLevels" => Number(MaxLevels),
        "group" => Group,
        "settlementDays" => Number(SettlementDays),
        "settlementVenue" => SettlementVenue,
        _ => null,
    };

    private static string? Number(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private Refusal? ReadLimits(Instrument bare, out Instrument instrument)
    {
        instrument = bare;
        Refusal? refusal = null;
        var (price, quantity) = (ValueScale.OfPrice(bare), ValueScale.OfQuantity(bare));
        var amount = ValueScale.OfAmount(bare.Quote, bare.MinNotional, bare.MaxNotional);
        var minPrice = Read("minPrice", MinPrice, bare.TryParsePrice, bare.MinPriceTicks, price, ref refusal);
        var maxPrice = Read("maxPrice", MaxPrice, bare.TryParsePrice, bare.MaxPriceTicks, price, ref refusal);
        var minQuantity = Read(
            "minQuantity", MinQuantity, bare.TryParseQuantity, bare.MinQuantityLots, quantity, ref refusal);
        var maxQuantity = Read(
            "maxQuantity", MaxQuantity, bare.TryParseQuantity, bare.MaxQuantityLots, quantity, ref refusal);
        var minNotional = Read("minNotional", MinNotional, Amount, bare.MinNotional, amount, ref refusal);
        var maxNotional = Read("maxNotional", MaxNotional, Amount, bare.MaxNotional, amount, ref refusal);
        var reference = Read(
            "referencePrice", ReferencePrice, bare.TryParsePrice, bare.ReferencePriceTicks, price, ref refusal);
        if (refusal is not null)
            return refusal;

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

    private static long Read(
        string field, string? text, Parse parse, long absent, ValueScale scale, ref Refusal? refusal)
    {
        if (text is null)
            return absent;

        var error = parse(text, out var value);
        if (error != DecimalError.None)
            refusal ??= Refusal.Malformed(field, RefusalText.NotOnScale(field, text, error, scale));
        return value;
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
