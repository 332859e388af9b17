using System.Globalization;
using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.History.Tests;

/// <summary>Projects a market's records into a history, and reads tables back as text.</summary>
internal static class Projecting
{
    public static readonly string[] Tables =
    [
        "projector_cursor", "asset", "instrument", "ord", "hold", "book_floor", "balance", "position", "posting",
        "trade", "prevented_match", "account_event", "candle", "corporate_part", "ord_adjusted",
    ];

    public static HistoryChunk Chunk(string stream, int first, IEnumerable<object> records) =>
        stream.StartsWith("book/", StringComparison.Ordinal)
            ? new BookChunk(stream[5..], first, [.. records.Cast<BookRecord>()])
            : new AccountChunk(
                long.Parse(stream.AsSpan(5), CultureInfo.InvariantCulture), first, [.. records.Cast<AccountRecord>()]);

    /// <summary>Projects everything, in pieces of any size from any streams in any mixture.</summary>
    public static async Task ProjectInAnyMixtureAsync(
        RecordMarket market, Random random, CancellationToken cancellationToken, params HistoryStore[] stores)
    {
        var done = market.Streams.Keys.ToDictionary(s => s, _ => 0);
        while (true)
        {
            var behind = market.Streams.Where(s => done[s.Key] < s.Value.Count).ToArray();
            if (behind.Length == 0)
                return;
            random.Shuffle(behind);
            var chunks = new List<HistoryChunk>();
            foreach (var (stream, records) in behind.Take(random.Next(1, behind.Length + 1)))
            {
                var count = random.Next(1, Math.Min(60, records.Count - done[stream]) + 1);
                chunks.Add(Chunk(stream, done[stream] + 1, records.GetRange(done[stream], count)));
                done[stream] += count;
            }

            var store = stores[random.Next(stores.Length)];
            Assert.True(await store.ApplyAsync(chunks, cancellationToken), "A cursor was not where it should be.");
        }
    }

    public static Task ProjectAllAsync(HistoryStore store, RecordMarket market, CancellationToken cancellationToken) =>
        store.ApplyAsync([.. market.Streams.Select(s => Chunk(s.Key, 1, s.Value))], cancellationToken);

    /// <summary>Returns every row of every table, as text.</summary>
    public static async Task<List<string>> RowsAsync(HistoryStore store, CancellationToken cancellationToken)
    {
        var rows = new List<string>();
        foreach (var table in Tables)
            rows.AddRange(await RowsAsync(store, table, "SELECT * FROM " + table, cancellationToken));
        return rows;
    }

    public static Task<List<string>> RowsAsync(
        HistoryStore store, string prefix, string query, CancellationToken cancellationToken) =>
        store.Database.ReadAsync(
            query,
            [],
            async (reader, token) =>
            {
                var rows = new List<string>();
                while (await reader.ReadAsync(token))
                {
                    var values = Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)
                        .Select(v => v is DBNull ? "" : Convert.ToString(v, CultureInfo.InvariantCulture));
                    rows.Add(prefix + "|" + string.Join('|', values));
                }

                rows.Sort(StringComparer.Ordinal);
                return rows;
            },
            cancellationToken);
}
