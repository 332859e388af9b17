using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>What accounts gained in a day.</summary>
public abstract partial class HistoryStore
{
    private const long MinutesPerDay = 1_440;

    /// <summary>
    /// What each margin account of a currency gained on a symbol since a UTC day began: what came in by its trades less what went out and less fees, and
    /// what its position is worth more than it was worth when the day began. By account; accounts that had and did nothing are left out.
    /// </summary>
    /// <param name="currency">What the accounts and the symbol are paid in.</param>
    /// <param name="symbol">The symbol.</param>
    /// <param name="day">Number of the UTC day since 1970.</param>
    /// <param name="lotValue">What one lot is worth at a price of one tick, minor units.</param>
    /// <param name="markTicks">The price now, in ticks. When the day began it was that of the last trade before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableArray<DayGain>> DayGainsAsync(
        string currency, string symbol, long day, Int128 lotValue, long markTicks, CancellationToken cancellationToken)
    {
        var closes = await ReadAsync(
            "SELECT close FROM candle WHERE symbol = @symbol AND minute < @minute ORDER BY minute DESC LIMIT 1",
            [("@symbol", symbol), ("@minute", day * MinutesPerDay)],
            static (reader, token) => ListAsync(reader, static row => row.GetInt64(0), token),
            cancellationToken);
        var openTicks = closes.IsEmpty ? markTicks : closes[0];
        var positions = await ReadAsync(
            """
            SELECT p.account, p.qty FROM position p JOIN margin_account m ON m.account = p.account
            WHERE p.symbol = @symbol AND m.asset = @asset ORDER BY p.account
            """,
            [("@symbol", symbol), ("@asset", currency)],
            static (reader, token) => ListAsync(reader, static row => (Account: row.GetInt64(0), Lots: row.GetInt64(1)), token),
            cancellationToken);
        var gains = ImmutableArray.CreateBuilder<DayGain>();
        var before = new TradeTime((day * UtcDay.Nanos) - 1, long.MaxValue, long.MaxValue);
        foreach (var (account, lots) in positions)
        {
            Int128 gain = 0;
            var traded = 0L;
            await TradesAfterAsync(
                account, symbol, before,
                trade =>
                {
                    traded += trade.Lots;
                    gain -= ((Int128)trade.Lots * trade.LotValue) + trade.Fee;
                },
                cancellationToken);
            gain += lotValue * (((Int128)lots * markTicks) - ((Int128)(lots - traded) * openTicks));
            if (gain != 0)
            {
                gains.Add(new DayGain(account, symbol, gain));
            }
        }

        return gains.DrainToImmutable();
    }
}
