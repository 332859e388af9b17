using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Grains.Recovery;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using Xunit;
using Market = QuantumCore.Grains.Tests.SettlementTests.Market;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// A busted trade returns to both sides what they had of it, and a corrected one is settled again: money, units and
/// fees, in accounts, history and settlement.
/// </summary>
public class TradeChangeTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Carol = 1003;
    private const long Cash = SettlementTests.Cash;
    private static readonly TradePlace s_trade = new(3, 0);

    [Fact]
    public async Task Void_trade_gives_back_units_money_and_fees_and_leaves_the_orders_as_they_were()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        var sell = await market.Exchange.PlaceAsync(Bob, "ask", "NOW", Side.Sell, 10_000, 10);
        var buy = await market.Exchange.PlaceAsync(Alice, "bid", "NOW", Side.Buy, 10_000, 10);
        Assert.Equal((Cash - 100_078, 1_010), await HasAsync(market, Alice));
        Assert.Equal((Cash + 99_980, 990), await HasAsync(market, Bob));

        var changed = await ChangeAsync(market, s_trade, 0);
        Assert.Equal(
            (RejectReason.None, 0, 0, 0), (changed.Reason, changed.PriceTicks, changed.BuyerFee, changed.SellerFee));
        Assert.Equal(
            (Alice, Bob, 10_000, 10),
            (changed.Trade.Taker.Account, changed.Trade.Maker.Account, changed.Trade.PriceTicks,
                changed.Trade.QuantityLots));
        Assert.Equal((Cash, 1_000), await HasAsync(market, Alice));
        Assert.Equal((Cash, 1_000), await HasAsync(market, Bob));
        Assert.Equal(OrderStatus.Filled, (await market.Exchange.Book("NOW").Status(Alice, buy.OrderId)).Status);
        Assert.Equal(OrderStatus.Filled, (await market.Exchange.Book("NOW").Status(Bob, sell.OrderId)).Status);
        Assert.Equal(10_000, (await market.Exchange.Book("NOW").State()).LastPriceTicks);
        await market.RequireInvariantsAsync();

        var fill = Assert.Single(await market.Exchange.Ledger.Fills(Alice, "NOW", 10, []));
        Assert.Equal(
            (TradeState.Void, 10_000, 10_000, 0), (fill.State, fill.TradedTicks, fill.Fill.PriceTicks, fill.Fill.Fee));
        var now = market.Time.UnixNanos();
        var revenue = Assert.Single(await market.Exchange.Ledger.FeeRevenue(now - UtcDay.Nanos, now + UtcDay.Nanos));
        Assert.Equal((1, 0, 0), (revenue.Trades, revenue.MakerFees, revenue.TakerFees));
    }

    [Fact]
    public async Task Corrected_trade_settles_with_fees_of_its_new_value_and_may_be_void_later()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);

        Assert.Equal((10_000, 78, 20), await FiguresAsync(market, s_trade, 10_000));
        Assert.Equal(3, (await market.Exchange.Book("NOW").State()).Sequence);
        var changed = await ChangeAsync(market, s_trade, 9_000);
        Assert.Equal((9_000, 70, 18), (changed.PriceTicks, changed.BuyerFee, changed.SellerFee));
        Assert.Equal((Cash - 90_070, 1_010), await HasAsync(market, Alice));
        Assert.Equal((Cash + 89_982, 990), await HasAsync(market, Bob));
        await market.RequireInvariantsAsync();
        var fill = Assert.Single(await market.Exchange.Ledger.Fills(Bob, "NOW", 10, []));
        Assert.Equal(
            (TradeState.Corrected, 10_000, 9_000, 18),
            (fill.State, fill.TradedTicks, fill.Fill.PriceTicks, fill.Fill.Fee));

        // A price equal to the current or original one: nothing more is recorded, so a request can be repeated after a
        // lost response.
        Assert.Equal(changed, await ChangeAsync(market, s_trade, 9_000));
        // From the original fees: what rounding took returns with the price.
        Assert.Equal((10_000, 78, 20), await FiguresAsync(market, s_trade, 10_000));
        Assert.Equal((Cash - 100_078, 1_010), await HasAsync(market, Alice));
        Assert.Equal((11_000, 86, 22), await FiguresAsync(market, s_trade, 11_000));
        Assert.Equal((0, 0, 0), await FiguresAsync(market, s_trade, 0));
        Assert.Equal((Cash, 1_000), await HasAsync(market, Alice));
        Assert.Equal((Cash, 1_000), await HasAsync(market, Bob));
        await market.RequireInvariantsAsync();
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(2, 0)]
    [InlineData(4, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 0)]
    [InlineData(-3, 0)]
    [InlineData(3, -1)]
    [InlineData(long.MaxValue, int.MaxValue)]
    public async Task Unknown_trade_can_not_be_changed(long sequence, int index)
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        Assert.Equal(RejectReason.UnknownTrade, (await ChangeAsync(market, new TradePlace(sequence, index), 0)).Reason);
        Assert.Equal(
            RejectReason.UnknownTrade, (await ChangeAsync(market, new TradePlace(sequence, index), 9_000)).Reason);
        Assert.Equal(
            RejectReason.UnknownSymbol,
            (await market.Exchange.Book("NOW").Grain.ChangeTrade("NONE", s_trade, 0)).Reason);
        Assert.Equal((Cash - 100_078, 1_010), await HasAsync(market, Alice));
    }

    [Fact]
    public async Task Void_trade_is_never_changed_again_and_no_price_is_one_it_can_not_have()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        Assert.Equal(RejectReason.InvalidPrice, (await ChangeAsync(market, s_trade, -1)).Reason);
        Assert.Equal(RejectReason.InvalidPrice, (await ChangeAsync(market, s_trade, long.MaxValue)).Reason);
        Assert.Equal(RejectReason.None, (await ChangeAsync(market, s_trade, 0)).Reason);
        Assert.Equal(RejectReason.UnknownTrade, (await ChangeAsync(market, s_trade, 0)).Reason);
        Assert.Equal(RejectReason.UnknownTrade, (await ChangeAsync(market, s_trade, 9_000)).Reason);
        await market.RequireInvariantsAsync();

        // Only the book itself reports trades.
        var forged = new RecordedTrade(
            s_trade, 1, new MatchedTrade(Side.Buy, 1, 1_000_000, new(Alice, 1, 2, 0), new(Bob, 1, 1, 0)));
        Assert.Equal(RejectReason.BadRequest, await market.Exchange.Book("NOW").Operate(forged.Change(0)));
        Assert.Equal(
            RejectReason.BadRequest,
            await market.Exchange.Book("NOW").Operate(new BustTrade(null, 1)));
    }

    [Fact]
    public async Task Trades_of_a_sweep_are_changed_one_by_one_and_a_self_trade_refunds_its_fees()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.Exchange.PlaceAsync(Bob, "1", "NOW", Side.Sell, 10_000, 10);
        await market.Exchange.PlaceAsync(Carol, "2", "NOW", Side.Sell, 11_000, 5);
        await market.Exchange.PlaceAsync(Alice, "3", "NOW", Side.Sell, 12_000, 5);
        var sweep = await market.Exchange.PlaceAsync(Alice, "4", "NOW", Side.Buy, 12_000, 20);
        Assert.Equal(3, sweep.Fills.Length);
        var before = await HasAsync(market, Alice);

        Assert.Equal((0, 0, 0), await FiguresAsync(market, new TradePlace(sweep.Sequence, 1), 0));
        Assert.Equal((Cash, 1_000), await HasAsync(market, Carol));
        Assert.Equal((before.Cash + 55_000 + 43, before.Units - 5), await HasAsync(market, Alice));
        Assert.Equal((0, 0, 0), await FiguresAsync(market, new TradePlace(sweep.Sequence, 2), 0));
        Assert.Equal((before.Cash + 55_000 + 43 + 12 + 47, before.Units - 5), await HasAsync(market, Alice));
        await market.RequireInvariantsAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Account_without_the_units_of_a_void_trade_is_frozen_until_they_are_deposited(bool bySnapshot)
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        Assert.Equal(
            RejectReason.None,
            (await market.Account(Alice).Transfer(new TransferRequest("gone", Carol, "NOW", 1_005))).Reason);
        var open = await market.Exchange.PlaceAsync(Alice, "open", "NOW", Side.Buy, 9_000, 1);

        Assert.Equal(RejectReason.None, (await ChangeAsync(market, s_trade, 0)).Reason);
        Assert.Equal((Cash, -5), await HasAsync(market, Alice));
        Assert.True((await market.Exchange.ViewAsync(Alice)).IsFrozen);
        await market.Exchange.Ledger.CatchUp();
        await market.Exchange.Service<OrderRecovery>().CloseKilledAsync(CancellationToken.None);
        Assert.Equal(OrderStatus.Cancelled, (await market.Exchange.Book("NOW").Status(Alice, open.OrderId)).Status);
        Assert.Equal(RejectReason.InsufficientFunds, await market.Account(Alice).Unfreeze("desk", "let it"));
        await market.RequireInvariantsAsync();
        if (bySnapshot)
        {
            await market.ForgetAsync(Alice);
            Assert.Equal(RejectReason.InsufficientFunds, await market.Account(Alice).Unfreeze("desk", "let it"));
        }

        Assert.Equal(RejectReason.AccountFrozen, (await market.BuyAsync(Alice, "NOW", 1)).Reason);
        await market.Account(Alice).Deposit(new DepositRequest("more", "NOW", 4));
        Assert.Equal(RejectReason.InsufficientFunds, await market.Account(Alice).Unfreeze("desk", "let it"));
        await market.Account(Alice).Deposit(new DepositRequest("most", "NOW", 1));
        Assert.Equal(RejectReason.None, await market.Account(Alice).Unfreeze("desk", "it has come"));
        Assert.Equal(RejectReason.None, (await market.BuyAsync(Alice, "NOW", 1)).Reason);
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Account_that_heard_of_it_from_the_journal_alone_is_frozen_too()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        await market.Account(Alice).Transfer(new TransferRequest("gone", Carol, "NOW", 1_010));

        // The newest activation of Alice's account is in another silo, which nobody notifies.
        await using var other = await market.StartAgainAsync();
        Assert.Equal((Cash - 100_078, 0), await HasAsync(other, Alice));
        var changed = await ChangeAsync(market, s_trade, 0);
        Assert.Equal((RejectReason.None, 4), (changed.Reason, changed.Sequence));

        // The agent of the earlier silo may call its own activation meanwhile, which takes over the stream. Callers are
        // told to retry.
        AccountView? view = null;
        await Wait.UntilAsync(async () =>
        {
            try
            {
                view = await other.Account(Alice).View([new SeenSequence("NOW", changed.Sequence)]);
            }
            catch (StreamLostException)
            {
                return false;
            }

            return true;
        });
        Assert.Equal((-10, true), (view!.Of("NOW").Total, view!.IsFrozen));
    }

    [Fact]
    public async Task Refunded_withdrawal_covers_a_shortage()
    {
        await using var disk = new Disk();
        disk.Bank.Word = _ => PayoutVerdict.NotYet;
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        await market.Account(Bob).Withdraw(new WithdrawRequest("out", "USD", Cash + 99_980, "somewhere"));
        Assert.Equal(RejectReason.None, (await ChangeAsync(market, s_trade, 0)).Reason);
        Assert.Equal((-99_980, 1_000), await HasAsync(market, Bob));
        Assert.Equal(RejectReason.InsufficientFunds, await market.Account(Bob).Unfreeze("desk", "let it"));

        disk.Bank.Word = _ => PayoutVerdict.Refused;
        await WithdrawalTests.UntilAsync(market.Exchange, Bob, PayoutState.Refused);
        Assert.Equal((Cash, 1_000), await HasAsync(market, Bob));
        Assert.Equal(RejectReason.None, await market.Account(Bob).Unfreeze("desk", "it has come"));

        // From its records alone, where the change precedes what returned.
        await using var again = await market.StartAgainAsync();
        Assert.False((await again.Exchange.ViewAsync(Bob)).IsFrozen);
    }

    [Theory]
    [InlineData(3, 9_000)]
    [InlineData(6, 0)]
    public async Task Stale_activation_does_not_answer_a_trade_change(
        long sequence, long priceTicks)
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        await ChangeAsync(market, s_trade, 9_000);

        // The newest activation of the book is in another silo; the earlier one knows nothing of its trades and
        // changes.
        await using var other = await market.StartAgainAsync();
        await other.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        Assert.Equal((8_000, 63, 16), await FiguresAsync(other, s_trade, 8_000));
        var newest = (await other.Exchange.RecordsAsync("NOW"))[^1].Sequence;
        TradeChanged? answer = null;
        var failure = await Record.ExceptionAsync(
            async () => answer = await ChangeAsync(market, new TradePlace(sequence, 0), priceTicks));

        // Where a second has passed, its silo has noticed, and the book is begun anew there: then it is changed indeed.
        Assert.Equal(failure is null, answer is { Reason: RejectReason.None } done && done.Sequence > newest);
    }

    [Fact]
    public async Task Units_that_are_held_for_an_order_are_taken_back_and_the_order_is_cancelled()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        var held = await market.Exchange.PlaceAsync(Alice, "all", "NOW", Side.Sell, 12_000, 1_010);
        Assert.Equal(RejectReason.None, (await ChangeAsync(market, s_trade, 0)).Reason);
        Assert.True((await market.Exchange.ViewAsync(Alice)).IsFrozen);

        // Before anybody has cancelled it, it may trade: all of it, and the account owes what it did not have.
        var taken = await market.Exchange.PlaceAsync(Bob, "bid", "NOW", Side.Buy, 12_000, 50);
        Assert.Equal(50, taken.FilledLots);
        await market.Exchange.Ledger.CatchUp();
        await market.Exchange.Service<OrderRecovery>().CloseKilledAsync(CancellationToken.None);
        Assert.Equal(OrderStatus.Cancelled, (await market.Exchange.Book("NOW").Status(Alice, held.OrderId)).Status);
        await market.Account(Alice).CatchUp();
        Assert.Equal(RejectReason.None, await market.Account(Alice).Unfreeze("desk", "what it has is free now"));
        Assert.Equal(950, (await HasAsync(market, Alice)).Units);
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Change_settles_with_the_trades_of_its_own_day()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        await market.AdvanceAsync(days: 2);
        Assert.Equal((Cash - 100_078, 0), await market.HasAsync(Alice, "USD"));

        Assert.Equal(
            RejectReason.None, (await market.Exchange.Book("ONE").Grain.ChangeTrade("ONE", s_trade, 0)).Reason);
        await market.Account(Alice).CatchUp();
        Assert.Equal((Cash, 100_078), await market.HasAsync(Alice, "USD"));
        Assert.Equal((1_000, -10), await market.HasAsync(Alice, "ONE"));
        await market.RequireInvariantsAsync();
        await market.AdvanceAsync(days: 2);
        Assert.Equal((Cash, 0), await market.HasAsync(Alice, "USD"));
        Assert.Equal((1_000, 0), await market.HasAsync(Alice, "ONE"));
        Assert.Equal((Cash, 0), await market.HasAsync(Bob, "USD"));
        Assert.Equal(2, disk.Depository.Known.Count);
        await market.RequireInvariantsAsync();
    }

    [Theory]
    [InlineData(PositionMethod.Average)]
    [InlineData(PositionMethod.FirstInFirstOut)]
    public async Task Position_is_what_it_would_be_without_the_trade(PositionMethod method)
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        await market.TradeAsync("NOW", Alice, Bob, 12_000, 10);
        await market.TradeAsync("NOW", Carol, Alice, 13_000, 10);
        await market.Exchange.Ledger.CatchUp();
        var before = Assert.Single(await market.Exchange.Ledger.Positions(Alice, method, []));
        Assert.Equal(10, before.QuantityLots);

        Assert.Equal(RejectReason.None, (await ChangeAsync(market, s_trade, 0)).Reason);
        await market.Exchange.Ledger.CatchUp();
        var after = Assert.Single(await market.Exchange.Ledger.Positions(Alice, method, []));
        Assert.Equal((0L, (Int128)0, (Int128)10_000), (after.QuantityLots, after.Cost, after.Realised));
        Assert.Equal((Int128)(94 + 26), after.Fees);

        Assert.Equal((11_000, 86, 22), await FiguresAsync(market, new TradePlace(5, 0), 11_000));
        await market.Exchange.Ledger.CatchUp();
        Assert.Equal((Int128)20_000, Assert.Single(await market.Exchange.Ledger.Positions(Alice, method, [])).Realised);
    }

    [Fact]
    public async Task Volume_of_a_void_trade_leaves_its_day()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 1);
        market.Time.Advance(TimeSpan.FromDays(1));
        var today = UtcDay.Of(market.Time.UnixNanos());
        Assert.Equal((Int128)110_000, Assert.Single(await market.Account(Alice).VolumesBefore(today)).Volume);
        Assert.Equal(RejectReason.None, (await ChangeAsync(market, s_trade, 0)).Reason);
        await market.Account(Alice).CatchUp();
        Assert.Equal((Int128)10_000, Assert.Single(await market.Account(Alice).VolumesBefore(today)).Volume);
        Assert.Equal(RejectReason.None, (await ChangeAsync(market, new TradePlace(5, 0), 12_000)).Reason);
        await market.Account(Alice).CatchUp();
        Assert.Equal((Int128)12_000, Assert.Single(await market.Account(Alice).VolumesBefore(today)).Volume);
    }

    [Fact]
    public async Task Changes_are_the_same_after_a_restart()
    {
        await using var disk = new Disk();
        await using var before = await Market.OpenAsync(disk);
        await before.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        await before.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        await ChangeAsync(before, s_trade, 9_000);
        await ChangeAsync(before, new TradePlace(5, 0), 0);
        await before.Exchange.CrashAsync();

        await using var after = await before.StartAgainAsync();
        Assert.Equal((Cash - 90_070, 1_010), await HasAsync(after, Alice));
        Assert.Equal(RejectReason.UnknownTrade, (await ChangeAsync(after, new TradePlace(5, 0), 0)).Reason);
        Assert.Equal((0, 0, 0), await FiguresAsync(after, s_trade, 0));
        Assert.Equal((Cash, 1_000), await HasAsync(after, Alice));
        await after.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Both_sides_are_shown_the_change_once_it_is_answered()
    {
        await using var wire = await Wire.OpenAsync();
        var exchange = wire.Exchange;
        var token = TestContext.Current.CancellationToken;
        await wire.TradeAt150Async();
        await exchange.BobAsync(ServedExchange.Sell(2, 160));
        var bought = await exchange.AliceAsync(ServedExchange.Buy(2, 160));
        var trade = Assert.Single(bought.Fills).TradeId;
        var corrected = await exchange.Admin.Operator.Trading.CorrectTradeAsync(
            "AAPL", trade, 155m, cancellation: token);
        Assert.Equal(
            (160m, 155m, 2m, "ACC-1001", "ACC-1002"),
            (corrected.TradedPrice, corrected.Price, corrected.Quantity, corrected.Buyer, corrected.Seller));
        Assert.Equal((-460m - 0.12m - corrected.BuyerFee, 3m), Two(await ServedExchange.GainAsync(exchange.Alice)));
        var mine = (await wire.AskAsync("GET", "myTrades", "symbol=AAPL")).EnumerateArray().ToArray();
        Assert.Equal(["150.00000000", "155.00000000"], mine.Select(told => told.GetProperty("price").GetString()));

        var voided = await exchange.Admin.Operator.Trading.BustTradeAsync("AAPL", trade, cancellation: token);
        Assert.Equal((QuantumCore.Client.TradeState.Void, null, 0m), (voided.State, voided.Price, voided.BuyerFee));
        Assert.Equal((-150.12m, 1m), Two(await ServedExchange.GainAsync(exchange.Alice)));
        Assert.Equal((149.97m, -1m), Two(await ServedExchange.GainAsync(exchange.Bob)));
        var fills = await exchange.Bob.Orders.GetFillsAsync("AAPL", 10, token);
        Assert.Equal([QuantumCore.Client.TradeState.Void, null], fills.Select(fill => fill.State));
        Assert.Equal((160m, 0m), (fills[0].TradedPrice!.Value, fills[0].Fee));
        var third = await exchange.AliceAsync(ServedExchange.Sell(1, 140));
        await exchange.BobAsync(ServedExchange.Buy(1, 140));
        Assert.Equal(2, (await wire.AskAsync("GET", "myTrades", "symbol=AAPL")).GetArrayLength());
        // Nor does it take the place of one that is asked for.
        var behind = mine[0].GetProperty("id").GetInt64() + 1;
        var next = (await wire.AskAsync("GET", "myTrades", $"symbol=AAPL&fromId={behind}&limit=1")).EnumerateArray();
        Assert.Equal(third.OrderId, Assert.Single(next).GetProperty("orderId").GetInt64());
        var statement = await exchange.Alice.Account.GetStatementAsync(cancellation: token);
        Assert.Equal(
            ["bust", "correction", "trade"],
            statement.Entries.Where(entry => entry.TradeId == trade && entry.Asset == "AAPL")
                .Select(entry => entry.Cause).Distinct().Order(StringComparer.Ordinal));
        Assert.All(
            statement.Entries.Where(entry => entry.Cause is "bust" or "correction"),
            entry => Assert.Equal((trade, "AAPL", null), (entry.TradeId, entry.Symbol, entry.Key)));

        static (decimal, decimal) Two((decimal Usd, decimal Aapl, decimal UsdHeld, decimal AaplHeld) gain) =>
            (gain.Usd, gain.Aapl);
    }

    private static async Task<(long Cash, long Units)> HasAsync(Market market, long account)
    {
        await market.Account(account).CatchUp();
        var view = await market.Exchange.ViewAsync(account);
        return (view.Of("USD").Total, view.Of("NOW").Total);
    }

    private static ValueTask<TradeChanged> ChangeAsync(Market market, TradePlace trade, long priceTicks) =>
        market.Exchange.Book("NOW").Grain.ChangeTrade("NOW", trade, priceTicks);

    private static async Task<(long PriceTicks, long BuyerFee, long SellerFee)> FiguresAsync(
        Market market, TradePlace trade, long priceTicks)
    {
        var changed = await ChangeAsync(market, trade, priceTicks);
        Assert.Equal(RejectReason.None, changed.Reason);
        return (changed.PriceTicks, changed.BuyerFee, changed.SellerFee);
    }
}
