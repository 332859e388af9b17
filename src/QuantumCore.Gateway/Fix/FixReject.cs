namespace QuantumCore.Gateway.Fix;

/// <summary>Why a message is refused, as SessionRejectReason (373) numbers it.</summary>
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

/// <summary>What is wrong with a message. A tag that is no number is below zero.</summary>
internal readonly record struct FixFault(int Tag, FixReject Reason, string Text);
