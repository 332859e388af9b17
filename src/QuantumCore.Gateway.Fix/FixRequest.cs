using System.Globalization;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>Reads fields that requests of several types have, and finds their faults.</summary>
internal static class FixRequest
{
    public static FixFault? Required(FixMessage message, int tag) =>
        message.Has(tag) ? null : new FixFault(tag, FixReject.RequiredTagMissing, "It is required.");

    public static FixFault? WrongMassCancel(FixMessage message)
    {
        var kind = message[FixTag.MassCancelRequestType];
        return Required(message, FixTag.ClOrdID) ?? Required(message, FixTag.MassCancelRequestType)
            ?? WrongKind(message, FixTag.MassCancelRequestType, kind)
            ?? WrongSide(message);
    }

    /// <summary>Returns the fault of a message that must be about one symbol (1) or all (7); null for none.</summary>
    public static FixFault? WrongKind(FixMessage message, int tag, string? kind) =>
        (kind, message[FixTag.Symbol]) switch
        {
            ("1", null) =>
                new FixFault(FixTag.Symbol, FixReject.RequiredTagMissing, $"It is required where tag {tag} is 1."),
            ("7", not null) => new FixFault(FixTag.Symbol, FixReject.ValueIncorrect, $"Only where tag {tag} is 1."),
            ("1" or "7", _) => null,
            _ => new FixFault(tag, FixReject.ValueIncorrect, $"{tag} is 1 (a symbol) or 7 (all)."),
        };

    public static FixFault? WrongSide(FixMessage message) =>
        message[FixTag.Side] is null or "1" or "2"
            ? null
            : new FixFault(FixTag.Side, FixReject.ValueIncorrect, "Side (54) is 1 (buy) or 2 (sell).");

    public static long? OrderIdOf(FixMessage message) => message[FixTag.OrderID] is { } text
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var orderId)
        && orderId is > 0 and <= OrderDesk.LargestId
        ? orderId
        : null;

    public static bool IsCopy(FixMessage message) => message[FixTag.PossResend] == "Y";

    public static Side? SideOf(FixMessage message) =>
        message[FixTag.Side] switch { "1" => Side.Buy, "2" => Side.Sell, _ => null };
}
