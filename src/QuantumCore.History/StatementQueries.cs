using System.Collections.Immutable;
using System.Data.Common;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Reads account statements: balances, sums by cause, and lines.</summary>
public sealed class StatementQueries(HistoryDatabase database)
{
    /// <summary>Most lines in one response.</summary>
    public const int LinesLimit = 1_000;

    // A single statement, so that it sees one moment: the balances, and the sums of the days since the start of the
    // period.
    private const string StatementQuery =
        """
        SELECT b.asset, a.decimals, '' AS cause, 0 AS lines, b.total_hi, b.total_lo, b.pending_hi, b.pending_lo, b.reserved_hi, b.reserved_lo, 0 AS place
        FROM balance_sum b JOIN asset a ON a.asset = b.asset WHERE b.account = @account
        UNION ALL
        SELECT asset, 0, cause, CAST(SUM(CASE WHEN day < @to THEN lines ELSE 0 END) AS BIGINT),
          CAST(SUM(CASE WHEN day < @to THEN in_hi ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN day < @to THEN in_lo ELSE 0 END) AS BIGINT),
          CAST(SUM(CASE WHEN day < @to THEN out_hi ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN day < @to THEN out_lo ELSE 0 END) AS BIGINT),
          CAST(SUM(in_hi + out_hi) AS BIGINT), CAST(SUM(in_lo + out_lo) AS BIGINT), CASE kind WHEN 'P' THEN 2 ELSE 1 END
        FROM day_total WHERE account = @account AND day >= @from GROUP BY asset, cause, kind ORDER BY 1, 11, 3
        """;

    // Lines of trades are found by the trade's time, other lines by an index of their own. Each page starts at its
    // place and reads no line before or after it.
    internal static readonly string LinesQuery =
        $"""
        SELECT l.time, l.stream, l.seq, l.idx, l.leg, l.cause, l.asset, a.decimals, l.amount, l.kind FROM (
          SELECT * FROM ({Page("FROM other_posting p", "p.stream", "p.time", "p.account = @account")}) others
          UNION ALL SELECT * FROM ({Page(OfTrades, OfBook, "t.time", "t.buyer = @account")}) buyers
          UNION ALL SELECT * FROM ({Page(OfTrades, OfBook, "t.time", "t.seller = @account AND t.buyer <> @account")}) sellers) l
        JOIN asset a ON a.asset = l.asset ORDER BY l.time, l.stream, l.seq, l.idx, l.leg LIMIT @limit
        """;

    private const string OfTrades =
        "FROM trade t JOIN trade_line p ON p.symbol = t.symbol AND p.seq = t.seq AND p.idx = t.idx AND p.account = @account";

    private const string OfBook = "'book/' || t.symbol";

    /// <summary>Returns an account's statement over a period, with its lines after a place.</summary>
    /// <param name="account">Account number.</param>
    /// <param name="fromNanos">Start in Unix nanoseconds, inclusive; the start of a UTC day.</param>
    /// <param name="toNanos">End in Unix nanoseconds, exclusive; the start of a UTC day, or the largest number for
    /// none.</param>
    /// <param name="after">Last known line; null to begin with the first.</param>
    /// <param name="limit">Most lines, at most <see cref="LinesLimit"/>.</param>
    /// <param name="cancellationToken">Token that cancels the call.</param>
    public async Task<AccountStatement> FindAsync(
        long account, long fromNanos, long toNanos, LinePlace? after, int limit, CancellationToken cancellationToken)
    {
        if (fromNanos % UtcDay.Nanos != 0 || (toNanos != long.MaxValue && toNanos % UtcDay.Nanos != 0))
        {
            throw new ArgumentException("A statement is of whole days.", nameof(fromNanos));
        }

        var assets = await database.ReadAsync(
            StatementQuery,
            [("@account", account), ("@from", UtcDay.Of(fromNanos)), ("@to", UtcDay.Of(toNanos))],
            ReadAssetsAsync,
            cancellationToken);
        var place = after ?? new LinePlace(fromNanos - 1, "", 0, 0, 0);
        limit = Math.Clamp(limit, 0, LinesLimit);
        var lines = await database.ListAsync(
            LinesQuery,
            [
                ("@account", account),
                ("@to", toNanos),
                ("@start", Math.Max(fromNanos, place.TimeNanos)),
                ("@time", place.TimeNanos),
                ("@stream", place.Stream),
                ("@seq", place.Sequence),
                ("@idx", place.Index),
                ("@leg", place.Leg),
                ("@limit", limit + 1),
            ],
            ReadLine,
            cancellationToken);
        return new AccountStatement(
            account, fromNanos, toNanos, assets, lines.Length > limit ? lines[..limit] : lines, lines.Length > limit);
    }

