using System.Globalization;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Wire;

/// <summary>Reads and writes corporate actions in wire format.</summary>
internal static class CorporateReading
{
    private const string Dividend = "dividend";
    private const string Split = "split";
    private const string SymbolChange = "symbolChange";

    /// <summary>Reads the action that a request announces; or returns a refusal.</summary>
    public static (Refusal? Refusal, CorporateActionRequest? Request) Read(
        CorporateActionText text, Instrument instrument, string by)
    {
        var refusal = ClientOrderId.IsValid(text.Id ?? "") ? null : Refusal.NotAKey("id", text.Id) as Refusal?;
        if (text.Type is not (Dividend or Split or SymbolChange))
            refusal ??= Refusal.NotOneOf("type", text.Type, Dividend, Split, SymbolChange);
        var isRename = text.Type == SymbolChange;
        CheckNames(text, instrument, isRename, ref refusal);
        var isSplit = text.Type == Split;
        var (numerator, denominator) = isSplit ? Ratio(text.Ratio, ref refusal) : (0, 0);
        if (!isSplit && text.Ratio is not null)
            refusal ??= Refusal.Malformed("ratio", "Only a split has a ratio.");
        var exDay = Day("exDate", text.ExDate, ref refusal);
        var payDay = Day("payDate", text.PayDate, ref refusal);
        var rate = isRename ? 1 : Rate(text.Amount, instrument.Quote, ref refusal);
        refusal ??= WhyReading.Check(text.Why);
        return refusal is null
            ? (null, new(
                text.Id!, isRename
                    ? CorporateActionKind.SymbolChange
                    : isSplit ? CorporateActionKind.Split : CorporateActionKind.CashDividend,
                instrument.Symbol, exDay, payDay, rate, by, text.Why ?? "", numerator, denominator,
                isRename ? text.NewSymbol : null, isRename ? text.NewAsset ?? text.NewSymbol : null))
            : (refusal, null);
    }

    /// <summary>Writes an action.</summary>
    public static void Write(Utf8JsonWriter to, CorporateActionView action)
    {
        var (request, sums) = (action.Request, action.Sums);
        to.WriteStartObject();
        to.WriteString("id"u8, request.Id);
        to.WriteString("type"u8, request.Kind switch
        {
            CorporateActionKind.CashDividend => Dividend,
            CorporateActionKind.Split => Split,
            CorporateActionKind.SymbolChange => SymbolChange,
        });
        to.WriteString("symbol"u8, request.Symbol);
        to.WriteString("state"u8, action.State switch
        {
            CorporateActionState.Announced => "announced"u8,
            CorporateActionState.Begun => "begun"u8,
            CorporateActionState.Entered => "entered"u8,
            CorporateActionState.Paid => "paid"u8,
        });
        WriteDay(to, "exDate"u8, request.ExDay);
        WriteDay(to, "payDate"u8, request.PayDay);
        to.WriteTimeText("cutAt"u8, action.CutNanos);
        to.WriteString("unitAsset"u8, action.UnitAsset);
        to.WriteString("asset"u8, action.CashAsset);
        to.WriteString(
            "amount"u8,
            request.Kind == CorporateActionKind.SymbolChange ? "1" : RateText(request.Rate, action.CashDecimals));
        if (request.Kind == CorporateActionKind.SymbolChange)
            to.WriteString("newSymbol"u8, request.NewSymbol);
        if (request.Kind == CorporateActionKind.Split)
            to.WriteString(
                "ratio"u8, string.Create(CultureInfo.InvariantCulture, $"{request.Numerator}:{request.Denominator}"));
        else
            to.WriteNull("ratio"u8);
        to.WriteTimeText("announcedAt"u8, action.AnnouncedNanos);
        to.WriteString("by"u8, request.By);
        to.WriteString("why"u8, request.Why);
        to.WriteNumber("accounts"u8, sums.Accounts);
        to.WriteString("longUnits"u8, DecimalText.Format(sums.LongUnits, action.UnitDecimals));
        to.WriteString("shortUnits"u8, DecimalText.Format(sums.ShortUnits, action.UnitDecimals));
        to.WriteString("received"u8, DecimalText.Format(sums.Received, action.CashDecimals));
        to.WriteString("owed"u8, DecimalText.Format(sums.Owed, action.CashDecimals));
        to.WriteAmount("rounding"u8, sums.Rounding, action.CashDecimals);
        to.WriteString("fromIssuer"u8, DecimalText.Format(sums.FromIssuer, action.CashDecimals));
        to.WriteEndObject();
    }

