using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Self-trade prevention across the accounts of one owner: in every book they count as one party.</summary>
public class TradeGroupTests
{
    private const long Alice = 1001;
    private const long Sister = 1002;
    private const long Stranger = 1003;

    [Fact]
    public void Resting_orders_of_accounts_that_get_one_owner_do_not_trade_with_each_other()
    {
        var book = Book();
        Submit(book, Alice, 1, Side.Sell);
        Submit(book, Sister, 1, Side.Sell);
        Submit(book, Stranger, 1, Side.Sell);
        Group(book, (Alice, 1), (Sister, 1));

        var steps = Submit(book, Alice, 2, Side.Buy, 15, SelfTradePrevention.ExpireMaker).Steps;
        Assert.Equal(
            [(Alice, 1L), (Sister, 1L)],
            steps.OfType<MatchPrevented>().Select(step => (step.Maker.Account, step.Owner)));
        Assert.Equal([Stranger], steps.OfType<TradeMade>().Select(step => step.Trade.Maker.Account));
        Assert.Equal(10, Left(book, Alice, 2));
    }

    [Fact]
    public void An_account_that_leaves_its_owner_is_a_party_by_itself_with_the_orders_it_has()
    {
        var book = Book();
        Group(book, (Alice, 1), (Sister, 1));
        Submit(book, Sister, 1, Side.Sell);
        Submit(book, Sister, 2, Side.Sell);
        Group(book, (Alice, 1));

        Assert.Contains(
            Submit(book, Alice, 1, Side.Buy, 5, SelfTradePrevention.ExpireMaker).Steps,
            step => step is TradeMade);
        var prevented = Assert.Single(
            Submit(book, Sister, 3, Side.Buy, 5, SelfTradePrevention.ExpireMaker).Steps.OfType<MatchPrevented>());
        Assert.Equal(0, prevented.Owner);
    }

    [Fact]
    public void Groups_are_of_the_state_and_a_book_is_told_of_what_changed_alone()
    {
        var book = Book();
        Group(book, (Alice, 1), (Sister, 1), (Stranger, 2));
        Submit(book, Sister, 1, Side.Sell);
        var groups = new Dictionary<long, long> { [Alice] = 1, [Sister] = 1, [Stranger] = 2 };
        Assert.Null(book.CallForTradeGroups(groups));

        var restored = BookMachine.Restore("AAPL", book.Snapshot());
        Assert.Equal(book.Snapshot(), restored.Snapshot());
        Assert.Null(restored.CallForTradeGroups(groups));
        Assert.Contains(
            Submit(restored, Alice, 1, Side.Buy, 5, SelfTradePrevention.ExpireTaker).Steps,
            step => step is MatchPrevented);

        groups[Stranger] = 1;
        groups.Remove(Alice);
        Assert.Equal(
            [new(Alice, 0), new(Stranger, 1)], restored.CallForTradeGroups(groups)!.Accounts);
    }

    [Fact]
    public void A_malformed_call_changes_nothing()
    {
        var book = Book();
        var before = book.Snapshot();
        Assert.All(
            (AccountTradeGroup[][])[
                [], [new(Alice, 1), new(Alice, 1)], [new(3, 1)], [new(Alice, -1)], [new(Alice, 1L << 31)]],
            accounts =>
            {
                Assert.Equal(
                    RejectReason.BadRequest, book.Operate(new SetTradeGroups([.. accounts]), 9, out var record));
                Assert.Null(record);
                Assert.Equal(before, book.Snapshot());
            });
    }

    [Fact]
    public async Task Accounts_of_one_owner_do_not_trade_with_each_other_also_after_a_restart()
    {
        await using var disk = new Disk();
        await using (var dead = await Exchange.OpenAsync(disk, ["AAPL"], [Alice, Sister]))
        {
            await SellAsync(dead, Alice, "rested");
            await OwnAsync(dead, "family", Alice, Sister);
            Assert.Equal(
                EndReason.SelfTrade, (await BuyAsync(dead, Sister, "first", SelfTradePrevention.ExpireTaker)).End);
            await dead.CrashAsync();
        }

        await using var exchange = await Exchange.StartAsync(disk);
        await exchange.RefreshCatalogsAsync();
        var prevented = (await BuyAsync(exchange, Sister, "second", SelfTradePrevention.ExpireTaker)).Prevented!.All;
        Assert.Equal(1, Assert.Single(prevented).Owner);

        // Who asks for nothing trades, as ever; and whose account is taken away is a stranger.
        Assert.Equal(OrderStatus.Filled, (await BuyAsync(exchange, Sister, "third", SelfTradePrevention.None)).Status);
        await SellAsync(exchange, Alice, "again");
        await OwnAsync(exchange, "", Sister);
        Assert.Equal(
            OrderStatus.Filled, (await BuyAsync(exchange, Sister, "fourth", SelfTradePrevention.ExpireTaker)).Status);

        var turns = (await exchange.RecordsAsync("AAPL")).Select(record => record.Record).OfType<BookTurn>();
        Assert.Equal(2, turns.Count(turn => turn.Command is SetTradeGroups));
    }

