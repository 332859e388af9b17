namespace QuantumCore.Bench.Scenarios;

/// <summary>
/// Compares the events of a file with those of a book. Where the rules leave the notation open, a file may use either
/// form. Everything else is compared word by word.
/// </summary>
internal static class ScenarioComparison
{
    /// <summary>
    /// First indicative of a call phase from the set-up, reported with the first command that does not change the
    /// auction. A file may omit it, because rule 13.4 can be read both ways.
    /// </summary>
    public const string FirstIndicative = "ind - 0 0 or nothing";

    /// <summary>Separator between an event of a book and its alternative.</summary>
    public const string Or = " or ";

    public static bool AreSame(IReadOnlyList<string> expected, IReadOnlyList<string> got) =>
        AreSameBeforeAuction(expected, got) || AreSameBeforeAuction(expected, WithoutFailedActivations(got));

    private static bool AreSameBeforeAuction(IReadOnlyList<string> expected, IReadOnlyList<string> got) =>
        AreEqual(expected, got) || (got is [.., FirstIndicative] && AreEqual(expected, [.. got.SkipLast(1)]));

    private static bool AreEqual(IReadOnlyList<string> expected, IReadOnlyList<string> got) =>
        expected.Count == got.Count && expected.Zip(got).All(pair => Same(pair.First, pair.Second));

    /// <summary>
    /// Removes the activation of a child that is rejected at entry (rule 9.4): a file may report it or not.
    /// </summary>
    private static List<string> WithoutFailedActivations(IReadOnlyList<string> events) =>
        [.. events.Where((happened, at) => !(happened.Split(' ') is ["act", var child] && at + 1 < events.Count
            && events[at + 1].Split(' ') is ["can", var ended, _, "LIST"] && ended == child))];

    /// <summary>
    /// Returns true for equal events, or if an alternative equals. The two instructions of a combination may be in any
    /// sequence and case. A file may omit them, and so may a book that cannot name them.
    /// </summary>
    private static bool Same(string expected, string got) => got.Split(Or).Contains(expected)
        || (Combination(expected) is { } one && Combination(got) is { } other && one.Subject == other.Subject
            && (one.Fields.Length == 0 || other.Fields.Length == 0
                || one.Fields.Order().SequenceEqual(other.Fields.Order(), StringComparer.OrdinalIgnoreCase)));

    private static (string Subject, string[] Fields)? Combination(string text)
    {
        if (text.Split(' ') is not ["rej", var subject,
            ['C', 'O', 'M', 'B', 'I', 'N', 'A', 'T', 'I', 'O', 'N', .. var rest]])
            return null;
        if (rest.Length == 0)
            return (subject, []);
        return rest is ['(', .. var fields, ')'] ? (subject, fields.ToUpperInvariant().Split(',')) : null;
    }
}
