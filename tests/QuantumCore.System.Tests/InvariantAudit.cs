using System.Globalization;
using System.Reflection;

namespace QuantumCore.SystemTests;

/// <summary>
/// The published invariants (I01 to I20), checked on the tables at rest: those of the history with the product's own
/// queries, those of the journal (I10, I11) here.
/// </summary>
internal static class InvariantAudit
{
    private const string NamePrefix = "-- name: ";
    private const int EpochAt = 17;
    private static readonly TimeSpan s_sweepDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Returns the violated invariants, with the rows that show it.</summary>
    public static async Task<List<string>> ViolationsAsync(Storage storage)
    {
        var violations = new List<string>();
        foreach (var (name, query) in Queries(storage.DaysAhead))
            violations.AddRange((await storage.HistoryAsync(query)).Take(5).Select(row => $"{name}: {Line(row)}"));
        violations.AddRange(await JournalViolationsAsync(storage));
        return violations;
    }

    private static IEnumerable<(string Name, string Query)> Queries(int daysAhead)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Invariants.sql")!;
        using var reader = new StreamReader(stream);
        var before = (TimeProvider.System.GetUtcNow().AddDays(daysAhead) - s_sweepDeadline
            - DateTimeOffset.UnixEpoch).Ticks * 100;
        foreach (var part in reader.ReadToEnd().Split(NamePrefix).Skip(1))
        {
            var end = part.IndexOf('\n', StringComparison.Ordinal);
            yield return (part[..end], part[end..].Trim().TrimEnd(';')
                .Replace("@settled", "1", StringComparison.Ordinal)
                .Replace("@before", before.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        }
    }

    private static async Task<List<string>> JournalViolationsAsync(Storage storage)
    {
        var tail = storage.IsPostgres
            ? ""
            : " UNION SELECT stream_id, first_seq, last_seq, writer_id, frame_no, position FROM frame_stream_tail";
        var rows = await storage.JournalAsync($"""
            SELECT h.name, h.head, h.epoch, s.first_seq, s.last_seq, substr(f.body, s.position + {EpochAt}, 8) FROM stream_head h
            LEFT JOIN (SELECT stream_id, first_seq, last_seq, writer_id, frame_no, position FROM frame_stream{tail}) s ON s.stream_id = h.stream_id
            LEFT JOIN frame f ON f.writer_id = s.writer_id AND f.frame_no = s.frame_no
            ORDER BY h.name, s.first_seq
            """);
        var violations = new List<string>();
        foreach (var stream in rows.GroupBy(row => (string)row[0], StringComparer.Ordinal))
        {
            var (last, epoch) = (0L, 0L);
            foreach (var row in stream.Where(row => row[3] is not DBNull))
            {
                if (Storage.Whole(row[3]) != last + 1 || row[5] is not byte[] { Length: 8 } stored)
                {
                    violations.Add($"I10 journal contiguous from 1: {stream.Key} after {last}");
                    break;
                }

                last = Storage.Whole(row[4]);
                if (BitConverter.ToInt64(stored) < epoch)
                    violations.Add($"I11 epochs never go back: {stream.Key} at {last}");
                epoch = BitConverter.ToInt64(stored);
            }

            var head = stream.First();
            if (Storage.Whole(head[1]) != last)
                violations.Add($"I10 journal equal to its head: {stream.Key} ends at {last}, its head is {head[1]}");
            if (Storage.Whole(head[2]) < epoch)
                violations.Add($"I11 the head's epoch is the highest: {stream.Key} has {epoch}, its head {head[2]}");
        }

        return violations;
    }

    private static string Line(object[] row) =>
        string.Join(" | ", row.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)));
}
