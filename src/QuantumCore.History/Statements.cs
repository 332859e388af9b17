using System.Collections.Immutable;
using static QuantumCore.History.Statement;

namespace QuantumCore.History;

/// <summary>Every statement of the projection.</summary>
internal static class Statements
{
    public static readonly Statement NextBatch =
        new("n", "UPDATE projection SET batch_number = projection.batch_number + @1 {FROM} WHERE one = 1");

    public static readonly Statement CurrentBatch =
        new("n", "SELECT batch_number FROM projection {JOIN} WHERE one = @1");

    public static readonly Statement AddCursor = new(
        "t", "INSERT INTO projector_cursor (stream, seq) {ROW}@1, 0{END} ON CONFLICT DO NOTHING");

    public static readonly Statement MoveCursor = new(
        "tnn",
        "UPDATE projector_cursor SET seq = @3 {FROM} WHERE projector_cursor.stream = @1 AND projector_cursor.seq = @2");

    public static readonly Statement FindInstrument = new(
        "t",
        """
        SELECT symbol, base, base_decimals, quote, quote_decimals, price_decimals, tick_size, quantity_decimals, lot_size,
          settlement_days
        FROM instrument {JOIN} WHERE symbol = @1 ORDER BY seq
        """);

    public static readonly Statement FindFloor = new(
        "tn",
        "SELECT symbol, account, floor FROM book_floor {JOIN} WHERE symbol = @1 AND account = @2");

    public static readonly Statement FindSplits =
        new("t", "SELECT symbol, seq FROM book_split {JOIN} WHERE symbol = @1 ORDER BY seq");

    public static readonly Statement FindOrder = new(
        "nn", "SELECT account, number FROM ord {JOIN} WHERE account = @1 AND number = @2");

    public static readonly Statement FindLastInBook = new(
        "n", "SELECT @1, COALESCE((SELECT MAX(number) FROM ord WHERE account = @1), 0) {FROM}");

    public static readonly Statement FindOrderAsIs = new(
        "nn", "SELECT account, number, px, qty FROM ord {JOIN} WHERE account = @1 AND number = @2");

    public static readonly Statement FindTerms = new(
        "nn", "SELECT account, number, name, value FROM ord_terms {JOIN} WHERE account = @1 AND number = @2");

    public static readonly Statement FindHold = new(
        "nn", HoldColumns + " {JOIN} WHERE account = @1 AND number = @2");

    public static readonly Statement FindHoldsUpTo = new(
        "tnn", HoldColumns + " {JOIN} WHERE symbol = @1 AND account = @2 AND number <= @3");

    public static readonly Statement FindHoldsWithoutAsset = new(
        "t", HoldColumns + " {JOIN} WHERE symbol = @1 AND asset IS NULL");

    public static readonly Statement AddAsset = new(
        "tn", "INSERT INTO asset (asset, decimals) {ROW}@1, @2{END} ON CONFLICT DO NOTHING");

    public static readonly Statement AddInstrument = new("tntntnnnnnnnnn", "INSERT INTO instrument " + Row(14));

    public static readonly Statement AddOrder = new("nntntttt" + "nnnntt" + "nnnnnn", "INSERT INTO ord " + Row(20));

    public static readonly Statement ChangeOrder = new(
        "nnnnnttnnnn",
        $$"""
        UPDATE ord SET qty = ord.qty + @3, filled = ord.filled + @4, cancelled = ord.cancelled + @5, state = @6,
          reason = @7, closed_at = @8, value = {{Sum("ord.value", "@9")}}, changed_at = @10,
          px = COALESCE(@11, ord.px)
        {FROM} WHERE ord.account = @1 AND ord.number = @2
        """);

    public static readonly Statement PutHold = new(
        "nntttnnn",
        "INSERT INTO hold " + Row(8) +
        """
         ON CONFLICT (account, number) DO UPDATE SET symbol = excluded.symbol, side = excluded.side,
          asset = excluded.asset, open_amount = excluded.open_amount, in_book = excluded.in_book,
          created_at = excluded.created_at
        """);

    public static readonly Statement DropHold =
        new("nn", "DELETE FROM hold {USING} WHERE hold.account = @1 AND hold.number = @2");

    public static readonly Statement PutFloor = new(
        "tnn",
        "INSERT INTO book_floor " + Row(3) +
        " ON CONFLICT (symbol, account) DO UPDATE SET floor = excluded.floor");

    public static readonly Statement AddTerm = new("nntn", "INSERT INTO ord_terms " + Row(4));

    public static readonly Statement PutTerm = new(
        "nntn",
        "INSERT INTO ord_terms " + Row(4) +
        " ON CONFLICT (account, number, name) DO UPDATE SET value = excluded.value");

    public static readonly Statement AddAdjusted = new("nnnnnn", "INSERT INTO ord_adjusted " + Row(6));

