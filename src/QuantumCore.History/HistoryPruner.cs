using QuantumCore.Clearing;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Rows that a pass deleted.</summary>
public readonly record struct PrunedRows(long Trades, long Orders);

/// <summary>
/// Deletes what a demo's simulated participants did before a time, so that the history stops growing: their trades
/// among themselves with the lines of these, their closed orders, and prevented matches among them. The sums of deleted
/// lines and trades stay, so that every total can still be checked. Nothing of anybody else is deleted.
/// </summary>
/// <param name="history">The history.</param>
/// <param name="accounts">Accounts of the participants.</param>
/// <param name="time">Clock of the pauses.</param>
/// <remarks>
/// Call it only while every stream is projected to its head: an account's hold that is projected after its deleted
/// order would stay open for ever. A pass that ends early is completed by the next one.
/// </remarks>
public sealed class HistoryPruner(HistoryStore history, IReadOnlyCollection<long> accounts, TimeProvider time)
{
    private readonly string _accounts = string.Join(',', accounts);

    /// <summary>Newest trades of a symbol that stay, for its page of trades and its last price.</summary>
    internal int TradesKept { get; init; } = FillQueries.FillsLimit;

    /// <summary>Rows that one transaction looks at.</summary>
    internal int BatchRows { get; init; } = 250;

    /// <summary>Pause after a transaction, which leaves room for the projection.</summary>
    internal TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Deletes everything that is older than a time.</summary>
    public async Task<PrunedRows> PruneAsync(long beforeNanos, CancellationToken cancellationToken)
    {
        if (accounts.Count == 0)
        {
            return default;
        }

        // First, since rows may be missing from the first deletion on.
        var marks = new RowBuffer(Statements.PutPruned);
        foreach (var account in accounts)
        {
            marks.Add(account).Add(beforeNanos);
        }

        await DropAsync(transaction => transaction.WriteAsync(marks, cancellationToken), cancellationToken);

        // Orders last: trades and prevented matches name them.
        var (trades, orders) = (0L, 0L);
        foreach (var symbol in await SymbolsAsync(cancellationToken))
        {
            await EachPageAsync(
                Page("prevented_match", "taker", "maker"), ("@of", symbol), beforeNanos,
                keys =>
                    DropAsync(
                        transaction =>
                            transaction.WriteAsync(Keys(Statements.DropPrevented, symbol, keys), cancellationToken),
                        cancellationToken),
                cancellationToken);
            trades += await EachPageAsync(
                Page("trade", "buyer", "seller", NotAmongNewest), ("@of", symbol), beforeNanos,
                keys => DropAsync(
                    transaction => DropTradesAsync(transaction, symbol, keys, cancellationToken), cancellationToken),
                cancellationToken);
        }

        foreach (var account in accounts)
        {
            orders += await EachPageAsync(
                s_orders, ("@of", account), beforeNanos,
                keys => DropAsync(
                    transaction => DropOrdersAsync(transaction, account, keys, cancellationToken), cancellationToken),
                cancellationToken);
        }

        return new(trades, orders);
    }

    private static readonly string s_orders =
        Page("ord WHERE account = @of", "number", "account", "created_at", "closed_at < @before");

    private string NotAmongNewest =>
        $"(seq, idx) <= (SELECT n.seq, n.idx FROM trade n WHERE n.symbol = @of ORDER BY n.seq DESC, n.idx DESC LIMIT 1 OFFSET {TradesKept})";

    private string Page(string table, string one, string other, string condition = "1 = 1") => Page(
        $"{table} WHERE symbol = @of AND {condition}", "seq", "idx", "time",
        $"time < @before AND {one} IN ({_accounts}) AND {other} IN ({_accounts})");

    /// <summary>
    /// Returns SQL for the next rows by key: the key, whether a row is old, and whether it is to be deleted.
    /// </summary>
    private static string Page(string rows, string first, string second, string made, string isPruned) =>
        $"""
        SELECT {first}, {second}, CASE WHEN {made} < @before THEN 1 ELSE 0 END, CASE WHEN {isPruned} THEN 1 ELSE 0 END
        FROM {rows} AND {first} >= @first AND ({first} > @first OR {second} > @second) ORDER BY {first}, {second} LIMIT @limit
        """;