    /// <summary>Writes an account's part of an action; the rounding remainder belongs to no account.</summary>
    public static void Write(Utf8JsonWriter to, CorporateActionView action, CorporatePart part)
    {
        to.WriteStartObject();
        to.WriteString(
            "account"u8,
            part.Account == AccountId.Rounding.Value ? "rounding" : new AccountId(part.Account).ToString());
        to.WriteAmount("units"u8, part.Units, action.UnitDecimals);
        to.WriteAmount("amount"u8, part.Amount, action.CashDecimals);
        to.WriteAmount("change"u8, part.Change, action.UnitDecimals);
        to.WriteBoolean("paid"u8, part.IsPaid);
        to.WriteEndObject();
    }

    private static void CheckNames(CorporateActionText text, Instrument instrument, bool isRename, ref Refusal? refusal)
    {
        if (!isRename && (text.NewSymbol ?? text.NewAsset) is not null)
            refusal ??= Refusal.Malformed(
                text.NewSymbol is null ? "newAsset" : "newSymbol", "Only a symbol change has a new name.");
        if (!isRename)
            return;

        if (text.Amount is not null)
            refusal ??= Refusal.Malformed("amount", "A symbol change has no amount: it pays nothing.");
        if (text.NewSymbol is null)
            refusal ??= Refusal.Malformed("newSymbol", "The instrument's new name is missing.");
        if (text.NewAsset is null && instrument.Symbol != instrument.Base.Name)
            refusal ??= Refusal.Malformed(
                "newAsset", "The new name of the units is missing; it differs from the instrument's name.");
    }

    private static (long Numerator, long Denominator) Ratio(string? text, ref Refusal? refusal)
    {
        if (text?.Split(':') is [var one, var other]
            && long.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out var numerator)
            && long.TryParse(other, NumberStyles.None, CultureInfo.InvariantCulture, out var denominator)
            && numerator is >= 1 and <= CorporateActionRequest.RatioLimit
            && denominator is >= 1 and <= CorporateActionRequest.RatioLimit && numerator != denominator)
        {
            return (numerator, denominator);
        }

        refusal ??= Refusal.Not(
            "ratio", text,
            $"new units to old ones, such as 3:2 or 1:10, with two different numbers from 1 to "
                + $"{CorporateActionRequest.RatioLimit}");
        return (0, 0);
    }

    private static long Day(string field, string? text, ref Refusal? refusal)
    {
        if (text is null)
            return 0;

        if (UtcDay.TryParse(text, out var day) && day > 0)
            return day;

        refusal ??= Refusal.Not(field, text, "a day such as 2026-12-25, at most 2199-12-31");
        return 0;
    }

    // Eight digits beyond the minor unit, as far as a number has room for them.
    private static long Rate(string? text, Asset cash, ref Refusal? refusal)
    {
        var wanted = cash.Decimals + CorporateActionRequest.RateDecimals;
        var read = Math.Min(wanted, DecimalText.MaxDecimals);
        if (DecimalText.TryParse(text ?? "", read, out var rate) == DecimalError.None)
        {
            var exact = (Int128)rate * DecimalText.PowerOfTen(wanted - read);
            if (exact > 0 && exact <= CorporateActionRequest.RateLimit)
                return (long)exact;
        }

        refusal ??= new Refusal(
            RejectReason.BadRequest,
            "amount",
            RateText(CorporateActionRequest.RateLimit, cash.Decimals),
            RefusalText.Not(
                "amount", text,
                $"cash for one unit: a positive decimal number of {cash.Name} with at most {read} decimals, at "
                    + $"most {RateText(CorporateActionRequest.RateLimit, cash.Decimals)}"));
        return 0;
    }

    private static string RateText(long rate, int decimals)
    {
        var wanted = decimals + CorporateActionRequest.RateDecimals;
        var shown = Math.Min(wanted, DecimalText.MaxDecimals);
        var text = DecimalText.Format(rate / DecimalText.PowerOfTen(wanted - shown), shown).TrimEnd('0');
        return text.TrimEnd('.');
    }

    private static void WriteDay(Utf8JsonWriter to, ReadOnlySpan<byte> name, long day)
    {
        if (day > 0)
            to.WriteString(name, UtcDay.Text(day));
        else
            to.WriteNull(name);
    }
}