    public static readonly Statement AddList = new("nnt", "INSERT INTO ord_list " + Row(3));

    public static readonly Statement PutPhase = new(
        "tt",
        "INSERT INTO book_phase " + Row(2) +
        " ON CONFLICT (symbol) DO UPDATE SET phase = excluded.phase");

    public static readonly Statement AddBalance = new(
        "ntnnnnnn",
        "INSERT INTO balance " + Row(8) +
        $"""
         ON CONFLICT (account, asset) DO UPDATE SET {WideColumns.Add("balance", "total")},
          {WideColumns.Add("balance", "reserved")}, {WideColumns.Add("balance", "pending")}
        """);

    public static readonly Statement AddPosition = new(
        "ntnn",
        "INSERT INTO position " + Row(4) +
        $" ON CONFLICT (account, symbol) DO UPDATE SET {WideColumns.Add("position", "qty")}");

    public static readonly Statement AddPosting = new("tnnnnttntn", "INSERT INTO other_posting " + Row(10));

    public static readonly Statement AddDayTotal = AddLineTotals("day_total");

    public static readonly Statement AddTrade = new("tnnnnnnnntnnn" + "tttnn", "INSERT INTO trade " + Row(18));

    public static readonly Statement AddTradeChange = new("tnnnnnnnnn", "INSERT INTO trade_change " + Row(10));

    public static readonly Statement AddPrevented =
        new("tnnnnn" + "nnnnn" + "nnnnn", "INSERT INTO prevented_match " + Row(16));

    public static readonly Statement AddCandle = new(
        "tnnnnnn" + "nnnnnnnnn" + "nnnn",
        "INSERT INTO candle " + Row(20) +
        $"""
         ON CONFLICT (symbol, minute, split) DO UPDATE SET
          high = CASE WHEN excluded.high > candle.high THEN excluded.high ELSE candle.high END,
          low = CASE WHEN excluded.low < candle.low THEN excluded.low ELSE candle.low END, close = excluded.close,
          {WideColumns.Add("candle", "lots")}, {WideColumns.Add("candle", "value")}, trades = candle.trades + excluded.trades,
          {WideColumns.Add("candle", "bought_lots")}, {WideColumns.Add("candle", "bought_value")},
          last_seq = excluded.last_seq, last_idx = excluded.last_idx
        """);

    public static readonly Statement AddSplit = new("tnnnn", "INSERT INTO book_split " + Row(5));

    public static readonly Statement AddBackfilledCandle = new(
        "tnnnnnnnnnn", "INSERT INTO backfilled_candle " + Row(11) + " ON CONFLICT DO NOTHING");

    public static readonly Statement AddBackfilledTrade = new(
        "tnnnntn", "INSERT INTO backfilled_trade " + Row(7) + " ON CONFLICT DO NOTHING");

    public static readonly Statement FindEventStream =
        new("t", "SELECT stream, id FROM event_stream {JOIN} WHERE stream = @1");

    public static readonly Statement FindLastEventStream =
        new("n", "SELECT @1 + COALESCE((SELECT MAX(id) FROM event_stream), 0) {FROM}");

    public static readonly Statement AddEventStream = new("nt", "INSERT INTO event_stream " + Row(2));

    /// <summary>Inserts the block of a batch. The last block before it is still the account's last one.</summary>
    public static readonly Statement AddEventBlock = new(
        "nnnnt",
        """
        INSERT INTO event_block {ROW}@1, @2, @3, @4,
          COALESCE((SELECT l.batch FROM event_last l WHERE l.account = @1 AND l.stream_id = @3), 0), @5{END}
        """);

    public static readonly Statement PutEventLast = new(
        "nnnn",
        "INSERT INTO event_last " + Row(4) +
        " ON CONFLICT (account, stream_id) DO UPDATE SET seq = excluded.seq, batch = excluded.batch");

    public static readonly Statement AddTransfer = new("nntntnnn", "INSERT INTO transfer " + Row(8));

    public static readonly Statement EndTransfer = new(
        "nnn", "UPDATE transfer SET ended_at = @3 {FROM} WHERE transfer.account = @1 AND transfer.seq = @2");

    /// <summary>
    /// Inserts a withdrawal. A payout's stream may be projected ahead of the account's and already know its outcome.
    /// </summary>
    public static readonly Statement AddWithdrawal = new(
        "nnttntn",
        """
        INSERT INTO withdrawal {ROW}@1, @2, @3, @4, @5, @6, @7,
          CASE WHEN EXISTS (SELECT 1 FROM payout p WHERE p.account = @1 AND p.seq = @2 AND p.state <> 'sent') THEN 0 ELSE 1 END{END}
        """);

    public static readonly Statement EndWithdrawal = new(
        "nn", "UPDATE withdrawal SET is_open = 0 {FROM} WHERE withdrawal.account = @1 AND withdrawal.seq = @2");

