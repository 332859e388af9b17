using System.Globalization;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>
/// Translates FIX tags to the order format used everywhere else, which is then checked like any other.
/// </summary>
internal static class FixOrderReading
{
    /// <summary>Required format of a number.</summary>
    public const string NumberRule = "A decimal number such as 150.25; no sign, no exponent.";

    /// <summary>Required format of an offset.</summary>
    public const string OffsetRule = "A decimal number such as -0.05.";

    /// <summary>Required format of a UTC timestamp.</summary>
    public const string MomentRule = "UTC, such as 20260131-15:30:00.";

    /// <summary>Required format of a date.</summary>
    public const string DayRule = "Such as 20260131.";

    private const int LongestNumber = 40;

    /// <summary>Reads a new order. Returns null with the order, or the fault of a tag.</summary>
    /// <param name="message">NewOrderSingle (D).</param>
    /// <param name="account">Account of the session. An order that names another one is rejected.</param>
    /// <param name="order">The order.</param>
    public static FixFault? Read(FixMessage message, long account, out OrderText order)
    {
        order = new OrderText();
        foreach (var tag in (ReadOnlySpan<int>)[FixTag.ClOrdID, FixTag.Symbol, FixTag.Side, FixTag.OrdType])
        {
            if (!message.Has(tag))
                return new FixFault(tag, FixReject.RequiredTagMissing, "It is required.");
        }

        order = order with
        {
            ClientOrderId = message[FixTag.ClOrdID],
            Symbol = message[FixTag.Symbol],
        };
        return WrongAccount(message, account)
            ?? ReadWhat(message, ref order)
            ?? ReadNumbers(message, ref order)
            ?? ReadHow(message, ref order)
            ?? ReadTime(message, ref order);
    }

    /// <summary>
    /// Formats a number as the exchange writes it, without a sign and redundant zeros; null if the text is no number.
    /// </summary>
    public static string? Number(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? "" : text[(point + 1)..];
        if (text.Length > LongestNumber || whole.Length + fraction.Length == 0
            || whole.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0
            || fraction.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0)
        {
            return null;
        }

        whole = whole.TrimStart('0');
        fraction = fraction.TrimEnd('0');
        return (whole.Length == 0 ? "0" : whole) + (fraction.Length == 0 ? "" : "." + fraction);
    }

    /// <summary>Returns a fault if a message names another account than the session's; otherwise null.</summary>
    public static FixFault? WrongAccount(FixMessage message, long account) =>
        message[FixTag.Account] is { } named && (!AccountId.TryParse(named, out var told) || told.Value != account)
            ? new FixFault(
                FixTag.Account, FixReject.ValueIncorrect, $"This session trades for {new AccountId(account)}.")
            : null;

    /// <summary>
    /// Returns a fault for a currency other than the instrument's: the currency of its price or, as in foreign
    /// exchange, of its quantity. Otherwise null.
    /// </summary>
    public static FixFault? WrongCurrency(FixMessage message, Instrument instrument) =>
        message[FixTag.Currency] is { } told && told != instrument.Quote.Name && told != instrument.Base.Name
            ? new FixFault(
                FixTag.Currency, FixReject.ValueIncorrect, $"{instrument.Symbol} is priced in {instrument.Quote.Name}.")
            : null;

