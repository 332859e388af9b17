using Microsoft.Extensions.Logging.Abstractions;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Grains.Books;
using QuantumCore.Grains.Recovery;
using QuantumCore.Grains.Scheduled;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using Xunit;
using Market = QuantumCore.Grains.Tests.SettlementTests.Market;

namespace QuantumCore.Grains.Tests;

/// <summary>Changed trades whose account lacks what they take back, together with other events.</summary>
public class TradeChangeEdgeTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Carol = 1003;
    private const long Cash = SettlementTests.Cash;
    private static readonly TradePlace s_trade = new(3, 0);

    [Fact]
    public async Task Withdrawal_that_is_refused_brings_back_what_was_lacking()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        disk.Bank.Word = _ => PayoutVerdict.NotYet;
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        Assert.Equal(
            RejectReason.None,
            (await market.Account(Alice).Withdraw(new WithdrawRequest("gone", "NOW", 1_010, "vault"))).Reason);
        Assert.Equal(RejectReason.None, (await ChangeAsync(market, "NOW", 0)).Reason);
        await market.Account(Alice).CatchUp();
        Assert.True((await market.Exchange.ViewAsync(Alice)).IsFrozen);
        disk.Bank.Word = _ => PayoutVerdict.Refused;
        await Wait.UntilAsync(
            async () =>
            {
                await market.Exchange.Ledger.CatchUp();
                await market.Exchange.Service<FundsRecovery>().CarryWithdrawalsAsync(CancellationToken.None);
                await market.Account(Alice).CatchUp();
                return (await market.Exchange.ViewAsync(Alice)).Of("NOW").Total == 1_000;
            },
            "the refusal");
        Assert.Equal(RejectReason.None, await market.Account(Alice).Unfreeze("desk", "it has come back"));
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Account_short_of_units_at_a_cut_owes_their_dividend()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        await market.Account(Alice).Withdraw(new WithdrawRequest("gone", "NOW", 1_010, "vault"));
        await market.Account(Alice).Withdraw(new WithdrawRequest("cash", "USD", Cash - 100_078, "bank"));
        Assert.Equal(RejectReason.None, (await ChangeAsync(market, "NOW", 0)).Reason);
        await market.Account(Alice).CatchUp();
        // 10 units at 200.00.
        Assert.Null(await market.Catalog.AnnounceAction(new CorporateActionRequest(
            "div", CorporateActionKind.CashDividend, "NOW", 0, 0, 20_000L * 100_000_000, "desk", "")));
        await CarryAsync(market, CorporateActionState.Paid);
        Assert.Equal(100_078 - 200_000, (await market.Exchange.ViewAsync(Alice)).Of("USD").Total);
        await market.Account(Alice).Deposit(new DepositRequest("units", "NOW", 10));
        Assert.Equal(RejectReason.InsufficientFunds, await market.Account(Alice).Unfreeze("desk", "units have come"));
        await market.ForgetAsync(Alice);
        Assert.Equal(100_078 - 200_000, (await market.Exchange.ViewAsync(Alice)).Of("USD").Total);
        await market.Account(Alice).Deposit(new DepositRequest("owed", "USD", 200_000 - 100_078));
        Assert.Equal(RejectReason.None, await market.Account(Alice).Unfreeze("desk", "all has come"));
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Symbol_change_waits_for_who_lacks_old_units_and_they_can_still_come_in()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        Assert.Equal(
            RejectReason.None,
            (await market.Account(Alice).Transfer(new TransferRequest("gone", Carol, "NOW", 1_005))).Reason);
        await market.Exchange.Ledger.CatchUp();
        await market.Exchange.Service<FundsRecovery>().CarryTransfersAsync(CancellationToken.None);
        Assert.Equal(RejectReason.None, (await ChangeAsync(market, "NOW", 0)).Reason);
        await market.Account(Alice).CatchUp();
        Assert.Equal(-5, (await market.Exchange.ViewAsync(Alice)).Of("NOW").Total);
        Assert.Null(await market.Catalog.AnnounceAction(new CorporateActionRequest(
            "new", CorporateActionKind.SymbolChange, "NOW", 0, 0, 1, "desk", "", NewSymbol: "NEW", NewAsset: "NEW")));
        await market.Exchange.Book("NOW").Operate(new SetTradingPhase(TradingPhase.Halt));
        for (var round = 0; round < 5; round++)
            await CarryAsync(market);
        Assert.Equal(-5, (await market.Exchange.ViewAsync(Alice)).Of("NOW").Total);
        Assert.Equal(
            RejectReason.None, (await market.Account(Alice).Deposit(new DepositRequest("five", "NOW", 5))).Reason);
        await CarryAsync(market, CorporateActionState.Entered, CorporateActionState.Paid);
        Assert.Equal(RejectReason.None, await market.Account(Alice).Unfreeze("desk", "it has come"));
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Margin_account_that_lacks_what_is_no_part_of_its_equity_is_frozen()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        var other = market.Exchange.Account(MarginMarket.Other);
        await other.Deposit(new DepositRequest("cash", "USD", 1_000_000));
        var ask = await market.PlaceAsync(MarginMarket.Maker, Side.Sell, 10_000, 50, "XYZ");
        var bought = await market.PlaceAsync(MarginMarket.Other, Side.Buy, 10_000, 50, "XYZ");
        Assert.Equal((OrderStatus.New, 50), (ask.Status, bought.FilledLots));
        await market.Exchange.ViewAsync(MarginMarket.Other, bought);
        Assert.Equal(RejectReason.None, (await other.Withdraw(new WithdrawRequest("gone", "XYZ", 50, "vault"))).Reason);
        Assert.Null(await other.SetKind(new("USD", "desk", "asked for")));
        Assert.Equal(
            RejectReason.None,
            (await market.Exchange.Book("XYZ").Grain.ChangeTrade("XYZ", new TradePlace(bought.Sequence, 0), 0)).Reason);
        await other.CatchUp();
        var view = await market.Exchange.ViewAsync(MarginMarket.Other);
        Assert.Equal((1_000_000, -50), (view.Of("USD").Total, view.Of("XYZ").Total));
        Assert.True(view.IsFrozen);
        Assert.Equal(
            RejectReason.AccountFrozen,
            (await other.Withdraw(new WithdrawRequest("all", "USD", 1_000_000, "bank"))).Reason);
        Assert.Equal(RejectReason.InsufficientFunds, await other.Unfreeze("desk", ""));
        await market.Exchange.Cluster.DeactivateAsync(other);
        Assert.Equal(RejectReason.InsufficientFunds, await other.Unfreeze("desk", ""));
        await other.Deposit(new DepositRequest("units", "XYZ", 50));
        Assert.Equal(RejectReason.None, await other.Unfreeze("desk", ""));
    }

    [Fact]
    public async Task Account_without_open_orders_hears_of_a_change_that_its_book_told_nobody()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        var (exchange, token) = (market.Exchange, TestContext.Current.CancellationToken);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        await exchange.Service<RecoveryAgent>().StopAsync(token);

        // Another owner of the book declares the trade void, and dies before it has told anybody.
        var stream = await exchange.Service<JournalWriter>().OpenAsync("book/NOW", token);
        var machine = await BookRecovery.NewestSnapshotAsync(disk.Journal, "NOW", NullLogger.Instance, token);
        await BookRecovery.ReplayAsync(disk.Journal, machine, stream, token);
        var record = await BookRecovery.ReadAsync(disk.Journal, "book/NOW", s_trade.Sequence);
        var trade = new RecordedTrade(s_trade, record.TimeNanos, Assert.Single(record.Trades()));
        Assert.Equal(RejectReason.None, machine.Operate(trade.Change(0), market.Time.UnixNanos(), out var change));
        await stream.WhenDurable(stream.Append(BookRecordEncoding.Encode(change!)));
        Assert.Equal(1_010, (await exchange.ViewAsync(Alice)).Of("NOW").Total);

        await exchange.Ledger.CatchUp();
        await exchange.Service<TradeChangeRecovery>().TellTradeChangesAsync(token);
        Assert.Equal(1_000, (await exchange.ViewAsync(Alice)).Of("NOW").Total);
        Assert.Equal(1_000, (await exchange.ViewAsync(Bob)).Of("NOW").Total);
        await market.RequireInvariantsAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Void_trade_of_withdrawn_units_settles_when_units_are_deposited_again(bool inPart)
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        await market.AdvanceAsync(days: 2);
        Assert.Equal(
            RejectReason.None,
            (await market.Account(Alice).Withdraw(new WithdrawRequest("gone", "ONE", 1_010, "vault"))).Reason);
        Assert.Equal(RejectReason.None, (await ChangeAsync(market, "ONE", 0)).Reason);
        await market.Account(Alice).CatchUp();
        Assert.Equal((-10, -10), await market.HasAsync(Alice, "ONE"));
        await market.TradeAsync("ONE", Carol, Bob, 10_000, 10);
        if (inPart)
            disk.Depository.Short = batch =>
                [.. batch.Content.Items.Where(item => item is { Account: Alice, Asset: "ONE", Amount: < 0 })
                    .Select(item => new SettlementShort(Alice, "ONE", -item.Amount))];
        await market.AdvanceAsync(days: 2);
        await market.RequireInvariantsAsync();
        Assert.Equal(inPart ? (-10, -10) : (-10, 0), await market.HasAsync(Alice, "ONE"));
        disk.Depository.Short = _ => [];
        await market.Account(Alice).Deposit(new DepositRequest("again", "ONE", 10));
        await market.AdvanceAsync(days: 2);
        Assert.Equal((0, 0), await market.HasAsync(Alice, "ONE"));
        Assert.Equal((Cash, 0), await market.HasAsync(Alice, "USD"));
        Assert.Equal((1_010, 0), await market.HasAsync(Carol, "ONE"));
        Assert.Equal(RejectReason.None, await market.Account(Alice).Unfreeze("desk", ""));
        await market.RequireInvariantsAsync();
    }

    [Theory]
    [InlineData(100, 10_000, 500, 500)]
    [InlineData(100, 100_000, 1_000, 500)]
    [InlineData(10, 20, 500, 200)]
    [InlineData(100, 10, 500, 100)]
    public async Task Minimum_fee_is_not_multiplied_by_a_corrected_price(
        long made, long now, long buyerFee, long sellerFee)
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        Assert.Null(
            await market.Catalog.SetFees(new(new FeeSchedule("USD", [new FeeTier(0, 200, 1_000)], 500), "desk", "")));
        await market.Exchange.RefreshCatalogsAsync();
        await market.TradeAsync("NOW", Alice, Bob, made, 10);
        Assert.Equal(Cash - (made * 10) - 500, (await market.Exchange.ViewAsync(Alice)).Of("USD").Total);
        var changed = await market.Exchange.Book("NOW").Grain.ChangeTrade("NOW", new TradePlace(3, 0), now);
        Assert.Equal((now, buyerFee, sellerFee), (changed.PriceTicks, changed.BuyerFee, changed.SellerFee));
        await market.Account(Alice).CatchUp();
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Dividend_paid_in_another_currency_than_a_book_leaves_its_trades_what_they_are()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.Catalog.List(
            EncodedInstrument.From(
                Listed.Share("NOWEUR") with { Base = Listed.Share("NOW").Base, Quote = new Asset("EUR", 2) }));
        await market.Exchange.RefreshCatalogsAsync();
        await market.Account(Alice).Deposit(new DepositRequest("eur", "EUR", Cash));
        await market.TradeAsync("NOWEUR", Alice, Bob, 10_000, 10);
        Assert.Null(
            await market.Catalog.AnnounceAction(
                new CorporateActionRequest(
                    "div", CorporateActionKind.CashDividend, "NOW", 0, 0, 100_000_000, "desk", "")));
        await CarryAsync(market, CorporateActionState.Paid);
        Assert.Equal(
            RejectReason.None,
            (await market.Exchange.Book("NOWEUR").Grain.ChangeTrade("NOWEUR", new TradePlace(3, 0), 0)).Reason);
    }

    [Fact]
    public async Task Fees_that_are_less_than_nothing_together_do_not_grow_with_the_price()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        Assert.Null(
            await market.Catalog.SetFees(new(new FeeSchedule("USD", [new FeeTier(0, -100, 100)], 0), "desk", "")));
        await market.Exchange.RefreshCatalogsAsync();
        await market.Exchange.PlaceAsync(Bob, "m", "NOW", Side.Sell, 5_000, 2);
        await market.Exchange.PlaceAsync(Alice, "t1", "NOW", Side.Buy, 5_000, 1);
        await market.Exchange.PlaceAsync(Bob, "better", "NOW", Side.Sell, 4_999, 1);
        var sweep = await market.Exchange.PlaceAsync(Alice, "t2", "NOW", Side.Buy, 5_000, 2);
        Assert.Equal(2, sweep.Fills.Length);
        var changed =
            await market.Exchange.Book("NOW").Grain.ChangeTrade("NOW", new TradePlace(sweep.Sequence, 1), 500_000);
        Assert.Equal(RejectReason.None, changed.Reason);
        Assert.Equal((49, -50), (changed.BuyerFee, changed.SellerFee));
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Fee_pot_may_lack_what_void_trades_took_out_of_it()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        Assert.Null(
            await market.Catalog.SetFees(new(new FeeSchedule("USD", [new FeeTier(0, -100, 100)], 0), "desk", "")));
        await market.Exchange.RefreshCatalogsAsync();
        await market.Exchange.PlaceAsync(Bob, "m", "NOW", Side.Sell, 5_000, 2);
        var first = await market.Exchange.PlaceAsync(Alice, "t1", "NOW", Side.Buy, 5_000, 1);
        await market.Exchange.PlaceAsync(Bob, "better", "NOW", Side.Sell, 4_999, 1);
        var sweep = await market.Exchange.PlaceAsync(Alice, "t2", "NOW", Side.Buy, 5_000, 2);
        var book = market.Exchange.Book("NOW").Grain;
        Assert.Equal(RejectReason.None, (await book.ChangeTrade("NOW", new TradePlace(first.Sequence, 0), 0)).Reason);
        Assert.Equal(RejectReason.None, (await book.ChangeTrade("NOW", new TradePlace(sweep.Sequence, 0), 0)).Reason);
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Margin_account_short_or_liquidated_is_what_it_would_be_without_the_trade()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        await market.Catalog.SetLocate(new("AAPL", MarginMarket.Trader, 100, "desk", ""));
        await market.Exchange.RefreshCatalogsAsync();
        var ask = await market.PlaceAsync(MarginMarket.Maker, Side.Buy, 10_000, 50);
        var sold = await market.PlaceAsync(
            MarginMarket.Trader, Side.Sell, 10_000, 50, timeInForce: TimeInForce.ImmediateOrCancel);
        Assert.Equal((OrderStatus.New, 50), (ask.Status, sold.FilledLots));
        await market.Exchange.ViewAsync(MarginMarket.Trader, sold);
        var place = new TradePlace(sold.Sequence, 0);
        Assert.Equal(
            RejectReason.None, (await market.Exchange.Book("AAPL").Grain.ChangeTrade("AAPL", place, 12_000)).Reason);
        await market.Exchange.Account(MarginMarket.Trader).CatchUp();
        Assert.Equal(1_600_000, await market.CashAsync());
        Assert.Equal(1_100_000, (await market.MarginAsync()).Equity);
        Assert.Equal(
            RejectReason.None, (await market.Exchange.Book("AAPL").Grain.ChangeTrade("AAPL", place, 0)).Reason);
        await market.Exchange.Account(MarginMarket.Trader).CatchUp();
        var view = await market.MarginAsync();
        Assert.Equal((1_000_000, 0, 1_000_000), ((long)view.Equity, (long)view.Requirement, (long)view.Withdrawable));
        await market.RoundAsync();
        Assert.Empty(await market.FindingsAsync());

        // Long, sold by liquidation, and the purchase is void: it is short of what it sold, and called for it.
        await market.TradeAsync(Side.Buy, 10_000, 190);
        await market.Exchange.Ledger.CatchUp();
        var bought = (await market.Exchange.Ledger.Fills(MarginMarket.Trader, "AAPL", 1, []))[0];
        await market.MarkAsync("AAPL", 6_000);
        await market.PlaceAsync(MarginMarket.Maker, Side.Buy, 6_000, 1_000);
        for (var round = 0; round < 6; round++)
            await market.RoundAsync();
        await market.Exchange.Ledger.CatchUp();
        var left = (await market.Exchange.ViewAsync(MarginMarket.Trader)).Of("AAPL").Total;
        Assert.True(left < 190, $"{left} left");
        Assert.Equal(
            RejectReason.None,
            (await market.Exchange.Book("AAPL").Grain.ChangeTrade(
                "AAPL", new TradePlace(bought.Fill.Sequence, bought.Fill.Index), 0)).Reason);
        await market.PlaceAsync(MarginMarket.Maker, Side.Sell, 6_000, 1_000);
        for (var round = 0; round < 10; round++)
            await market.RoundAsync();
        Assert.Empty(await market.FindingsAsync());
        var end = await market.Exchange.ViewAsync(MarginMarket.Trader);
        Assert.True(end.Of("AAPL").Total <= 0, $"{end.Of("AAPL").Total} and {end.Of("USD").Total} {end.Margin!.State}");
    }

    [Fact]
    public async Task Order_that_trades_while_its_account_lacks_money_halts_nobody()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);

        // The agent cancels what a frozen account has open: a second later, in the middle of this on a busy machine.
        await market.Exchange.Service<RecoveryAgent>().StopAsync(CancellationToken.None);
        await market.TradeAsync("NOW", Bob, Alice, 10_000, 10);
        var (held, _) = await market.HasAsync(Alice, "USD");
        Assert.Equal(
            RejectReason.None,
            (await market.Account(Alice).Withdraw(new WithdrawRequest("out", "USD", held - 90_000, "bank"))).Reason);
        var buy = await market.Exchange.PlaceAsync(Alice, "b", "NOW", Side.Buy, 9_000, 9);
        Assert.Equal(RejectReason.None, (await ChangeAsync(market, "NOW", 0)).Reason);
        await market.Account(Alice).CatchUp();
        Assert.True((await market.Exchange.ViewAsync(Alice)).IsFrozen);
        await market.Exchange.PlaceAsync(Carol, "s", "NOW", Side.Sell, 8_000, 4);
        await market.ForgetAsync(Alice);
        Assert.Equal(1_004, (await market.Exchange.ViewAsync(Alice)).Of("NOW").Total);
        // A transfer comes in while an order is open.
        var given = await market.Account(Bob).Transfer(new TransferRequest("help", Alice, "USD", 500_000));
        await market.Account(Alice).TakeInTransfer(new TransferArrival(Bob, given.Sequence, "USD", 500_000));
        await market.Account(Bob).EndTransfer(given.Sequence);
        await market.Exchange.PlaceAsync(Carol, "s2", "NOW", Side.Sell, 8_000, 2);
        await market.Account(Alice).CatchUp();
        Assert.Equal(RejectReason.None, await market.Account(Alice).Unfreeze("desk", ""));
        Assert.Equal(
            OrderStatus.PartiallyFilled, (await market.Exchange.Book("NOW").Status(Alice, buy.OrderId)).Status);
        await market.RequireInvariantsAsync();
        await market.ForgetAsync(Alice);
        Assert.Equal(1_006, (await market.Exchange.ViewAsync(Alice)).Of("NOW").Total);
    }

    [Fact]
    public async Task Change_while_its_trade_is_in_a_sent_batch_and_after_a_fail_settles()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, feePpm: 0);
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        disk.Depository.IsSilent = true;
        market.Time.Advance(TimeSpan.FromDays(2));
        for (var round = 0; round < 3; round++)
            await market.Settlement.Settle();
        Assert.NotEmpty(disk.Depository.Sent);
        Assert.Equal(RejectReason.None, (await ChangeAsync(market, "ONE", 0)).Reason);
        await market.Account(Alice).CatchUp();
        Assert.Equal((1_000, 0), await market.HasAsync(Alice, "ONE"));
        disk.Depository.IsSilent = false;
        disk.Depository.Short = batch => batch.Id.Contains("2024-06-04", StringComparison.Ordinal)
            ? [new SettlementShort(Bob, "ONE", 3)]
            : [];
        await market.SettleAsync();
        Assert.Equal((1_000, -7), await market.HasAsync(Alice, "ONE"));
        await market.RequireInvariantsAsync();
        await market.AdvanceAsync(days: 1);
        await market.RequireInvariantsAsync();
        await market.AdvanceAsync(days: 2);
        Assert.Equal((1_000, 0), await market.HasAsync(Alice, "ONE"));
        Assert.Equal((Cash, 0), await market.HasAsync(Alice, "USD"));
        Assert.Equal((Cash, 0), await market.HasAsync(Bob, "USD"));
        Assert.Empty(await market.Settlement.Fails(10));
        await market.RequireInvariantsAsync();
    }

    private static async Task CarryAsync(Market market, params CorporateActionState[] until)
    {
        for (var round = 0; round < (until.Length == 0 ? 1 : 10); round++)
        {
            if (Array.IndexOf(until, (await market.Catalog.CorporateActions())[0].State) >= 0)
                return;
            await market.Exchange.RefreshCatalogsAsync();
            await market.Exchange.Ledger.CatchUp();
            await market.Exchange.Service<CorporateActionRounds>().CarryActionsAsync(CancellationToken.None);
            market.Time.Advance(CorporateActionRounds.CutRest + TimeSpan.FromSeconds(1));
        }

        Assert.True(
            until.Length == 0 || Array.IndexOf(until, (await market.Catalog.CorporateActions())[0].State) >= 0,
            "the action waits");
    }

    private static ValueTask<TradeChanged> ChangeAsync(Market market, string symbol, long priceTicks) =>
        market.Exchange.Book(symbol).Grain.ChangeTrade(symbol, s_trade, priceTicks);
}
