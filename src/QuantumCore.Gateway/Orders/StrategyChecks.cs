using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>
/// Checks that legs fit together as a strategy, from the request alone. Refusals name the members at fault.
/// </summary>
public static class StrategyChecks
{
    /// <summary>Checks a strategy's time in force; null if it is valid.</summary>
    /// <param name="timeInForce">Time in force.</param>
    /// <param name="expiry">Expiry, Unix nanoseconds; null for none.</param>
    public static Refusal? Time(TimeInForce timeInForce, long? expiry)
    {
        if (timeInForce is TimeInForce.AtTheOpening or TimeInForce.AtTheClose)
            return new(
                RejectReason.InvalidCombination, "legs,timeInForce", null,
                "timeInForce opg and cls cannot be combined with legs: a strategy takes part in no auction");
        return expiry is not null && timeInForce != TimeInForce.GoodTillDate
            ? new(
                RejectReason.InvalidCombination, "goodTill,timeInForce", null,
                $"goodTill needs timeInForce gtd, not {timeInForce.Word()}")
            : null;
    }

    /// <summary>
    /// Checks that the legs' instruments can trade together: all different, of one group, with one quote asset. Null if
    /// they can.
    /// </summary>
    public static Refusal? Instruments(IReadOnlyList<Instrument> instruments)
    {
        for (var i = 1; i < instruments.Count; i++)
        {
            for (var other = 0; other < i; other++)
            {
                if (instruments[i].Symbol == instruments[other].Symbol)
                    return Excluded(
                        other, i, "symbol",
                        $"two legs have the symbol {instruments[i].Symbol}; each leg needs its own");
            }
        }

        for (var i = 1; i < instruments.Count; i++)
        {
            if (instruments[i].Group.Length == 0 || instruments[i].Group != instruments[0].Group)
                return Excluded(
                    0, i, "symbol",
                    $"{instruments[0].Symbol} and {instruments[i].Symbol} are not listed in one group of "
                        + $"instruments, as the legs of a strategy must be");
            if (instruments[i].Quote != instruments[0].Quote)
                return Excluded(
                    0, i, "symbol",
                    $"{instruments[0].Symbol} is priced in {instruments[0].Quote.Name} and "
                        + $"{instruments[i].Symbol} in {instruments[i].Quote.Name}; all legs need one quote asset");
        }

        return null;
    }

    /// <summary>
    /// Checks that each leg's quantity is within its instrument's limits, and that one leg can make up any net price.
    /// Null if valid.
    /// </summary>
    /// <param name="terms">Strategy whose net price and legs are within their own limits.</param>
    /// <param name="units">Number of units, 1 to 2^53.</param>
    /// <param name="instruments">Instruments of the legs.</param>
    public static Refusal? Quantities(StrategyTerms terms, long units, IReadOnlyList<Instrument> instruments)
    {
        for (var i = 0; i < instruments.Count; i++)
        {
            var (lots, instrument) = ((Int128)units * terms.Legs[i].Lots, instruments[i]);
            if (lots < instrument.MinQuantityLots || lots > instrument.MaxQuantityLots)
            {
                var limit = lots < instrument.MinQuantityLots ? instrument.MinQuantityLots : instrument.MaxQuantityLots;
                var refusal = new Refusal(
                    RejectReason.InvalidQuantity, $"units,{Member(i, "quantity")}", instrument.FormatQuantity(limit),
                    LegOutside(i, units, terms.Legs[i].Lots, lots, instrument));
                return refusal.OfLeg(instrument.Symbol);
            }
        }

        return terms.ResidualLeg(instruments) < 0 ? Unbalanced(terms, instruments) : null;
    }

    /// <summary>
    /// Makes the refusal for a net price that no leg can make up. It names the nearest leg, and what its steps do not
    /// divide.
    /// </summary>
    private static Refusal Unbalanced(StrategyTerms terms, IReadOnlyList<Instrument> instruments)
    {
        var steps = Enumerable.Range(0, instruments.Count).Select(leg => terms.StepOf(instruments, leg)).ToArray();
        var least = Array.IndexOf(steps, steps.Min());
        var other = Array.FindIndex(steps, step => step % steps[least] != 0);
        if (other >= 0)
            return Excluded(
                Math.Min(least, other), Math.Max(least, other), "quantity",
                "the ticks of these legs, in one unit, do not divide each other, so no leg can make up the net price");

        return new(
            RejectReason.InvalidCombination,
            $"net,{Member(least, "quantity")}",
            DecimalText.Format(steps[least], instruments[least].Quote.Decimals),
            NetOffStep(terms.Net, steps[least], instruments[least].Quote));
    }

    private static string LegOutside(int leg, long units, long perUnit, Int128 lots, Instrument instrument)
    {
        var text = $"units {units} times {Member(leg, "quantity")} {instrument.FormatQuantity(perUnit)} is "
            + $"{DecimalText.Format(lots * instrument.LotSize, instrument.QuantityDecimals)}, outside the range "
            + $"{instrument.FormatQuantity(instrument.MinQuantityLots)} to "
                + $"{instrument.FormatQuantity(instrument.MaxQuantityLots)}";
        var nearest = lots < instrument.MinQuantityLots
            ? Rounding.DivUp(instrument.MinQuantityLots, perUnit)
            : Rounding.DivDown(instrument.MaxQuantityLots, perUnit);
        var isValid = nearest >= 1 && nearest * perUnit >= instrument.MinQuantityLots
            && nearest * perUnit <= instrument.MaxQuantityLots;
        return isValid ? $"{text}; nearest units: {nearest}" : text;
    }

    private static string NetOffStep(Int128 net, Int128 step, Asset quote)
    {
        var below = Rounding.DivDown(net, step) * step;
        string Text(Int128 units) => DecimalText.Format(units, quote.Decimals);
        return $"net {Text(net)} is not a multiple of {Text(step)}, the value of the finest leg's tick in one "
            + $"unit; nearest: {Text(below)}, {Text(below + step)}";
    }

    private static Refusal Excluded(int a, int b, string field, string detail) =>
        new(RejectReason.InvalidCombination, $"{Member(a, field)},{Member(b, field)}", null, detail);

    private static string Member(int index, string field) => $"legs[{index}].{field}";
}
