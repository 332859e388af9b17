using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Reads margin terms, and shows them as values of the API.</summary>
internal static class MarginReading
{
    // Same as the default of the terms.
    private const int UsualSpreadLimitPpm = 50_000;

    /// <summary>Reads the margin terms of an instrument from a request.</summary>
    public static (Refusal? Refusal, MarginTerms? Terms) Read(Api.MarginTermsBody text, Instrument instrument)
    {
        var refusal = WhyReading.Check(text.Why);
        var terms = new MarginTerms
        {
            Long = Table("long", text.Long ?? new Api.MarginTableBody(), instrument, ref refusal),
            Short = text.Short is { } shorts ? Table("short", shorts, instrument, ref refusal) : null,
            CheapShort = text.CheapShort is { } cheap ? Table("cheapShort", cheap, instrument, ref refusal) : null,
            CheapBelowTicks = Steps(
                "cheapBelow", text.CheapBelow, 0, instrument.PriceDecimals, instrument.TickSize, ref refusal),
            LendableLots = Lots("lendable", text.Lendable, 0, instrument, ref refusal),
            BorrowPpm = text.BorrowPpm,
            ImpactLots = Lots("impactQuantity", text.ImpactQuantity, 1, instrument, ref refusal),
            SpreadLimitPpm = text.SpreadLimitPpm ?? UsualSpreadLimitPpm,
            StepLots = Lots("stepQuantity", text.StepQuantity, Instrument.QuantityLotsLimit, instrument, ref refusal),
            Group = text.Group ?? "",
        };
        if (refusal is null && terms.Check() is { } wrong)
            refusal = Refusal.Malformed(wrong.Field, FeesReading.Sentence(wrong.Sentence));
        return (refusal, refusal is null ? terms : null);
    }

    /// <summary>Reads the margin policy of a currency from a request.</summary>
    public static (Refusal? Refusal, MarginPolicy Policy) Read(Api.MarginPolicyBody text, Asset currency)
    {
        long skin = 0;
        if (text.Skin is { } amount && DecimalText.TryParse(amount, currency.Decimals, out skin) != DecimalError.None)
        {
            var rule = $"a decimal number with at most {currency.Decimals} decimals, without sign and exponent";
            return (Refusal.Not("skin", text.Skin, rule), new MarginPolicy());
        }

        // Absent members get their default here: the JSON reader makes them 0, whatever their type declares.
        var usual = new MarginPolicy();
        var policy = new MarginPolicy
        {
            LoanPpm = text.LoanPpm,
            DayBasis = text.DayBasis ?? usual.DayBasis,
            CallSeconds = text.CallSeconds,
            // An account with time to answer a margin call is not liquidated at once.
            LiquidationPpm = text.LiquidationPpm ?? (text.CallSeconds > 0 ? 700_000 : 1_000_000),
            TargetPpm = text.TargetPpm ?? usual.TargetPpm,
            FeePpm = text.FeePpm ?? usual.FeePpm,
            SharesOut = text.SharesOut,
            Skin = skin,
        };
        var refusal = WhyReading.Check(text.Why);
        if (policy.Check() is { } wrong)
            refusal ??= Refusal.Malformed(wrong.Field, FeesReading.Sentence(wrong.Sentence));
        return (refusal, policy);
    }

    /// <summary>Reads a quantity, in lots.</summary>
    public static long Lots(string field, string? text, long otherwise, Instrument instrument, ref Refusal? refusal) =>
        Steps(field, text, otherwise, instrument.QuantityDecimals, instrument.LotSize, ref refusal);

    /// <summary>Returns the terms of an instrument.</summary>
    public static Api.MarginTerms ToApi(this MarginTermsRequest of, Instrument instrument)
    {
        var terms = of.Terms.Decode();
        return new Api.MarginTerms
        {
            Symbol = of.Symbol,
            Long = ToApi(terms.Long, instrument.Quote),
            Short = terms.Short is { } shorts ? ToApi(shorts, instrument.Quote) : null,
            CheapBelow = terms.CheapShort is null ? null : instrument.PriceOf(terms.CheapBelowTicks),
            CheapShort = terms.CheapShort is { } cheap ? ToApi(cheap, instrument.Quote) : null,
            Lendable = instrument.QuantityOf(terms.LendableLots),
            BorrowPpm = terms.BorrowPpm,
            ImpactQuantity = instrument.QuantityOf(terms.ImpactLots),
            SpreadLimitPpm = terms.SpreadLimitPpm,
            StepQuantity = instrument.QuantityOf(terms.StepLots),
            Group = terms.Group.Length > 0 ? terms.Group : null,
        };
    }

