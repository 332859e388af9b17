using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Translates a client's request to the leg orders of a strategy.</summary>
internal static class StrategyReading
{
    /// <summary>Maximum length of a strategy's client order id: its other legs append .2, .3 and .4.</summary>
    public const int LongestName = ClientOrderId.MaxLength - 2;

    /// <summary>Reads a strategy order. Returns null with its legs, without prices, or the refusal.</summary>
    public static async ValueTask<(Refusal? Refusal, ImmutableArray<HoldRequest> Legs)> ReadAsync(
        StrategyText text, Listings listings)
    {
        var name = text.ClientOrderId ?? OrderReading.NewClientOrderId();
        if (Form(text, name, out var timeInForce, out var expiry) is { } malformed)
            return (malformed, []);

        var texts = text.Legs!;
        var instruments = new Instrument[texts.Count];
        for (var i = 0; i < instruments.Length; i++)
        {
            var symbol = texts[i]!.Symbol!;
            if (await listings.FindAsync(symbol) is not { } instrument)
                return ((await listings.UnknownAsync(symbol, $"legs[{i}].symbol")).OfLeg(symbol), []);
            instruments[i] = instrument;
        }

        if ((StrategyChecks.Time(timeInForce, expiry) ?? StrategyChecks.Instruments(instruments)) is { } excluded)
            return (excluded, []);

        var refusal = ReadNumbers(text, instruments, out var terms, out var units)
            ?? StrategyChecks.Quantities(terms, units, instruments);
        return refusal is null ? (null, Orders(name, terms, units, timeInForce, expiry)) : (refusal, []);
    }

    /// <summary>Checks the parts that need no instrument.</summary>
    private static Refusal? Form(StrategyText text, string name, out TimeInForce timeInForce, out long? expiry)
    {
        timeInForce = WireNames.ReadTimeInForce(text.TimeInForce, OrderType.Leg) ?? default;
        expiry = text.GoodTill is { } until ? WireTime.Read(until) : null;
        if (!ClientOrderId.IsValid(name))
            return Refusal.NotAKey("clientOrderId", text.ClientOrderId);
        if (name.Length > LongestName)
            return new Refusal(
                RejectReason.BadRequest, "clientOrderId", LongestName.ToString(),
                $"clientOrderId {RefusalText.Shown(name)} has {name.Length} characters, at most {LongestName} "
                    + $"are valid: the legs append .2 to .4");
        if (text.Net is null)
            return Refusal.Not("net", null, "the net price of one unit");
        if (text.Units is null)
            return Refusal.NotInRange("units", null, 1, Instrument.QuantityLotsLimit) with { Limit = null };
        if (WireNames.ReadTimeInForce(text.TimeInForce, OrderType.Leg) is null)
            return Refusal.NotOneOf("timeInForce", text.TimeInForce, WireNames.StrategyTimes.AsSpan());
        if (text.GoodTill is null ? timeInForce == TimeInForce.GoodTillDate : expiry is null)
            return Refusal.Not("goodTill", text.GoodTill, WireTime.Rule);
        return text.Legs is { Count: >= 2 and <= StrategyTerms.LegsLimit } legs ? Form(legs) : CountOf(text.Legs);
    }

    private static Refusal? Form(List<StrategyLegText?> legs)
    {
        for (var i = 0; i < legs.Count; i++)
        {
            var (field, detail) = legs[i] switch
            {
                null => ("", "A leg is missing."),
                { Symbol: null } =>
                    (".symbol", RefusalText.Not($"legs[{i}].symbol", null, "the symbol of a listed instrument")),
                { Side: var side } when WireNames.ReadSide(side) is null =>
                    (".side", RefusalText.NotOneOf($"legs[{i}].side", side, WireNames.Sides.AsSpan())),
                { Quantity: null } =>
                    (".quantity", RefusalText.Not($"legs[{i}].quantity", null, "the leg's quantity in one unit")),
                _ => (null, ""),
            };
            if (field is not null)
                return Refusal.Malformed($"legs[{i}]{field}", detail);
        }

        return null;
    }

    private static Refusal CountOf(List<StrategyLegText?>? legs)
    {
        var limit = legs is { Count: > StrategyTerms.LegsLimit } ? StrategyTerms.LegsLimit : 2;
        return new Refusal(
            RejectReason.BadRequest, "legs", limit.ToString(),
            $"legs has {legs?.Count ?? 0} legs; a strategy has 2 to {StrategyTerms.LegsLimit}");
    }

    private static Refusal? ReadNumbers(
        StrategyText text, Instrument[] instruments, out StrategyTerms terms, out long units)
    {
        var refusal = NumberReading.WholeNumber(
            "units", text.Units, Instrument.QuantityLotsLimit, out units, RejectReason.InvalidQuantity);
        if (refusal is null && units == 0)
            refusal = OrderChecks.Outside(
                RejectReason.InvalidQuantity, "units", text.Units, 0,
                ValueScale.OfInteger(1, Instrument.QuantityLotsLimit));

        var legs = ImmutableArray.CreateBuilder<StrategyLeg>(instruments.Length);
        for (var i = 0; i < instruments.Length; i++)
        {
            var numbers = new NumberReading(instruments[i]);
            var lots = numbers.Ratio($"legs[{i}].quantity", text.Legs![i]!.Quantity!);
            legs.Add(new StrategyLeg(instruments[i].Symbol, WireNames.ReadSide(text.Legs[i]!.Side)!.Value, lots));
            refusal ??= numbers.Wrong?.OfLeg(instruments[i].Symbol);
        }

        var price = new NumberReading(instruments[0]);
        terms = new StrategyTerms(price.Net("net", text.Net!), 0, legs.MoveToImmutable());
        return refusal ?? price.Wrong;
    }

    private static ImmutableArray<HoldRequest> Orders(
        string name, StrategyTerms terms, long units, TimeInForce timeInForce, long? expiry) =>
    [
        .. terms.Legs.Select((leg, i) => new HoldRequest(
            i == 0 ? name : $"{name}.{i + 1}",
            leg.Symbol,
            leg.Side,
            OrderType.Leg,
            timeInForce,
            PostOnly: false,
            PriceTicks: 0,
            units * leg.Lots,
            Conditions: EncodedConditions.From(
                new OrderConditions { Strategy = terms with { Leg = i }, ExpiryNanos = expiry }))),
    ];
}
