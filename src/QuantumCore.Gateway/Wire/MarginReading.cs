using System.Collections.Immutable;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Wire;

/// <summary>Reads and writes margin terms in wire format.</summary>
internal static class MarginReading
{
    // Same as the default of the terms.
    private const int UsualSpreadLimitPpm = 50_000;

    /// <summary>Reads the margin terms of an instrument from a request.</summary>
    public static (Refusal? Refusal, MarginTerms? Terms) Read(MarginTermsText text, Instrument instrument)
    {
        var refusal = WhyReading.Check(text.Why);
        var terms = new MarginTerms
        {
            Long = Table("long", text.Long ?? new MarginTableText(), instrument, ref refusal),
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
            refusal = Refusal.Malformed(null, FeesReading.Sentence(wrong));
        return (refusal, refusal is null ? terms : null);
    }

    /// <summary>Reads the margin policy of a currency from a request.</summary>
    public static (Refusal? Refusal, MarginPolicy Policy) Read(MarginPolicyText text, Asset currency)
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
        return (WhyReading.Check(text.Why)
            ?? (policy.Check() is { } wrong ? Refusal.Malformed(null, FeesReading.Sentence(wrong)) : null), policy);
    }

    /// <summary>Reads a quantity, in lots.</summary>
    public static long Lots(string field, string? text, long otherwise, Instrument instrument, ref Refusal? refusal) =>
        Steps(field, text, otherwise, instrument.QuantityDecimals, instrument.LotSize, ref refusal);

    /// <summary>Writes the terms of an instrument.</summary>
    public static void Write(Utf8JsonWriter to, MarginTermsRequest of, Instrument instrument)
    {
        var terms = of.Terms.Decode();
        to.WriteStartObject();
        to.WriteString("symbol"u8, of.Symbol);
        Write(to, "long"u8, terms.Long, instrument);
        if (terms.Short is { } shorts)
            Write(to, "short"u8, shorts, instrument);
        if (terms.CheapShort is { } cheap)
        {
            to.WritePrice("cheapBelow"u8, instrument, terms.CheapBelowTicks);
            Write(to, "cheapShort"u8, cheap, instrument);
        }

        to.WriteQuantity("lendable"u8, instrument, terms.LendableLots);
        to.WriteNumber("borrowPpm"u8, terms.BorrowPpm);
        to.WriteQuantity("impactQuantity"u8, instrument, terms.ImpactLots);
        to.WriteNumber("spreadLimitPpm"u8, terms.SpreadLimitPpm);
        to.WriteQuantity("stepQuantity"u8, instrument, terms.StepLots);
        if (terms.Group.Length > 0)
            to.WriteString("group"u8, terms.Group);
        to.WriteEndObject();
    }

    /// <summary>Writes the policy of a currency.</summary>
    public static void Write(Utf8JsonWriter to, MarginPolicyRequest of, Asset currency)
    {
        var policy = of.Policy.Decode();
        to.WriteStartObject();
        to.WriteString("asset"u8, of.Asset);
        to.WriteNumber("loanPpm"u8, policy.LoanPpm);
        to.WriteNumber("dayBasis"u8, policy.DayBasis);
        to.WriteNumber("callSeconds"u8, policy.CallSeconds);
        to.WriteNumber("liquidationPpm"u8, policy.LiquidationPpm);
        to.WriteNumber("targetPpm"u8, policy.TargetPpm);
        to.WriteNumber("feePpm"u8, policy.FeePpm);
        to.WriteBoolean("sharesOut"u8, policy.SharesOut);
        if (policy.SharesOut)
            to.WriteAmount("skin"u8, policy.Skin, currency.Decimals);
        to.WriteEndObject();
    }

    /// <summary>Writes the margin credit of a group.</summary>
    public static void Write(Utf8JsonWriter to, MarginGroupRequest of)
    {
        to.WriteStartObject();
        to.WriteString("group"u8, of.Group);
        to.WriteNumber("creditPpm"u8, of.CreditPpm);
        to.WriteEndObject();
    }

