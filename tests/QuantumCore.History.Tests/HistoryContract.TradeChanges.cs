using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.History.Tests;

// Busted and corrected trades.
public abstract partial class HistoryContract
{
    [Fact]
    public async Task Changed_trades_are_told_as_they_are_now_and_as_they_were_made()
    {
        await using var history = await OpenAsync("changed");
        await history.ApplyAsync([new BookChunk("SYM0", 1, ChangedTrades())], Token);
        Assert.Empty(await HistoryInvariants.CheckAsync(history, 0, null, Token));
        Assert.Equal(6, await history.Trades.LastChangeAsync("SYM0", Token));
        Assert.Equal(0, await history.Trades.LastChangeAsync("SYM1", Token));

        var fills = await history.Fills.AfterAsync(One, "SYM0", default, 10, Token);
        Assert.Equal(
            [
                (TradeState.Void, 100L, 100L, 0L), (TradeState.Corrected, 100L, 90L, 6L),
                (TradeState.AsMade, 0L, 100L, 7L)],
            fills.Select(fill => (fill.State, fill.TradedTicks, fill.Fill.PriceTicks, fill.Fill.Fee)));
        Assert.Equal(
            [0, 5, 1],
            (await history.Fills.AfterAsync(Other, "SYM0", default, 10, Token)).Select(fill => fill.Fill.Fee));
        var trades = new List<AccountTrade>();
        await history.Trades.OfAccountAsync(One, "SYM0", default, trades.Add, Token);
        Assert.Equal([(2L, 6L), (3, 7)], trades.Select(trade => (trade.Lots, trade.Fee)));
        Assert.Equal(90 * trades[1].LotValue, 100 * trades[0].LotValue);
        PublicTrade made = new(3, 0, 3, 100, 1, Side.Buy);
        PublicTrade[] seen = [
            made with { ChangedTicks = 0 }, made with { Index = 1, QuantityLots = 2, ChangedTicks = 90 },
            made with { Index = 2, QuantityLots = 3 }];
        Assert.Equal(
            seen, await history.Trades.FindAsync(new TradeQuery("SYM0", new TradePlace(1, 0), null, null, 10), Token));
        Assert.Equal(seen[1..], await history.Trades.FindAsync(new TradeQuery("SYM0", null, null, null, 2), Token));
    }

    [Theory]
    [InlineData("UPDATE trade_change SET px = 91 WHERE px = 90", "I39")]
    [InlineData("UPDATE trade_change SET taker_fee = taker_fee + 1 WHERE px = 90", "I39")]
    [InlineData("UPDATE trade_change SET px = 1 WHERE px = 0", "I39")]
    [InlineData("UPDATE trade_change SET trade_idx = 9 WHERE px = 0", "I40")]
    [InlineData("UPDATE trade_change SET seq = 3 WHERE px = 0", "I40")]
    [InlineData("UPDATE trade_change SET px = 0 WHERE seq = 4", "I40")]
    [InlineData("DELETE FROM trade_change WHERE px = 0", "I06")]
    [InlineData("UPDATE event_block SET seqs = REPLACE(seqs, ',6', ',5') WHERE account = 1001", "I19")]
    public async Task A_change_that_does_not_fit_its_trade_is_found(string fault, string rule)
    {
        var name = "changed" + ((fault.Length * 31) + fault[^1]);
        await using var history = await OpenAsync(name);
        await history.ApplyAsync([new BookChunk("SYM0", 1, ChangedTrades())], Token);
        await using (var connection = await ConnectAsync(name))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = fault;
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync(Token));
        }

        Assert.Contains(
            await HistoryInvariants.CheckAsync(history, 0, null, Token),
            violation => violation.Name.StartsWith(rule, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_history_that_lacks_a_view_alone_is_told_from_one_of_now_and_keeps_its_rows()
    {
        await using var history = await OpenAsync("viewless");
        await history.ApplyAsync([new BookChunk("SYM0", 1, ChangedTrades())], Token);
        var cursors = await history.CursorsAsync(Token);
        await using (var connection = await ConnectAsync("viewless"))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "DROP VIEW taken_back";
            await command.ExecuteNonQueryAsync(Token);
        }

        Assert.False(await history.IsOfThisReleaseAsync(Token));
        await using var again = await OpenAsync("viewless");
        Assert.True(await again.IsOfThisReleaseAsync(Token));
        Assert.Equal(cursors, await again.CursorsAsync(Token));
        Assert.Empty(await HistoryInvariants.CheckAsync(again, 0, null, Token));
    }

    /// <summary>
    /// Returns a resting order of six lots and takers of one, two and three of it. The second trade is corrected twice,
    /// the first is busted.
    /// </summary>
    private static ImmutableArray<BookRecord> ChangedTrades()
    {
        var taker = Entered(One, 2, Side.Buy, 6);
        TradeFill[] fills = [Made(1, 5, 1), Made(2, 7, 5), Made(3, 7, 1)];
        return
        [
            (BookRecord)new RecordMarket(1).Streams["book/SYM0"][0],
            new OrderAccepted(2, Entered(Other, 1, Side.Sell, 6), 1, [], 6, EndReason.None, 6, null),
            new OrderAccepted(3, taker, 2, [.. fills], 0, EndReason.None, 0, null),
            Changed(4, 1, 100, 7, 5, 80, 5, 4),
            Changed(5, 1, 80, 5, 4, 90, 6, 5),
            Changed(6, 0, 100, 5, 1, 0, 0, 0),
        ];

        TradeFill Made(long lots, long fee, long makerFee)
        {
            var left = 6 - (lots * (lots + 1) / 2);
            return new(1, Other, 1, 100, lots, makerFee, fee, left, left);
        }

        BookTurn Changed(
            long sequence, int index, long before, long takerBefore, long makerBefore, long price, long takerFee,
            long makerFee)
        {
            var fill = new MatchedTrade(
                Side.Buy, 100, index + 1, new(One, 2, 2, fills[index].TakerFee),
                new(Other, 1, 1, fills[index].MakerFee));
            var reversed = new TradeReversed(fill.At(before, takerBefore, makerBefore));
            var restated = new TradeRestated(fill.At(price, takerFee, makerFee));
            return new BookTurn(
                sequence, new RecordedTrade(new TradePlace(3, index), 3, fill).Change(price), RejectReason.None,
                TradingPhase.Continuous,
                price == 0 ? [reversed] : [reversed, restated], [], null);
        }
    }
}
