using System.Data.Common;
using System.Globalization;

namespace QuantumCore.History;

/// <summary>A violated invariant.</summary>
/// <param name="Name">Number and description of the invariant.</param>
/// <param name="Rows">Violating rows, at most <see cref="HistoryInvariants.RowsLimit"/>.</param>
public sealed record InvariantViolation(string Name, IReadOnlyList<string> Rows);

/// <summary>Checks the history by SQL alone, without code of the projection.</summary>
public static class HistoryInvariants
{
    /// <summary>Most rows reported for one invariant.</summary>
    public const int RowsLimit = 20;

    private const string NamePrefix = "-- name: ";

    /// <summary>Checks every invariant. Returns the violations.</summary>
    /// <param name="history">The history.</param>
    /// <param name="orphansBeforeNanos">Holds older than this, in Unix nanoseconds, must have reached their book (I18);
    /// 0 skips the check.</param>
    /// <param name="heads">Heads of the journal's streams, read after the last batch (I17); null skips the
    /// check.</param>
    /// <param name="cancellationToken">Token that cancels the check.</param>
    /// <remarks>
    /// An account's order may depend on fills of a book whose projection lags. So its balance is checked (I05) only if
    /// <paramref name="heads"/> shows that every stream is projected to its head.
    /// </remarks>
    public static async Task<IReadOnlyList<InvariantViolation>> CheckAsync(
        HistoryStore history,
        long orphansBeforeNanos,
        IReadOnlyDictionary<string, long>? heads,
        CancellationToken cancellationToken)
    {
        var violations = new List<InvariantViolation>();
        var cursors = await history.CursorsAsync(cancellationToken);
        var ahead = heads is null ? [] : cursors.Where(c => c.Value > heads.GetValueOrDefault(c.Key)).ToList();
        if (ahead.Count > 0)
        {
            violations.Add(new(
                "I17 no cursor is ahead of its stream",
                [.. ahead.Take(RowsLimit).Select(c => $"{c.Key} | {c.Value}")]));
        }

        var settled = heads is not null
            && heads.All(h => !HistoryChunk.IsProjected(h.Key) || cursors.GetValueOrDefault(h.Key) >= h.Value);
        foreach (var (name, query) in Queries())
        {
            var rows = await history.Database.ReadAsync(
                query, Parameters(query, orphansBeforeNanos, settled), ReadRowsAsync, cancellationToken);
            if (rows.Count > 0)
            {
                violations.Add(new(name, rows));
            }
        }

        return violations;
    }

    /// <summary>Returns every invariant with its query.</summary>
    internal static IEnumerable<(string Name, string Query)> Queries()
    {
        foreach (var part in HistorySchema.Resource("Invariants.sql").Split(NamePrefix).Skip(1))
        {
            var end = part.IndexOf('\n', StringComparison.Ordinal);
            yield return (part[..end].Trim(), part[end..].Trim().TrimEnd(';'));
        }
    }

    private static List<(string, object)> Parameters(string query, long before, bool settled)
    {
        var parameters = new List<(string, object)>();
        if (query.Contains("@before", StringComparison.Ordinal))
        {
            parameters.Add(("@before", before));
        }

        if (query.Contains("@settled", StringComparison.Ordinal))
        {
            parameters.Add(("@settled", settled ? 1L : 0L));
        }

        return parameters;
    }

    private static async Task<List<string>> ReadRowsAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new List<string>();
        while (rows.Count < RowsLimit && await reader.ReadAsync(cancellationToken))
        {
            var values = Enumerable.Range(0, reader.FieldCount)
                .Select(column => Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture));
            rows.Add(string.Join(" | ", values));
        }

        return rows;
    }
}
