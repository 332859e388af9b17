using System.Collections.Frozen;

namespace QuantumCore.Gateway.Fix;

/// <summary>Rules that every message must obey, whatever its content.</summary>
internal static class FixRules
{
    /// <summary>Maximum difference of SendingTime (52) from the exchange's time.</summary>
    public static readonly TimeSpan MostClockError = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Header tags: all of FIX 4.4 except those of encrypted messages. They include SubIDs and LocationIDs, OnBehalfOf
    /// and DeliverTo, XmlDataLen and XmlData, MessageEncoding, LastMsgSeqNumProcessed, and the group of hops.
    /// </summary>
    private static readonly FrozenSet<int> s_header = new[]
    {
        FixTag.Type, FixTag.Sender, FixTag.Target, FixTag.Sequence, FixTag.SendingTime, FixTag.PossibleDuplicate,
        FixTag.OriginalSendingTime,
        50, 57, 97, 115, 116, 128, 129, 142, 143, 144, 145, 212, 213, 347, 369, 627, 628, 629, 630,
    }.ToFrozenSet();

    private static readonly FrozenDictionary<string, int[]> s_session =
        new Dictionary<string, int[]>(StringComparer.Ordinal)
        {
            ["0"] = [FixTag.TestRequestId],
            ["1"] = [FixTag.TestRequestId],
            ["2"] = [FixTag.BeginSequence, FixTag.EndSequence],
            ["4"] = [FixTag.NewSequence, FixTag.GapFill],
            ["5"] = [FixTag.Text],
            ["A"] =
            [
                FixTag.EncryptMethod, FixTag.HeartbeatSeconds, FixTag.ResetNumbers, FixTag.RawDataLength,
                FixTag.RawData, FixTag.UserName, FixTag.Password,
            ],
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Returns true if a message type belongs to the session layer.</summary>
    public static bool IsOfSession(string type) => s_session.ContainsKey(type);

    /// <summary>Returns true if FIX 4.4 has a message type, or if it begins with U, which anyone may define.</summary>
    public static bool IsType(string type) => type switch
    {
        [var only] => char.IsAsciiLetterOrDigit(only) && only is not ('I' or 'O' or 'U'),
        ['A', var second] => char.IsAsciiLetterUpper(second),
        ['B', var second] => second is >= 'A' and <= 'H',
        ['U', ..] => true,
        _ => false,
    };

    /// <summary>Returns the fault of a message's sender, target or time; null for none.</summary>
    /// <param name="message">The message.</param>
    /// <param name="client">Expected SenderCompID (49).</param>
    /// <param name="now">Current time of the exchange.</param>
    public static FixFault? WrongHeader(FixMessage message, string client, DateTimeOffset now)
    {
        foreach (var tag in (ReadOnlySpan<int>)[FixTag.Sender, FixTag.Target, FixTag.SendingTime])
        {
            if (string.IsNullOrEmpty(message[tag]))
                return new FixFault(
                    tag, message.Has(tag) ? FixReject.TagWithoutValue : FixReject.RequiredTagMissing,
                    $"{tag} is missing.");
        }

        if (message[FixTag.Sender] != client)
            return new FixFault(
                FixTag.Sender, FixReject.CompIdProblem, "SenderCompID (49) is the same in all messages of a session.");
        if (message[FixTag.Target] != FixSession.Exchange)
            return new FixFault(FixTag.Target, FixReject.CompIdProblem, $"TargetCompID (56) is {FixSession.Exchange}.");
        if (FixTime.Read(message[FixTag.SendingTime]) is not { } sent)
            return new FixFault(
                FixTag.SendingTime, FixReject.IncorrectDataFormat, "SendingTime (52) is YYYYMMDD-HH:MM:SS.sss, UTC.");
        return (sent - now).Duration() > MostClockError
            ? new FixFault(
                FixTag.SendingTime, FixReject.SendingTimeProblem,
                $"SendingTime (52) is more than two minutes from {FixTime.Text(now)}.")
            : WrongDuplicate(message, sent);
    }

    /// <summary>
    /// Returns the fault of a message's fields, except those that the application reads; null for none.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="application">Application that defines the tags of its messages; null before there is one.</param>
    public static FixFault? WrongFields(FixMessage message, IFixApplication? application)
    {
        if (message.Fault is { } fault)
            return fault;

        var isBody = false;
        foreach (var (tag, text) in message.All)
        {
            var isHeader = s_header.Contains(tag);
            if (!isHeader && tag < FixTag.FirstOwn && !MayHave(message.Type, tag, application))
            {
                var reason = tag > FixTag.LastDefined ? FixReject.InvalidTagNumber : FixReject.TagNotDefinedForMessage;
                return new FixFault(tag, reason, $"{tag} is not a tag of message {message.Type}.");
            }

            if (isHeader && isBody)
                return new FixFault(
                    tag, FixReject.TagOutOfOrder, $"{tag} belongs to the header, before the message's own tags.");
            if (FixValues.Wrong(tag, text) is { } wrong)
                return wrong;
            isBody |= !isHeader;
        }

        return message.WrongStructure();
    }

    private static bool MayHave(string type, int tag, IFixApplication? application) =>
        s_session.TryGetValue(type, out var tags) ? tags.Contains(tag) : application?.MayHave(type, tag) == true;

    private static FixFault? WrongDuplicate(FixMessage message, DateTimeOffset sent)
    {
        if (message[FixTag.PossibleDuplicate] is not { } flag || flag == "N")
            return null;
        if (flag != "Y")
            return new FixFault(FixTag.PossibleDuplicate, FixReject.ValueIncorrect, "PossDupFlag (43) is Y or N.");
        if (!message.Has(FixTag.OriginalSendingTime))
            return new FixFault(
                FixTag.OriginalSendingTime, FixReject.RequiredTagMissing, "OrigSendingTime (122) is missing.");
        if (FixTime.Read(message[FixTag.OriginalSendingTime]) is not { } first)
            return new FixFault(
                FixTag.OriginalSendingTime, FixReject.IncorrectDataFormat,
                "OrigSendingTime (122) is YYYYMMDD-HH:MM:SS.sss, UTC.");
        return first > sent
            ? new FixFault(
                FixTag.OriginalSendingTime, FixReject.SendingTimeProblem,
                "OrigSendingTime (122) is after SendingTime (52).")
            : null;
    }
}
