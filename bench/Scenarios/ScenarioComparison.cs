namespace QuantumCore.Bench.Scenarios;

/// <summary>
/// Whether the events that a file writes are those of the book. Where the rules leave open how something is told, a file may write it either way;
/// what happens is the same, and everything else is compared word by word.
/// </summary>
internal static class ScenarioComparison
{
    /// <summary>
    /// What a call phase of the set-up has to tell with the first command, where that does not change the auction: a file may leave it out, since rule
    /// 13.4 can be read both ways.
    /// </summary>
    public const string FirstIndicative = "ind - 0 0 or nothing";

    /// <summary>Between an event of a book and another word for it.</summary>
    public const string Or = " or ";

    public static bool AreSame(IReadOnlyList<string> expected, IReadOnlyList<string> got) =>
        AreSameBeforeAuction(expected, got) || AreSameBeforeAuction(expected, WithoutFailedActivations(got));

    private static bool AreSameBeforeAuction(IReadOnlyList<string> expected, IReadOnlyList<string> got) =>
        AreEqual(expected, got) || (got is [.., FirstIndicative] && AreEqual(expected, [.. got.SkipLast(1)]));

    private static bool AreEqual(IReadOnlyList<string> expected, IReadOnlyList<string> got) =>
        expected.Count == got.Count && expected.Zip(got).All(pair => Same(pair.First, pair.Second));

    /// <summary>A child that is refused when its turn comes (rule 9.4) may be told to have been activated, or not.</summary>
    private static List<string> WithoutFailedActivations(IReadOnlyList<string> events) =>
        [.. events.Where((happened, at) => !(happened.Split(' ') is ["act", var child] && at + 1 < events.Count
            && events[at + 1].Split(' ') is ["can", var ended, _, "LIST"] && ended == child))];

    /// <summary>
    /// Equal, or equal to another word for it. The two instructions of a combination may stand in any order and case, and need not be named, by a file
    /// nor by a book that can't.
    /// </summary>
    private static bool Same(string expected, string got) => got.Split(Or).Contains(expected)
        || (Combination(expected) is { } one && Combination(got) is { } other && one.Subject == other.Subject
            && (one.Fields.Length == 0 || other.Fields.Length == 0
                || one.Fields.Order().SequenceEqual(other.Fields.Order(), StringComparer.OrdinalIgnoreCase)));

    private static (string Subject, string[] Fields)? Combination(string text)
    {
        if (text.Split(' ') is not ["rej", var subject, ['C', 'O', 'M', 'B', 'I', 'N', 'A', 'T', 'I', 'O', 'N', .. var rest]])
            return null;
        if (rest.Length == 0)
            return (subject, []);
        return rest is ['(', .. var fields, ')'] ? (subject, fields.ToUpperInvariant().Split(',')) : null;
    }
}