    /// <summary>Returns the policy of a currency.</summary>
    public static Api.MarginPolicy ToApi(this MarginPolicyRequest of, Asset currency)
    {
        var policy = of.Policy.Decode();
        return new Api.MarginPolicy
        {
            Asset = of.Asset,
            LoanPpm = policy.LoanPpm,
            DayBasis = policy.DayBasis,
            CallSeconds = policy.CallSeconds,
            LiquidationPpm = policy.LiquidationPpm,
            TargetPpm = policy.TargetPpm,
            FeePpm = policy.FeePpm,
            SharesOut = policy.SharesOut,
            Skin = policy.SharesOut ? currency.AmountOf(policy.Skin) : null,
        };
    }

    /// <summary>Returns the state of a margin account.</summary>
    public static Api.AccountMargin ToApi(this MarginView margin, IReadOnlyDictionary<string, Instrument> instruments)
    {
        var money = new Asset(margin.Currency, margin.Decimals);
        return new Api.AccountMargin(
            margin.Currency,
            string.IsNullOrEmpty(margin.Symbol) ? null : margin.Symbol,
            margin.State,
            money.AmountOf(margin.Equity),
            money.AmountOf(margin.Requirement),
            money.AmountOf(margin.Maintenance),
            money.AmountOf(margin.Equity - margin.Requirement),
            money.AmountOf(margin.Withdrawable),
            money.AmountOf(margin.Accrued),
            money.AmountOf(margin.Call),
            margin.DeadlineNanos > 0 ? new Api.UtcTime(margin.DeadlineNanos) : null,
            margin.IsStale,
            [.. margin.Positions.Where(line => instruments.ContainsKey(line.Symbol))
                .Select(line => ToApi(line, instruments[line.Symbol], money))],
            margin.Groups.IsDefaultOrEmpty
                ? null
                : [.. margin.Groups.Select(group => new Api.MarginGroupCredit(
                    group.Group, group.CreditPpm, money.AmountOf(group.InitialCredit),
                    money.AmountOf(group.MaintenanceCredit)))]);
    }

    private static Api.MarginPosition ToApi(MarginLine line, Instrument instrument, Asset money) => new(
        line.Symbol,
        instrument.Base.AmountOf(line.Units),
        line.MarkTicks > 0 ? instrument.PriceOf(line.MarkTicks) : null,
        money.AmountOf(line.Requirement),
        money.AmountOf(line.Maintenance),
        money.AmountOf(line.BuyingPower),
        instrument.QuantityOf(line.LocatedLots),
        line.BankruptcyTicks > 0 ? instrument.PriceOf(line.BankruptcyTicks) : null,
        string.IsNullOrEmpty(line.Group) ? null : line.Group);

    private static Api.MarginTable ToApi(MarginTable table, Asset money) => new(
        [.. table.Tiers.Select(tier => new Api.MarginTier(
            tier.InitialPpm, tier.MaintenancePpm, tier.UpTo < long.MaxValue ? money.AmountOf(tier.UpTo) : null))],
        money.AmountOf(table.FloorPerLot));

    private static MarginTable Table(
        string field, Api.MarginTableBody text, Instrument instrument, ref Refusal? refusal)
    {
        var tiers = ImmutableArray.CreateBuilder<MarginTier>();
        foreach (var (i, given) in (text.Tiers ?? []).Index())
        {
            if (given is not { } tier)
            {
                refusal ??= Refusal.NullItem($"{field}.tiers[{i}]", "a tier");
                continue;
            }

            tiers.Add(new MarginTier(
                Amount(field, tier.UpTo, long.MaxValue, instrument, ref refusal), tier.InitialPpm,
                tier.MaintenancePpm));
        }

        return new MarginTable(tiers.ToImmutable(), Amount(field, text.FloorPerLot, 0, instrument, ref refusal));
    }

    private static long Amount(
        string field, string? text, long otherwise, Instrument instrument, ref Refusal? refusal) =>
        Steps(field, text, otherwise, instrument.Quote.Decimals, 1, ref refusal);

    private static long Steps(string field, string? text, long otherwise, int decimals, long step, ref Refusal? refusal)
    {
        if (text is null)
            return otherwise;
        if (DecimalText.TryParse(text, decimals, out var units) == DecimalError.None && units % step == 0)
            return units / step;

        refusal ??= Refusal.Not(
            field, text,
            $"a decimal number in steps of {DecimalText.Format(step, decimals)}, without sign and exponent");
        return otherwise;
    }
}
