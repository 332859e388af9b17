using QuantumCore.Gateway.Http;

namespace QuantumCore.Gateway.Fix;

/// <summary>Reason of a session-level reject, numbered as SessionRejectReason (373).</summary>
internal enum FixReject
{
    InvalidTagNumber = 0,
    RequiredTagMissing = 1,
    TagNotDefinedForMessage = 2,
    TagWithoutValue = 4,
    ValueIncorrect = 5,
    IncorrectDataFormat = 6,
    CompIdProblem = 9,
    SendingTimeProblem = 10,
    InvalidMessageType = 11,
    TagMoreThanOnce = 13,
    TagOutOfOrder = 14,
    GroupOutOfOrder = 15,
    IncorrectGroupCount = 16,
    Other = 99,
}

/// <summary>Fault of a message. A tag that is no number is negative.</summary>
internal readonly record struct FixFault(int Tag, FixReject Reason, string Text)
{
    /// <summary>
    /// Returns the rule with the value that breaks it, unless it is a repeated tag, or is not printable.
    /// </summary>
    public string Told(FixMessage message) =>
        Reason is FixReject.ValueIncorrect or FixReject.IncorrectDataFormat or FixReject.CompIdProblem
            or FixReject.InvalidMessageType
        && message.Only(Tag) is { Length: > 0 } value && !value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? $"{Text} Received: {RefusalText.Shown(value)}."
            : Text;
}
