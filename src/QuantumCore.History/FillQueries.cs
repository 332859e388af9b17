using System.Collections.Immutable;
using System.Data.Common;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Reads an account's fills.</summary>
public sealed class FillQueries(HistoryDatabase database)
{
    /// <summary>Most fills in one response.</summary>
    public const int FillsLimit = 1_000;

    private static readonly string s_fillsAfter = FillsQuery(
        "AND t.symbol = @symbol AND (t.seq > @seq OR (t.seq = @seq AND t.idx > @idx))", "{0}.seq, {0}.idx");

    /// <summary>Returns an account's newest fills, newest first, of one symbol or of all.</summary>
    public Task<ImmutableArray<AccountFill>> NewestAsync(
        long account, string? symbol, int limit, CancellationToken cancellationToken) => database.ListAsync(
            FillsQuery(symbol is not null),
            [
                ("@account", account),
                ("@limit", Math.Clamp(limit, 0, FillsLimit)),
                .. symbol is null ? Array.Empty<(string, object)>() : [("@symbol", symbol)],
            ],
            ReadFill,
            cancellationToken);

    /// <summary>Returns an account's fills of one symbol after a trade, oldest first.</summary>
    public Task<ImmutableArray<AccountFill>> AfterAsync(
        long account, string symbol, TradePlace after, int limit, CancellationToken cancellationToken) =>
        database.ListAsync(
            s_fillsAfter,
            [
                ("@account", account),
                ("@symbol", symbol),
                ("@seq", after.Sequence),
                ("@idx", after.Index),
                ("@limit", Math.Clamp(limit, 0, FillsLimit + 1)),
            ],
            ReadFill,
            cancellationToken);

    /// <summary>Returns an account's fills of one symbol, oldest first.</summary>
    public async Task<ImmutableArray<AccountFill>> FindAsync(FillQuery query, CancellationToken cancellationToken)
    {
        var isNewest = query.From is null && query.FromNanos is null;
        var ofOrder = query.OrderId is null ? "" : " AND (t.taker_order = @order OR t.maker_order = @order)";
        var stands = query.OmitsVoid ? " AND t.px > 0" : "";
        var fills = await database.ListAsync(
            FillsQuery(
                "AND t.symbol = @symbol AND (t.seq > @seq OR (t.seq = @seq AND t.idx >= @idx)) AND t.time >= @from AND t.time <= @through"
                    + ofOrder + stands,
                isNewest ? "{0}.seq DESC, {0}.idx DESC" : "{0}.seq, {0}.idx"),
            [
                ("@account", query.Account),
                ("@symbol", query.Symbol),
                ("@seq", query.From?.Sequence ?? 0),
                ("@idx", query.From?.Index ?? 0),
                ("@from", query.FromNanos ?? 0),
                ("@through", query.ThroughNanos ?? long.MaxValue),
                ("@limit", Math.Clamp(query.Limit, 1, FillsLimit + 1)),
                .. query.OrderId is { } order ? new (string, object)[] { ("@order", order) } : [],
            ],
            ReadFill,
            cancellationToken);

        // A trade of the account with itself has two orders of its own.
        var wanted = fills.Where(fill => query.OrderId is null || fill.OrderId == query.OrderId);
        return [.. isNewest ? wanted.Reverse() : wanted];
    }

    private static string FillsQuery(bool ofOneSymbol) => FillsQuery(
        ofOneSymbol ? "AND t.symbol = @symbol" : "", "{0}.time DESC, {0}.symbol, {0}.seq DESC, {0}.idx DESC");

    private static string FillsQuery(string condition, string order)
    {
        string Order(string table) => order.Replace("{0}", table, StringComparison.Ordinal);

        // Each side has its own index by time, so only the requested rows are read. An auction has no taker: the buyer
        // is in the taker's columns.
        string Side(string column, string side, string takers) =>
            $"""
            SELECT * FROM (SELECT t.symbol, t.seq, t.idx, t.px, t.qty, t.time, t.taker_side, '{side}' AS side,
              CASE WHEN t.taker_side IN ({takers}) THEN t.taker_order ELSE t.maker_order END AS order_id,
              CASE WHEN t.taker_side IN ({takers}) THEN t.taker_fee ELSE t.maker_fee END AS fee, t.traded_px
            FROM trade_now t WHERE t.{column} = @account {condition}
            ORDER BY {Order("t")} LIMIT @limit) {column}s
            """;
        return $"""
            SELECT f.symbol, f.order_id, o.client_order_id, f.side, f.time, f.seq, f.idx, f.px, f.qty, f.fee, f.taker_side, f.traded_px
            FROM ({Side("buyer", "B", "'B', 'A'")} UNION ALL {Side("seller", "S", "'S'")}) f
            JOIN ord o ON o.symbol = f.symbol AND o.order_id = f.order_id
            ORDER BY {Order("f")}, f.side LIMIT @limit
            """;
    }

    private static AccountFill ReadFill(DbDataReader row)
    {
        var (side, now, traded) = (row.GetString(3), row.GetInt64(7), row.GetInt64(11));
        return new(
            row.GetString(0),
            row.GetInt64(1),
            row.GetString(2),
            HistoryWords.SideOf(side),
            row.GetInt64(4),
            new OrderFill(
                row.GetInt64(5),
                row.GetInt32(6),
                now == 0 ? traded : now,
                row.GetInt64(8),
                row.GetInt64(9),
                IsMaker: side != row.GetString(10)),
            now == traded ? TradeState.AsMade : now == 0 ? TradeState.Void : TradeState.Corrected,
            now == traded ? 0 : traded);
    }
}