    [Fact]
    public async Task An_owners_number_is_its_own_for_ever()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.StartAsync(disk);
        await OwnAsync(exchange, "one", 1001);
        Assert.Equal([0], await GroupsAsync(exchange));
        await OwnAsync(exchange, "two", 1002, 1003);
        await OwnAsync(exchange, "one", 1004);
        Assert.Equal([2, 1, 1, 2], await GroupsAsync(exchange));

        // The first account goes, another owner's comes: who has it bears the number of whom it has come to.
        await OwnAsync(exchange, "", 1001);
        await OwnAsync(exchange, "one", 1003);
        await OwnAsync(exchange, "three", 1001, 1005);
        Assert.Equal([3, 1, 2, 2, 3], await GroupsAsync(exchange));
        await exchange.CrashAsync();
        await using var again = await Exchange.StartAsync(disk);
        Assert.Equal([3, 1, 2, 2, 3], await GroupsAsync(again));
    }

    [Fact]
    public async Task Clients_are_told_of_the_group()
    {
        await using var wire = await Wire.OpenAsync();
        await wire.Exchange.BobAsync(ServedExchange.Buy(10, 100));
        await OwnAsync(wire.Exchange.Exchange, "family", ServedExchange.AliceAccount, ServedExchange.BobAccount);

        var taker = await wire.AskAsync(
            "POST", "order",
            "symbol=AAPL&side=SELL&type=LIMIT&timeInForce=GTC&quantity=4&price=100&selfTradePreventionMode=EXPIRE_BOTH&newOrderRespType=FULL");
        Assert.Equal(
            ("EXPIRED_IN_MATCH", 1),
            (taker.GetProperty("status").GetString(), taker.GetProperty("tradeGroupId").GetInt64()));
        var match = Assert.Single(
            (await wire.AskAsync(
                "GET", "myPreventedMatches", $"symbol=AAPL&orderId={taker.GetProperty("orderId")}")).EnumerateArray());
        Assert.Equal(1, match.GetProperty("tradeGroupId").GetInt64());
        Assert.False(match.TryGetProperty("makerPreventedQuantity", out _), match.ToString());
    }

    private static BookMachine Book()
    {
        var book = new BookMachine("AAPL");
        Assert.NotNull(book.Define(EncodedInstrument.From(Listed.Aapl), 1));
        return book;
    }

    private static void Group(BookMachine book, params (long Account, long Group)[] groups)
    {
        var call = book.CallForTradeGroups(groups.ToDictionary(of => of.Account, of => of.Group));
        Assert.Equal(RejectReason.None, book.Operate(call!, 2, out _));
    }

    private static BookTurn Submit(
        BookMachine book, long account, long number, Side side, long lots = 5,
        SelfTradePrevention mode = SelfTradePrevention.None)
    {
        var order = new SubmitOrder(
            account, number, $"n{number}", side, OrderType.Limit, TimeInForce.GoodTillCancel, false, 15_000, lots, 200,
            500, SelfTrade: mode);
        return book.Submit(order, 3) as BookTurn ?? new BookTurn(
            3, new AdvanceTime(), RejectReason.None, TradingPhase.Continuous, [], [], null);
    }

    private static long Left(BookMachine book, long account, long number) =>
        book.IsKnown(account, number, out var open, out _) && open is not null ? open.LeavesLots : 0;

    private static Task<ExecutionReport> SellAsync(Exchange exchange, long account, string key) =>
        PlaceAsync(exchange, account, key, Side.Sell, SelfTradePrevention.None);

    private static Task<ExecutionReport> BuyAsync(
        Exchange exchange, long account, string key, SelfTradePrevention mode) =>
        PlaceAsync(exchange, account, key, Side.Buy, mode);

    private static async Task<ExecutionReport> PlaceAsync(
        Exchange exchange, long account, string key, Side side, SelfTradePrevention mode)
    {
        var hold = await exchange.Account(account).Hold(
            [new HoldRequest(
                key, "AAPL", side, OrderType.Limit, TimeInForce.GoodTillCancel, false, 15_000, 5, SelfTrade: mode)]);
        return await exchange.SubmitAsync("AAPL", hold[0].Order!);
    }

    private static async Task OwnAsync(Exchange exchange, string owner, params long[] accounts)
    {
        foreach (var account in accounts)
            await exchange.Grains.Catalog().SetOwner(new OwnedAccount(account, owner));
        await exchange.RefreshCatalogsAsync();
    }

    private static async Task<IEnumerable<long>> GroupsAsync(Exchange exchange) =>
        (await exchange.Grains.Catalog().Owners()).OrderBy(account => account.Account)
            .Select(account => account.TradeGroup);
}
