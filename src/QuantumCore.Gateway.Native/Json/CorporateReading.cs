using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Reads corporate actions, and shows them as values of the API.</summary>
internal static class CorporateReading
{
    private const string Dividend = "dividend";
    private const string Split = "split";
    private const string SymbolChange = "symbolChange";

    /// <summary>Reads the action that a request announces; or returns a refusal.</summary>
    public static (Refusal? Refusal, CorporateActionRequest? Request) Read(
        Api.CorporateActionBody text, Instrument instrument, string by)
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

    /// <summary>Returns an action.</summary>
    public static Api.CorporateAction ToApi(this CorporateActionView action)
    {
        var (request, sums) = (action.Request, action.Sums);
        var isRename = request.Kind == CorporateActionKind.SymbolChange;
        return new Api.CorporateAction(
            request.Id,
            request.Kind switch
            {
                CorporateActionKind.CashDividend => Api.CorporateActionType.Dividend,
                CorporateActionKind.Split => Api.CorporateActionType.Split,
                CorporateActionKind.SymbolChange => Api.CorporateActionType.SymbolChange,
            },
            request.Symbol,
            action.State,
            DayOrNull(request.ExDay),
            DayOrNull(request.PayDay),
            new(action.CutNanos),
            action.UnitAsset,
            action.CashAsset,
            isRename ? 1 : decimal.Parse(RateText(request.Rate, action.CashDecimals), CultureInfo.InvariantCulture),
            isRename ? request.NewSymbol : null,
            request.Kind == CorporateActionKind.Split
                ? string.Create(CultureInfo.InvariantCulture, $"{request.Numerator}:{request.Denominator}")
                : null,
            new(action.AnnouncedNanos),
            request.By,
            request.Why,
            sums.Accounts,
            ApiValues.Decimal(sums.LongUnits, action.UnitDecimals),
            ApiValues.Decimal(sums.ShortUnits, action.UnitDecimals),
            ApiValues.Decimal(sums.Received, action.CashDecimals),
            ApiValues.Decimal(sums.Owed, action.CashDecimals),
            ApiValues.Decimal(sums.Rounding, action.CashDecimals),
            ApiValues.Decimal(sums.FromIssuer, action.CashDecimals));
    }

    /// <summary>Returns an account's part of an action; the rounding remainder belongs to no account.</summary>
    public static Api.CorporatePart ToApi(this CorporatePart part, CorporateActionView action) => new(
        part.Account == AccountId.Rounding.Value ? "rounding" : ApiValues.Account(part.Account),
        ApiValues.Decimal(part.Units, action.UnitDecimals),
        ApiValues.Decimal(part.Amount, action.CashDecimals),
        ApiValues.Decimal(part.Change, action.UnitDecimals),
        part.IsPaid);

    private static void CheckNames(
        Api.CorporateActionBody text, Instrument instrument, bool isRename, ref Refusal? refusal)
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

    private static DateOnly? DayOrNull(long day) => day > 0 ? UtcDay.DateOf(day) : null;
}