    private static FixFault? ReadWhat(FixMessage message, ref OrderText order)
    {
        var side = message[FixTag.Side] switch { "1" => "buy", "2" => "sell", _ => null };
        if (side is null)
            return new FixFault(FixTag.Side, FixReject.ValueIncorrect, "1 (buy) or 2 (sell).");

        var instructions = (message[FixTag.ExecInst] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var trails = Array.IndexOf(instructions, "a") >= 0;
        var type = message[FixTag.OrdType] switch
        {
            "1" => "market",
            "2" => "limit",
            "3" => "stop",
            "4" => "stopLimit",
            "J" => "takeProfit",
            "P" => trails ? "trailingStop" : "pegged",
            _ => null,
        };
        if (type is null)
            return new FixFault(
                FixTag.OrdType, FixReject.ValueIncorrect,
                "1 market, 2 limit, 3 stop, 4 stop limit, J market if touched, P pegged.");

        order = order with { Side = side, Type = type };
        foreach (var instruction in instructions)
        {
            var isOfPeg = instruction is "R" or "P" or "M" or "a";
            if ((isOfPeg && type is not ("pegged" or "trailingStop"))
                || (instruction is not ("6" or "R" or "P" or "M" or "a")
                    && OrderFlagWords.OfFix(instruction) == OrderFlag.None))
            {
                return new FixFault(
                    FixTag.ExecInst, FixReject.ValueIncorrect,
                    "6 post only, G all or none, F do not reduce; with OrdType P also R, P, M (peg) or a (trailing stop).");
            }

            if (instruction is "R" or "P" or "M" && order.Peg is not null)
                return new FixFault(
                    FixTag.ExecInst, FixReject.ValueIncorrect,
                    "R, P and M are one each of what a peg follows: it follows one.");

            order = instruction switch
            {
                "6" => order with { PostOnly = true },
                "R" => order with { Peg = "primary" },
                "P" => order with { Peg = "market" },
                "M" => order with { Peg = "midpoint" },
                _ => order with { Flags = order.Flags | OrderFlagWords.OfFix(instruction) },
            };
        }

        return null;
    }

    private static FixFault? ReadNumbers(FixMessage message, ref OrderText order)
    {
        var numbers = new FixNumbers(message);
        var shown = numbers.Read(FixTag.MaxFloor);
        order = order with
        {
            Quantity = numbers.Read(FixTag.OrderQty),
            QuoteAmount = numbers.Read(FixTag.CashOrderQty),
            Price = numbers.Read(FixTag.Price),
            TriggerPrice = numbers.Read(FixTag.StopPx),
            MinQuantity = numbers.Read(FixTag.MinQty),
            Hidden = shown is "0",
            DisplayQuantity = shown is "0" ? null : shown,
        };
        return numbers.Fault ?? (order is { Quantity: null, QuoteAmount: null }
            ? new FixFault(FixTag.OrderQty, FixReject.RequiredTagMissing, "It, or CashOrderQty (152), is required.")
            : null);
    }

    /// <summary>
    /// Reads the new distance of a trailing stop. Null if it does not lead away from the market, or is no distance.
    /// </summary>
    public static OrderText? ReadDistance(FixMessage message, Side side)
    {
        var order = new OrderText { Side = side == Side.Buy ? "buy" : "sell", Type = "trailingStop" };
        return ReadHow(message, ref order) is null ? order : null;
    }

    /// <summary>Returns the expiry of an order in the exchange's format; null if it is absent or malformed.</summary>
    public static string? EndText(FixMessage message) =>
        message[FixTag.ExpireTime] is { } moment
            ? Moment(moment)
            : message[FixTag.ExpireDate] is { } day ? EndOf(day) : null;

    /// <summary>Reads the offset of an order from its reference; returns the fault, or null.</summary>
    private static FixFault? ReadHow(FixMessage message, ref OrderText order)
    {
        if (message[FixTag.PegOffsetValue] is not { } text)
            return message.Has(FixTag.PegOffsetType)
                ? new FixFault(
                    FixTag.PegOffsetValue, FixReject.RequiredTagMissing, "It is required with PegOffsetType (836).")
                : null;
        if (order.Type is not ("pegged" or "trailingStop"))
            return new FixFault(FixTag.PegOffsetValue, FixReject.ValueIncorrect, "Only with OrdType P.");

        // Offsets are added to a price: away from the market is down for a pegged buy, and up for a trailing one.
        var isNegative = text.StartsWith('-');
        var isAway = isNegative == (order.Side == "buy") != (order.Type == "trailingStop");
        if (Number(isNegative ? text[1..] : text) is not { } distance)
            return new FixFault(FixTag.PegOffsetValue, FixReject.IncorrectDataFormat, OffsetRule);
        if (!isAway && distance != "0")
            return new FixFault(
                FixTag.PegOffsetValue, FixReject.ValueIncorrect, "It has to lead away from the market.");

        switch (order.Type, message[FixTag.PegOffsetType] ?? "0")
        {
            case ("pegged", "0"):
                order = order with { PegOffset = distance };
                return null;
            case ("trailingStop", "0"):
                order = order with { TrailingDistance = distance };
                return null;
            case ("trailingStop", "1"):
                order = order with { TrailingBasisPoints = distance };
                return null;
            default:
                return new FixFault(
                    FixTag.PegOffsetType, FixReject.ValueIncorrect, "0 price, or of a trailing stop 1 basis points.");
        }
    }

    private static FixFault? ReadTime(FixMessage message, ref OrderText order)
    {
        // The default is Day (FIX 4.4, tag 59). A market order is done at once, even with Day.
        var isMarket = order.Type == "market";
        var time = (message[FixTag.TimeInForce] ?? "0") switch
        {
            "0" => isMarket ? "ioc" : "day",
            "1" => "gtc",
            "2" => "opg",
            "3" => "ioc",
            "4" => "fok",
            "6" => "gtd",
            "7" => "cls",
            _ => null,
        };
        if (time is null)
            return new FixFault(
                FixTag.TimeInForce, FixReject.ValueIncorrect,
                "0 day, 1 GTC, 2 at the opening, 3 IOC, 4 FOK, 6 GTD, 7 at the close.");

        order = order with { TimeInForce = time };
        if (message[FixTag.SelfTradePreventionMode] is { } mode)
        {
            var words = mode switch
            {
                "1" => "none",
                "2" =>
                "expireTaker",
                "3" => "expireMaker",
                "4" => "expireBoth",
                "5" => "decrement",
                _ => null
            };
            if (words is null)
                return new FixFault(
                    FixTag.SelfTradePreventionMode, FixReject.ValueIncorrect,
                    "1 none, 2 expire taker, 3 expire maker, 4 expire both, 5 decrement.");
            order = order with { SelfTrade = words };
        }

        var tag =
            message.Has(FixTag.ExpireTime) ? FixTag.ExpireTime : message.Has(FixTag.ExpireDate) ? FixTag.ExpireDate : 0;
        var until = EndText(message);
        if (tag == 0)
            return null;
        if (until is null)
            return new FixFault(tag, FixReject.IncorrectDataFormat, tag == FixTag.ExpireTime ? MomentRule : DayRule);
        if (time != "gtd")
            return new FixFault(tag, FixReject.ValueIncorrect, "Only with TimeInForce 6.");

        order = order with { GoodTill = until };
        return null;
    }

    /// <summary>Formats a UTC timestamp for the exchange; null if the text is none.</summary>
    public static string? Moment(string text)
    {
        var (seconds, fraction) = text.IndexOf('.', StringComparison.Ordinal) is > 0 and var point
            ? (text[..point], text[point..])
            : (text, "");
        return DateTime.TryParseExact(
            seconds, "yyyyMMdd-HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-ddTHH:mm:ss}{fraction}Z")
            : null;
    }

    /// <summary>Returns the last moment of a UTC day in the exchange's format; null if the text is no day.</summary>
    public static string? EndOf(string day) =>
        DateTime.TryParseExact(day, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? string.Create(CultureInfo.InvariantCulture, $"{date:yyyy-MM-dd}T23:59:59.999999999Z")
            : null;
}

/// <summary>Reads the numbers of a message, and keeps the first fault.</summary>
internal ref struct FixNumbers(FixMessage message)
{
    /// <summary>First fault; null if there is none.</summary>
    public FixFault? Fault { get; private set; }

    /// <summary>Reads the number of a tag; null if it is absent or no number.</summary>
    public string? Read(int tag)
    {
        if (message[tag] is not { } text)
            return null;

        var number = FixOrderReading.Number(text);
        if (number is null)
            Fault ??= new FixFault(tag, FixReject.IncorrectDataFormat, FixOrderReading.NumberRule);
        return number;
    }
}
