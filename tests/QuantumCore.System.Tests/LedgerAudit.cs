using System.Globalization;

namespace QuantumCore.SystemTests;

/// <summary>Invariants of the tables of a history at rest, in SQL that shares nothing with the product.</summary>
internal static class LedgerAudit
{
    private static readonly (string Name, string Query)[] s_queries =
    [
        ("every asset's postings sum to zero",
            "SELECT asset, SUM(amount) FROM posting GROUP BY asset HAVING SUM(amount) <> 0"),
        ("every entry balances per asset",
            "SELECT stream, seq, idx, asset FROM posting GROUP BY stream, seq, idx, asset HAVING SUM(amount) <> 0"),
        ("a balance is the sum of its postings",
            """
            SELECT account, asset, SUM(t), SUM(p) FROM (SELECT account, asset, total t, 0 p FROM balance
              UNION ALL SELECT account, asset, 0, amount FROM posting) z
            GROUP BY account, asset HAVING SUM(t) <> SUM(p)
            """),
        ("what is held is the sum of the open holds",
            """
            SELECT account, asset, SUM(r), SUM(h) FROM (SELECT account, asset, reserved r, 0 h FROM balance
              UNION ALL SELECT account, asset, 0, open_amount FROM hold) z
            GROUP BY account, asset HAVING SUM(r) <> SUM(h)
            """),
        ("an order is open exactly while it has a hold",
            """
            SELECT h.account, h.number, COALESCE(o.state, 'no order') FROM hold h
            LEFT JOIN ord o ON o.account = h.account AND o.number = h.number
            WHERE o.state IS NULL OR o.state <> 'open' OR h.open_amount <= 0
            UNION ALL SELECT o.account, o.number, 'no hold' FROM ord o
            LEFT JOIN hold h ON h.account = o.account AND h.number = o.number WHERE o.state = 'open' AND h.account IS NULL
            """),
        ("no customer is overdrawn, but for those who may owe",
            "SELECT account, asset, total, reserved FROM balance WHERE account >= 1000 AND total < reserved AND account NOT IN (2003, 2004)"),
        ("a client order id names one order",
            """
            SELECT account, client_order_id, COUNT(*) FROM ord WHERE client_order_id IS NOT NULL
            GROUP BY account, client_order_id HAVING COUNT(*) > 1
            """),
        ("an order's filled quantity is that of its trades, and what has ended is accounted for",
            """
            SELECT o.symbol, o.order_id, o.qty, o.filled, o.cancelled, o.state FROM ord o LEFT JOIN (
              SELECT symbol, id, SUM(qty) f FROM (SELECT symbol, maker_order id, qty FROM trade
                UNION ALL SELECT symbol, taker_order, qty FROM trade) s GROUP BY symbol, id) t
              ON t.symbol = o.symbol AND t.id = o.order_id
            WHERE o.filled <> COALESCE(t.f, 0) OR o.filled + o.cancelled > o.qty
              OR (o.state NOT IN ('open', 'rejected') AND o.filled + o.cancelled <> o.qty)
              OR (o.state = 'open' AND o.filled >= o.qty)
            """),
        ("a position is what was bought less what was sold",
            """
            SELECT account, symbol, SUM(p), SUM(f) FROM (SELECT account, symbol, qty p, 0 f FROM position
              UNION ALL SELECT buyer, symbol, 0, qty FROM trade UNION ALL SELECT seller, symbol, 0, -qty FROM trade) z
            GROUP BY account, symbol HAVING SUM(p) <> SUM(f)
            """),
        ("no book is crossed or locked",
            """
            SELECT symbol FROM (SELECT symbol, MAX(CASE WHEN side = 'B' THEN px END) b, MIN(CASE WHEN side = 'S' THEN px END) a
              FROM ord WHERE state = 'open' AND type <> 'leg' GROUP BY symbol) z WHERE b >= a
            """),
        ("a trade is at the maker's price, of a leg within its worst one, and within the taker's limit",
            """
            SELECT t.symbol, t.seq, t.idx FROM trade t JOIN ord m ON m.symbol = t.symbol AND m.order_id = t.maker_order
            JOIN ord k ON k.symbol = t.symbol AND k.order_id = t.taker_order
            WHERE (m.type <> 'leg' AND t.px <> m.px) OR (m.type = 'leg' AND m.side = 'B' AND t.px > m.px)
              OR (m.type = 'leg' AND m.side = 'S' AND t.px < m.px) OR m.side = k.side OR (k.side = 'B' AND t.px > k.px) OR (k.side = 'S' AND t.px < k.px)
            """),
        ("a trade moves its quantity and its price",
            """
            SELECT t.symbol, t.seq, t.idx FROM trade t JOIN instrument i ON i.symbol = t.symbol AND i.seq =
              (SELECT MAX(seq) FROM instrument n WHERE n.symbol = t.symbol AND n.seq <= t.seq)
            JOIN posting p ON p.stream = 'book/' || t.symbol AND p.seq = t.seq AND p.idx = t.idx AND p.leg < 4 AND p.amount > 0
            GROUP BY t.symbol, t.seq, t.idx, t.px, t.qty, i.lot_units, i.tick_lot_value, i.base, i.quote
            HAVING SUM(CASE WHEN p.asset = i.base THEN p.amount ELSE 0 END) <> t.qty * i.lot_units
              OR SUM(CASE WHEN p.asset = i.quote THEN p.amount ELSE 0 END) <> t.px * t.qty * i.tick_lot_value
            """),
        ("what is traded and settles later is pending, everything else settled",
            """
            SELECT p.stream, p.seq, p.idx, p.leg, p.kind FROM posting p
            WHERE p.kind <> CASE WHEN p.stream = 'book/TSLA' THEN 'P' ELSE 'S' END AND p.stream NOT LIKE 'settle/%'
            """),
        ("what is pending of a balance is what was traded and is in no batch that has settled",
            """
            SELECT account, asset, SUM(b), SUM(p) FROM (SELECT account, asset, pending b, 0 p FROM balance
              UNION ALL SELECT account, asset, 0, amount FROM posting WHERE kind = 'P') z GROUP BY account, asset HAVING SUM(b) <> SUM(p)
            """),
        ("every trade has its postings",
            """
            SELECT t.symbol, t.seq, t.idx FROM trade t LEFT JOIN posting p
              ON p.stream = 'book/' || t.symbol AND p.seq = t.seq AND p.idx = t.idx AND p.leg < 4
            GROUP BY t.symbol, t.seq, t.idx HAVING COUNT(p.leg) <> 4
            """),
    ];

    /// <summary>Returns the violated invariants, with the rows that show it.</summary>
    public static async Task<List<string>> ViolationsAsync(Storage storage)
    {
        var violations = new List<string>();
        foreach (var (name, query) in s_queries)
        {
            var rows = await storage.HistoryAsync(query);
            violations.AddRange(rows.Take(10).Select(row =>
                $"Not true that {name}: {string.Join(" | ", row.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)))}"));
        }

        return violations;
    }
}