    /// <summary>
    /// Calls with the keys to delete of each page; returns the number of deleted rows. The first page without an old
    /// row is the last one.
    /// </summary>
    private async Task<long> EachPageAsync(
        string page, (string Name, object Value) of, long beforeNanos,
        Func<List<(long First, long Second)>, Task<int>> drop,
        CancellationToken cancellationToken)
    {
        var (dropped, at, isOld) = (0L, (First: -1L, Second: 0L), true);
        while (isOld)
        {
            var keys = new List<(long, long)>();
            isOld = await history.Database.ReadAsync(
                page,
                [of, ("@before", beforeNanos), ("@first", at.First), ("@second", at.Second), ("@limit", BatchRows)],
                async (reader, token) =>
                {
                    var (rows, old) = (0, false);
                    for (; await reader.ReadAsync(token); rows++)
                    {
                        at = (reader.GetInt64(0), reader.GetInt64(1));
                        old |= reader.GetInt64(2) == 1;
                        if (reader.GetInt64(3) == 1)
                        {
                            keys.Add(at);
                        }
                    }

                    return old && rows == BatchRows;
                },
                cancellationToken);
            if (keys.Count > 0)
            {
                dropped += await drop(keys);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }

        return dropped;
    }

    /// <summary>Runs a transaction that is no batch, while no silo writes one.</summary>
    private Task<int> DropAsync(Func<HistoryTransaction, Task<int>> drop, CancellationToken cancellationToken) =>
        history.Database.WriteAsync(
        async transaction =>
        {
            await transaction.WriteAsync(new RowBuffer(Statements.LockBatches).Add(1), cancellationToken);
            return await drop(transaction);
        },
        cancellationToken);

    /// <summary>
    /// Deletes trades with their lines and adds up both. The rows are read again: another silo may have deleted some,
    /// or a trade may have been changed.
    /// </summary>
    private static async Task<int> DropTradesAsync(
        HistoryTransaction transaction, string symbol, List<(long, long)> keys, CancellationToken cancellationToken)
    {
        var (found, sums, lines) = (new List<(long, long)>(),
            new Dictionary<(long Day, long Buyer, long Seller), TradeSums>(), new DayTotals());
        await transaction.ReadAsync(
            Keys(Statements.FindUnchangedTrade, symbol, keys),
            row =>
            {
                found.Add((row.Number(1), row.Number(2)));
                var key = (UtcDay.Of(row.Number(8)), row.Number(4), row.Number(5));
                sums[key] = sums.GetValueOrDefault(key).With(row.Number(3), row.Number(6), row.Number(7));
            },
            cancellationToken);
        await transaction.ReadAsync(
            Keys(Statements.FindEntry, symbol, found),
            row => lines.Add(
                new Posting(0, new(row.Number(0)), row.Text(2)!, row.Number(3), row.Text(1) == HistoryWords.Pending),
                row.Text(4)!, row.Number(5)),
            cancellationToken);
        var trades = new RowBuffer(Statements.AddPrunedTrade);
        foreach (var ((day, buyer, seller), sum) in sums)
        {
            sum.AddTo(trades.Add(day).Add(symbol).Add(buyer).Add(seller));
        }

        await transaction.WriteAsync(lines.Rows(new RowBuffer(Statements.AddPrunedLine)), cancellationToken);
        await transaction.WriteAsync(trades, cancellationToken);
        return await transaction.WriteAsync(Keys(Statements.DropTrade, symbol, found), cancellationToken);
    }

    private static async Task<int> DropOrdersAsync(
        HistoryTransaction transaction, long account, List<(long Number, long)> keys,
        CancellationToken cancellationToken)
    {
        var dropped = 0;
        foreach (var statement in Statements.DropOrder)
        {
            var rows = new RowBuffer(statement);
            foreach (var (number, _) in keys)
            {
                rows.Add(account).Add(number);
            }

            dropped = Math.Max(dropped, await transaction.WriteAsync(rows, cancellationToken));
        }

        return dropped;
    }

    private static RowBuffer Keys(Statement statement, string of, List<(long First, long Second)> keys)
    {
        var rows = new RowBuffer(statement);
        foreach (var (first, second) in keys)
        {
            rows.Add(of).Add(first).Add(second);
        }

        return rows;
    }

    private Task<List<string>> SymbolsAsync(CancellationToken cancellationToken) => history.Database.ReadAsync(
        "SELECT DISTINCT symbol FROM instrument ORDER BY symbol",
        [],
        static async (reader, token) =>
        {
            var symbols = new List<string>();
            while (await reader.ReadAsync(token))
            {
                symbols.Add(reader.GetString(0));
            }

            return symbols;
        },
        cancellationToken);

    /// <summary>Number of trades and their lots and fees, which may need more than 63 bits.</summary>
    private readonly record struct TradeSums(long Trades, Int128 Lots, Int128 MakerFees, Int128 TakerFees)
    {
        public TradeSums With(long lots, long makerFee, long takerFee) =>
            new(Trades + 1, Lots + lots, MakerFees + makerFee, TakerFees + takerFee);

        public void AddTo(RowBuffer rows)
        {
            rows.Add(Trades);
            foreach (var sum in (ReadOnlySpan<Int128>)[Lots, MakerFees, TakerFees])
            {
                var (high, low) = Int128.DivRem(sum, SumColumns.Unit);
                rows.Add((long)high).Add((long)low);
            }
        }
    }
}
