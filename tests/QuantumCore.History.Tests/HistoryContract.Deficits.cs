using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.History.Tests;

// Deficits paid by other accounts.
public abstract partial class HistoryContract
{
    [Fact]
    public async Task Margin_gain_of_a_day_is_cash_flow_plus_the_change_in_position_value()
    {
        var market = Market(15, 500);
        await using var history = await OpenAsync("gains");
        await Projecting.ProjectAllAsync(history, market, Token);
        var instrument = ((InstrumentDefined)market.Streams["book/SYM0"][0]).Definition.Decode();
        var (account, lotValue) = (1_001L, instrument.TickLotValue);
        var head = market.Streams[$"acct/{account}"].Count;
        Assert.Empty(await history.Margin.DayGainsAsync(instrument, 0, 100, Token));
        await history.ApplyAsync(
            [new AccountChunk(account, head + 1, [new AccountKindSet(market.TimeNanos, "USD", 2, "desk", "")])], Token);

        // All of it happened on one day, before which there was nothing.
        var day = UtcDay.Of(market.TimeNanos);
        var trades = new List<AccountTrade>();
        await history.Trades.OfAccountAsync(account, "SYM0", default, trades.Add, Token);
        Assert.All(trades, trade => Assert.Equal(day, UtcDay.Of(trade.TimeNanos)));
        var lots = trades.Sum(trade => trade.Lots);
        var expected = trades.Aggregate(
            (Int128)0,
            (sum, trade) => sum - ((Int128)trade.Lots * trade.LotValue) - trade.Fee) + ((Int128)lots * lotValue * 777);
        Assert.Equal(
            new DayGain(account, "SYM0", expected),
            Assert.Single(await history.Margin.DayGainsAsync(instrument, day, 777, Token)));

        // The next day only the price moves, from the last trade of the day before, for the whole position including
        // deposits.
        var units = market.Balances()
            .Single(balance => balance.Account == account && balance.Asset == instrument.Base.Name).Total;
        Assert.NotEqual(units, lots * instrument.LotUnits);
        var last = (await Projecting.RowsAsync(
            history, "c", "SELECT close FROM candle WHERE symbol = 'SYM0' ORDER BY minute DESC LIMIT 1", Token))[0];
        var close = long.Parse(last[2..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(
            Rounding.DivDown((Int128)units * lotValue * (777 - close), instrument.LotUnits),
            Assert.Single(await history.Margin.DayGainsAsync(instrument, day + 1, 777, Token)).Amount);
        Assert.Empty(
            await history.Margin.DayGainsAsync(instrument with { Quote = new Asset("EUR", 2) }, day, 777, Token));
    }

    [Fact]
    public async Task A_share_that_is_paid_twice_or_that_nobody_asked_for_is_found()
    {
        await using var history = await OpenAsync("shares");
        var share = new DeficitSharePaid(1, "USD", 2, 1_001, 5, 300);
        await history.ApplyAsync(
            [
                new AccountChunk(
                    1_001, 1,
                    [new AccountKindSet(1, "USD", 2, "desk", ""), new DeficitCovered(1, "USD", 2, 5, 100, 300)]),
                new AccountChunk(1_002, 1, [new AccountKindSet(1, "USD", 2, "desk", ""), share]),
            ],
            Token);
        Assert.DoesNotContain(
            await HistoryInvariants.CheckAsync(history, 0, null, Token),
            violation => violation.Name.StartsWith("I38", StringComparison.Ordinal));
        await history.ApplyAsync([new AccountChunk(1_002, 3, [share])], Token);
        Assert.Contains(
            await HistoryInvariants.CheckAsync(history, 0, null, Token),
            violation => violation.Name.StartsWith("I38", StringComparison.Ordinal));
    }
}
