using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.History.Tests;

// Matches stopped by self-trade prevention.
public abstract partial class HistoryContract
{
    private const long One = 1000;
    private const long Other = 1001;

    [Fact]
    public async Task Prevented_matches_are_found_by_place_by_order_and_by_account()
    {
        await using var history = await OpenAsync("prevented");
        await history.ApplyAsync([new BookChunk("SYM0", 1, Prevented())], Token);
        Assert.Empty(await HistoryInvariants.CheckAsync(history, 0, null, Token));

        // One account sees its takers 2 to 5 of records 3 to 6, the other its makers 1 and 6.
        Assert.Equal([6, 5, 4, 3], await PlacesAsync(new PreventedQuery(One)));
        Assert.Equal([6, 5], await PlacesAsync(new PreventedQuery(One, Limit: 2)));
        Assert.Equal([3, 4, 5, 6], await PlacesAsync(new PreventedQuery(One, "SYM0", From: default(TradePlace))));
        Assert.Equal([4, 5], await PlacesAsync(new PreventedQuery(One, "SYM0", From: new TradePlace(3, 1), Limit: 2)));
        Assert.Equal([4], await PlacesAsync(new PreventedQuery(One, "SYM0", Only: new TradePlace(4, 0))));
        Assert.Empty(await PlacesAsync(new PreventedQuery(One, "SYM0", Only: new TradePlace(4, 1))));
        Assert.Empty(await PlacesAsync(new PreventedQuery(One, "SYM1")));
        Assert.Equal([4], await PlacesAsync(new PreventedQuery(One, "SYM0", 3, default(TradePlace))));
        Assert.Equal([3, 4, 5, 6], await PlacesAsync(new PreventedQuery(Other, "SYM0", 1, default(TradePlace))));
        Assert.Empty(await PlacesAsync(new PreventedQuery(Other, "SYM0", 3, default(TradePlace))));
        Assert.Equal([6, 5, 4, 3], await PlacesAsync(new PreventedQuery(Other, "SYM0", IsOpen: true)));
        Assert.Empty(await PlacesAsync(new PreventedQuery(One, "SYM0", IsOpen: true)));

        var lost = (await history.Orders.FindAsync(new OrderQuery(Other), Token)).Single().Prevented;
        Assert.Equal(new PreventedQuantity(new TradePlace(6, 0), 8, 8), lost);
        var orders = await history.Orders.FindAsync(new OrderQuery(One), Token);
        Assert.Equal(
            Enumerable.Repeat((0L, (long?)2, (long?)2), 4),
            orders.Select(order => (order.QuantityLots, order.Prevented?.Lots, order.Prevented?.TakenOffLots)));

        async Task<IEnumerable<long>> PlacesAsync(PreventedQuery query) =>
            (await history.PreventedMatches.FindAsync(query, Token)).Select(match => match.Place.Sequence);
    }

    [Fact]
    public async Task A_match_between_two_orders_of_one_account_is_found_once()
    {
        await using var history = await OpenAsync("preventedonce");
        await history.ApplyAsync([new BookChunk("SYM0", 1, Prevented(taker: Other))], Token);
        var matches = await history.PreventedMatches.FindAsync(new PreventedQuery(Other), Token);
        Assert.Equal([6, 5, 4, 3], matches.Select(match => match.Place.Sequence));
        Assert.All(matches, match => Assert.True(match is { Taker.IsOwn: true, Maker.IsOwn: true }));
    }

    [Theory]
    [InlineData("UPDATE prevented_match SET taker_qty = taker_qty + 1")]
    [InlineData("UPDATE prevented_match SET maker_order = 77")]
    [InlineData("UPDATE prevented_match SET maker_number = taker_number")]
    [InlineData("UPDATE prevented_match SET mode = 3")]
    [InlineData("UPDATE ord SET side = 'B'")]
    public async Task A_prevented_match_that_does_not_fit_its_orders_is_found(string fault)
    {
        var name = "prevented" + ((fault.Length * 31) + fault[^1]);
        await using var history = await OpenAsync(name);
        await history.ApplyAsync([new BookChunk("SYM0", 1, Prevented())], Token);
        await using (var connection = await ConnectAsync(name))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = fault;
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync(Token));
        }

        Assert.Contains(
            await HistoryInvariants.CheckAsync(history, 0, null, Token),
            violation => violation.Name.StartsWith("I34", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_history_of_before_there_were_prevented_matches_is_told_from_one_of_now()
    {
        await using var history = await OpenAsync("older");
        await history.ApplyAsync([new BookChunk("SYM0", 1, Prevented())], Token);
        Assert.True(await history.IsOfThisReleaseAsync(Token));
        await using (var connection = await ConnectAsync("older"))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "DROP TABLE prevented_match";
            await command.ExecuteNonQueryAsync(Token);
        }

        Assert.False(await history.IsOfThisReleaseAsync(Token));
        await using var again = await OpenAsync("older");
        Assert.True(await again.IsOfThisReleaseAsync(Token));
        Assert.Empty(await again.CursorsAsync(Token));
    }

    /// <summary>
    /// Returns a resting order of 50 lots, and four incoming ones that shrink both by two lots each, themselves to
    /// nothing.
    /// </summary>
    private static ImmutableArray<BookRecord> Prevented(long taker = One)
    {
        var instrument = new RecordMarket(1).Streams["book/SYM0"][0];
        var resting = Entered(Other, 1, Side.Sell, 50);
        var records = ImmutableArray.CreateBuilder<BookRecord>();
        records.Add((BookRecord)instrument);
        records.Add(new OrderAccepted(2, resting, 1, [], 50, EndReason.None, 50, null));
        for (var i = 0; i < 4; i++)
        {
            var (number, id, left) = (i + 2, i + 2, 50 - (2 * (i + 1)));
            var order = Entered(taker, number, Side.Buy, 2) with { SelfTrade = SelfTradePrevention.Decrement };
            records.Add(new BookTurn(
                i + 3,
                new EnterOrder(order),
                RejectReason.None,
                TradingPhase.Continuous,
                [
                    new OrderOpened(taker, number, id, Side.Buy, 100, 2, 2, 200),
                    new MatchPrevented(
                        Side.Buy, 100, 2, new(taker, number, id, 2), new(Other, 1, 1, 2),
                        SelfTradePrevention.Decrement, 9),
                    new OrderChanged(taker, number, id, Side.Buy, 100, 2, 0, 0),
                    new OrderChanged(Other, 1, 1, Side.Sell, 100, 2, left, left),
                    new OrderEnded(taker, number, id, Side.Buy, EndReason.SelfTrade, 100, 0, 0),
                ],
                [],
                null));
        }

        return records.DrainToImmutable();
    }

    private static SubmitOrder Entered(long account, long number, Side side, long lots) =>
        new(account, number, $"n{number}", side, OrderType.Limit, TimeInForce.GoodTillCancel, false, 100, lots, 0, 0);
}
