using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Reads margin accounts and their daily gains.</summary>
public sealed class MarginQueries(HistoryDatabase database, TradeQueries trades)
{
    private const long MinutesPerDay = 1_440;

    /// <summary>
    /// Returns margin accounts that owe or are not healthy, or all of them, in sequence after an account.
    /// </summary>
    public Task<ImmutableArray<long>> AccountsAsync(
        bool all, long after, int limit, CancellationToken cancellationToken) => database.ListAsync(
        """
        SELECT m.account FROM margin_account m WHERE m.account > @after AND m.asset <> ''
          AND (@all = 1 OR m.state <> 'healthy' OR EXISTS (SELECT 1 FROM balance b WHERE b.account = m.account AND (b.total < 0 OR b.total_high < 0)))
        ORDER BY m.account LIMIT @limit
        """,
        [("@after", after), ("@all", all ? 1L : 0L), ("@limit", limit)],
        static row => row.GetInt64(0),
        cancellationToken);

    /// <summary>
    /// Returns the gain of each margin account of a currency on a symbol since the start of a UTC day, by account,
    /// rounded down; zero gains are left out. A gain is the proceeds of its trades less costs and fees, plus the change
    /// in value of its position, plus its recorded dividends. Units moved otherwise count as if moved at the start of
    /// the day.
    /// </summary>
    /// <param name="instrument">The symbol. The accounts' currency is its quote asset.</param>
    /// <param name="day">UTC day, as a number since 1970.</param>
    /// <param name="markTicks">Current price, in ticks. The price at the start of the day is the last trade before
    /// it.</param>
    /// <param name="cancellationToken">Token that cancels the call.</param>
    public async Task<ImmutableArray<DayGain>> DayGainsAsync(
        Instrument instrument, long day, long markTicks, CancellationToken cancellationToken)
    {
        var (symbol, lotUnits) = (instrument.Symbol, instrument.LotUnits);
        var openTicks = await database.NumberAsync(
            "SELECT close FROM candle WHERE symbol = @symbol AND minute < @minute ORDER BY minute DESC, split DESC LIMIT 1",
            [("@symbol", symbol), ("@minute", day * MinutesPerDay)],
            cancellationToken) ?? markTicks;
        var positions = await database.ListAsync(
            $"""
            SELECT b.account, b.total_hi, b.total_lo, {TradedSince("/")}, {TradedSince("%")},
                CAST(COALESCE(d.hi, 0) AS BIGINT), CAST(COALESCE(d.lo, 0) AS BIGINT)
            FROM balance_sum b JOIN margin_account m ON m.account = b.account
            LEFT JOIN (SELECT account, SUM(amount / 1000000000) AS hi, SUM(amount % 1000000000) AS lo FROM corporate_part
                WHERE unit_asset = @base AND asset = @asset AND numerator = 0 AND time >= @from GROUP BY account) d ON d.account = b.account
            WHERE b.asset = @base AND m.asset = @asset ORDER BY b.account
            """,
            [
                ("@symbol", symbol), ("@base", instrument.Base.Name), ("@asset", instrument.Quote.Name),
                ("@from", day * UtcDay.Nanos)],
            row => (Account: row.GetInt64(0), Before: SumColumns.Read(row, 1) - (SumColumns.Read(row, 3) * lotUnits),
                Dividends: SumColumns.Read(row, 5)),
            cancellationToken);
        var gains = ImmutableArray.CreateBuilder<DayGain>();
        var yesterday = new TradeTime((day * UtcDay.Nanos) - 1, long.MaxValue, long.MaxValue);
        foreach (var (account, before, dividends) in positions)
        {
            var gain = dividends;
            Int128 traded = 0;
            await trades.OfAccountAsync(
                account, symbol, yesterday,
                trade =>
                {
                    traded += trade.Lots;
                    gain -= ((Int128)trade.Lots * trade.LotValue) + trade.Fee;
                },
                cancellationToken);
            // Further trades may have followed since the balances were read.
            var now = before + (traded * lotUnits);
            gain += Rounding.DivDown(((now * markTicks) - (before * openTicks)) * instrument.TickLotValue, lotUnits);
            if (gain != 0)
            {
                gains.Add(new DayGain(account, symbol, gain));
            }
        }

        return gains.DrainToImmutable();
    }

    /// <summary>
    /// Returns SQL for lots bought less lots sold by an account since a time: their high part for <c>/</c>, their low
    /// part for <c>%</c>.
    /// </summary>
    private static string TradedSince(string half)
    {
        return $"CAST({Side("buyer")} - {Side("seller")} AS BIGINT)";

        string Side(string side) =>
            $"COALESCE((SELECT SUM(t.qty {half} 1000000000) FROM trade_now t WHERE t.px > 0 AND t.{side} = b.account AND t.symbol = @symbol AND t.time >= @from), 0)";
    }
}