    public static readonly Statement AddPayout = new("nntnnttn", "INSERT INTO payout " + Row(8));

    public static readonly Statement EndPayout = new(
        "nnttn",
        """
        UPDATE payout SET state = @3, reason = @4, changed_at = @5 {FROM} WHERE payout.account = @1 AND payout.seq = @2
        """);

    public static readonly Statement PutAccountState = new(
        "ntn",
        "INSERT INTO account_state " + Row(3) +
        " ON CONFLICT (account) DO UPDATE SET state = excluded.state, floor = excluded.floor");

    public static readonly Statement PutMarginAccount = new(
        "ntt",
        "INSERT INTO margin_account " + Row(3) +
        " ON CONFLICT (account) DO UPDATE SET asset = excluded.asset, state = excluded.state");

    public static readonly Statement PutMarginState = new(
        "nt", "UPDATE margin_account SET state = @2 {FROM} WHERE margin_account.account = @1");

    public static readonly Statement AddAccountChange = new("nntttn", "INSERT INTO account_change " + Row(6));

    public static readonly Statement AddCorporatePart =
        new("tnntntnnnn" + "nnnn", "INSERT INTO corporate_part " + Row(14));

    public static readonly Statement AddSettlementFail =
        new("tnnnttt" + "nnnnnn", "INSERT INTO settlement_fail " + Row(13));

    public static readonly Statement EndCorporatePart = new(
        "tnn",
        "UPDATE corporate_part SET paid_at = @3 {FROM} WHERE corporate_part.action = @1 AND corporate_part.account = @2");

    public static readonly Statement LockBatches =
        new("n", "UPDATE projection SET batch_number = projection.batch_number {FROM} WHERE one = @1");

    public static readonly Statement PutPruned = new(
        "nn",
        "INSERT INTO pruned " + Row(2) +
        " ON CONFLICT (account) DO UPDATE SET before = CASE WHEN excluded.before > pruned.before THEN excluded.before ELSE pruned.before END");

    /// <summary>Finds a trade that no bust or correction has changed.</summary>
    public static readonly Statement FindUnchangedTrade = new(
        "tnn",
        """
        SELECT symbol, seq, idx, qty, buyer, seller, maker_fee, taker_fee, time FROM trade {JOIN} WHERE symbol = @1 AND seq = @2 AND idx = @3
          AND NOT EXISTS (SELECT 1 FROM trade_change c WHERE c.symbol = @1 AND c.trade_seq = @2 AND c.trade_idx = @3)
        """);

    public static readonly Statement FindEntry = new(
        "tnn",
        "SELECT account, kind, asset, amount, cause, time FROM trade_line {JOIN} WHERE symbol = @1 AND seq = @2 AND idx = @3");

    public static readonly Statement DropTrade = Drop("trade", "tnn", "symbol", "seq", "idx");

    public static readonly Statement DropPrevented = Drop("prevented_match", "tnn", "symbol", "seq", "idx");

    /// <summary>Deletes a closed order, and what other tables have of it.</summary>
    public static readonly ImmutableArray<Statement> DropOrder =
        [.. ((string[])["ord", "ord_terms", "ord_list", "ord_adjusted"]).Select(
            static table => Drop(table, "nn", "account", "number"))];

    public static readonly Statement AddPrunedLine = AddLineTotals("pruned_line");

    public static readonly Statement AddPrunedTrade = AddTotals(
        "pruned_trade", "ntnn", "day, symbol, buyer, seller",
        "trades", "lots_hi", "lots_lo", "maker_hi", "maker_lo", "taker_hi", "taker_lo");

    private const string HoldColumns =
        "SELECT account, number, symbol, side, asset, open_amount, in_book, created_at FROM hold";

    /// <summary>Returns SQL for a sum of non-negative numbers, capped at the largest number on overflow.</summary>
    private static string Sum(string one, string other) =>
        $"CASE WHEN {one} > {long.MaxValue} - {other} THEN {long.MaxValue} ELSE {one} + {other} END";

    private static Statement AddLineTotals(string table) =>
        AddTotals(table, "nnttt", "account, day, asset, cause, kind", "lines", "in_hi", "in_lo", "out_hi", "out_lo");

    /// <summary>Returns a statement that adds sums to those of a key.</summary>
    private static Statement AddTotals(string table, string keyTypes, string key, params string[] sums) => new(
        keyTypes + new string('n', sums.Length),
        $"INSERT INTO {table} {Row(keyTypes.Length + sums.Length)} ON CONFLICT ({key}) DO UPDATE SET "
            + string.Join(", ", sums.Select(sum => $"{sum} = {table}.{sum} + excluded.{sum}")));

    private static Statement Drop(string table, string types, params string[] key) => new(
        types,
        $"DELETE FROM {table} {{USING}} WHERE {string.Join(" AND ", key.Select((column, i) => $"{table}.{column} = @{i + 1}"))}");
}