    /// <summary>Returns SQL for a page of the lines of one source, from a place on.</summary>
    private static string Page(string source, string stream, string time, string own) =>
        $"""
        SELECT p.time, {stream} AS stream, p.seq, p.idx, p.leg, p.cause, p.asset, p.amount, p.kind {source}
        WHERE {own} AND {time} >= @start AND {time} < @to AND ({time} > @time OR {stream} > @stream OR ({stream} = @stream
          AND (p.seq > @seq OR (p.seq = @seq AND (p.idx > @idx OR (p.idx = @idx AND p.leg > @leg))))))
        ORDER BY {time}, {stream}, p.seq, p.idx, p.leg LIMIT @limit
        """;

    private static async Task<ImmutableArray<AssetStatement>> ReadAssetsAsync(
        DbDataReader reader, CancellationToken token)
    {
        var assets = ImmutableArray.CreateBuilder<AssetStatement>();
        var causes = ImmutableArray.CreateBuilder<CauseTotal>();
        var (name, decimals, now, pending, held) = ("", 0, (Int128)0, (Int128)0, (Int128)0);
        var (since, pendingSince) = ((Int128)0, (Int128)0);
        while (await reader.ReadAsync(token))
        {
            // The first row of an asset is its balance. Rows of its causes follow, settled ones first.
            if (reader.GetString(2).Length == 0)
            {
                End();
                (name, decimals, now, pending, held) = (
                    reader.GetString(0), reader.GetInt32(1), SumColumns.Read(reader, 4), SumColumns.Read(reader, 6),
                    SumColumns.Read(reader, 8));
                (since, pendingSince) = (0, 0);
                continue;
            }

            var isPending = reader.GetInt32(10) == 2;
            since += SumColumns.Read(reader, 8);
            pendingSince += isPending ? SumColumns.Read(reader, 8) : 0;
            if (reader.GetInt64(3) > 0)
            {
                causes.Add(
                    new CauseTotal(
                        reader.GetString(2), reader.GetInt64(3), SumColumns.Read(reader, 4),
                        -SumColumns.Read(reader, 6), isPending));
            }
        }

        End();
        return assets.ToImmutable();

        void End()
        {
            if (name.Length > 0)
            {
                var (opening, openingPending) = (now - since, pending - pendingSince);
                var closing = causes.Aggregate(opening, static (sum, cause) => sum + cause.In - cause.Out);
                var closingPending = causes.Where(cause => cause.IsPending)
                    .Aggregate(openingPending, static (sum, cause) => sum + cause.In - cause.Out);
                assets.Add(new AssetStatement(
                    name, decimals, opening, closing, held, causes.DrainToImmutable(), openingPending, closingPending));
            }
        }
    }

    private static LedgerLine ReadLine(DbDataReader row)
    {
        var (cause, key) = DayTotals.Parts(row.GetString(5));
        return new(
            new LinePlace(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
            cause,
            key,
            row.GetString(6),
            row.GetInt32(7),
            row.GetInt64(8),
            row.GetString(9) == HistoryWords.Pending);
    }
}