    /// <summary>Writes the state of a margin account, as the member <c>margin</c>.</summary>
    public static void Write(Utf8JsonWriter to, MarginView margin, IReadOnlyDictionary<string, Instrument> instruments)
    {
        to.WriteStartObject("margin"u8);
        to.WriteString("currency"u8, margin.Currency);
        if (!string.IsNullOrEmpty(margin.Symbol))
            to.WriteString("symbol"u8, margin.Symbol);
        to.WriteString("state"u8, WireNames.Of(margin.State));
        Write(to, "equity"u8, margin.Equity, margin);
        Write(to, "initialMargin"u8, margin.Requirement, margin);
        Write(to, "maintenanceMargin"u8, margin.Maintenance, margin);
        Write(to, "excess"u8, margin.Equity - margin.Requirement, margin);
        Write(to, "withdrawable"u8, margin.Withdrawable, margin);
        Write(to, "accruedInterest"u8, margin.Accrued, margin);
        Write(to, "callAmount"u8, margin.Call, margin);
        if (margin.DeadlineNanos > 0)
            to.WriteTimeText("deadline"u8, margin.DeadlineNanos);
        to.WriteBoolean("isStale"u8, margin.IsStale);
        to.WriteStartArray("positions"u8);
        foreach (var line in margin.Positions)
        {
            if (instruments.TryGetValue(line.Symbol, out var instrument))
                Write(to, line, instrument, margin);
        }

        to.WriteEndArray();
        if (!margin.Groups.IsDefaultOrEmpty)
            WriteGroups(to, margin);
        to.WriteEndObject();
    }

    private static void WriteGroups(Utf8JsonWriter to, MarginView margin)
    {
        to.WriteStartArray("groups"u8);
        foreach (var group in margin.Groups)
        {
            to.WriteStartObject();
            to.WriteString("group"u8, group.Group);
            to.WriteNumber("creditPpm"u8, group.CreditPpm);
            Write(to, "initialCredit"u8, group.InitialCredit, margin);
            Write(to, "maintenanceCredit"u8, group.MaintenanceCredit, margin);
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter to, MarginLine line, Instrument instrument, MarginView margin)
    {
        to.WriteStartObject();
        to.WriteString("symbol"u8, line.Symbol);
        to.WriteString("quantity"u8, DecimalText.Format(line.Units, instrument.Base.Decimals));
        if (line.MarkTicks > 0)
            to.WritePrice("markPrice"u8, instrument, line.MarkTicks);
        Write(to, "initialMargin"u8, line.Requirement, margin);
        Write(to, "maintenanceMargin"u8, line.Maintenance, margin);
        Write(to, "buyingPower"u8, line.BuyingPower, margin);
        if (line.BankruptcyTicks > 0)
        {
            to.WritePropertyName("bankruptcyPrice"u8);
            to.WriteDecimal(line.BankruptcyTicks * instrument.TickSize, instrument.PriceDecimals);
        }

        to.WriteQuantity("located"u8, instrument, line.LocatedLots);
        if (!string.IsNullOrEmpty(line.Group))
            to.WriteString("group"u8, line.Group);
        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, ReadOnlySpan<byte> name, Int128 amount, MarginView margin) =>
        to.WriteString(name, DecimalText.Format(amount, margin.Decimals));

    private static void Write(Utf8JsonWriter to, ReadOnlySpan<byte> name, MarginTable table, Instrument instrument)
    {
        to.WriteStartObject(name);
        to.WriteStartArray("tiers"u8);
        foreach (var tier in table.Tiers)
        {
            to.WriteStartObject();
            if (tier.UpTo < long.MaxValue)
                to.WriteAmount("upTo"u8, tier.UpTo, instrument.Quote.Decimals);
            to.WriteNumber("initialPpm"u8, tier.InitialPpm);
            to.WriteNumber("maintenancePpm"u8, tier.MaintenancePpm);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteAmount("floorPerLot"u8, table.FloorPerLot, instrument.Quote.Decimals);
        to.WriteEndObject();
    }

    private static MarginTable Table(string field, MarginTableText text, Instrument instrument, ref Refusal? refusal)
    {
        var tiers = ImmutableArray.CreateBuilder<MarginTier>();
        foreach (var tier in text.Tiers ?? [])
        {
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
