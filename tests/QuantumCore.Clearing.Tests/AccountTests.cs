using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

public class AccountTests
{
    private static readonly Asset s_usd = Sample.Share.Quote;

    [Fact]
    public void A_deposit_is_free_to_use()
    {
        var account = Funded(900);
        Assert.Equal(new Balance(2, 900, 0), account.Of(s_usd));
        Assert.Equal(900, account.Of(s_usd).Available);
        Assert.Equal(new Balance(0, 0, 0), account.Of(Sample.Share.Base));
        Assert.Equal(["USD"], account.Balances.Keys);
    }

    [Theory]
    [InlineData(0, 0, RejectReason.Overflow)]
    [InlineData(0, -1, RejectReason.Overflow)]
    [InlineData(0, long.MinValue, RejectReason.Overflow)]
    [InlineData(0, long.MaxValue, RejectReason.Overflow)]
    [InlineData(0, Account.BalanceLimit, RejectReason.None)]
    [InlineData(0, Account.BalanceLimit + 1, RejectReason.Overflow)]
    [InlineData(1, Account.BalanceLimit, RejectReason.Overflow)]
    [InlineData(1, Account.BalanceLimit - 1, RejectReason.None)]
    [InlineData(Account.BalanceLimit, 1, RejectReason.Overflow)]
    public void A_deposit_stays_below_the_limit_of_a_balance(long already, long amount, RejectReason expected) =>
        Assert.Equal(expected, Funded(already).CheckDeposit(s_usd, amount));

    [Fact]
    public void An_open_buy_keeps_room_for_its_units()
    {
        var account = Funded(1_000_000);
        account.Deposit(Sample.Share.Base, Account.BalanceLimit - 10);
        Assert.Equal(RejectReason.Overflow, account.CheckReceipt(Sample.Share, Side.Buy, 1_000, 11));
        Assert.Equal(RejectReason.None, account.CheckReceipt(Sample.Share, Side.Buy, 1_000, 10));
        account.Hold(Sample.Order(account, Sample.Share, Side.Buy, 1_000, 8, 8_800));
        Assert.Equal(RejectReason.None, account.CheckReceipt(Sample.Share, Side.Buy, 1_000, 2));
        Assert.Equal(RejectReason.Overflow, account.CheckReceipt(Sample.Share, Side.Buy, 1_000, 3));
        Assert.Equal(RejectReason.Overflow, account.CheckReceipt(Sample.Share, Side.Buy, 1_000, 2, promised: 1));
        Assert.Equal(RejectReason.Overflow, account.CheckDeposit(Sample.Share.Base, 3));
        account.Entered(1, 5);
        account.Fill(1, 1_000, 8, 0);
        account.ShrinkHold(1, 0);
        Assert.Equal(RejectReason.None, account.CheckDeposit(Sample.Share.Base, 2));
        Assert.Equal(RejectReason.Overflow, account.CheckDeposit(Sample.Share.Base, 3));
    }

    [Fact]
    public void An_open_sell_keeps_room_for_its_proceeds_at_its_limit()
    {
        var account = Funded(Account.BalanceLimit - 10_000);
        account.Deposit(Sample.Share.Base, 100);
        account.Hold(Sample.Order(account, Sample.Share, Side.Sell, 1_000, 8, 8));
        Assert.Equal(RejectReason.None, account.CheckReceipt(Sample.Share, Side.Sell, 1_000, 2));
        Assert.Equal(RejectReason.Overflow, account.CheckReceipt(Sample.Share, Side.Sell, 1_001, 2));
        account.Release(1);
        Assert.Equal(RejectReason.None, account.CheckReceipt(Sample.Share, Side.Sell, 1_000, 10));
    }

    [Fact]
    public void E03_A_buy_pays_and_what_it_saves_is_free_at_once()
    {
        var account = Funded(100_100);
        Assert.Equal(
            RejectReason.None,
            account.CheckHold(Sample.Share, Side.Buy, 1_000, 100, 0, FeeTerms.Of(Sample.Share), out var amount));
        Assert.Equal(100_100, amount);
        account.Hold(Sample.Order(account, Sample.Share, Side.Buy, 1_000, 100, amount));
        account.Entered(1, 5);
        account.Fill(1, 995, 40, 40);
        account.ShrinkHold(1, 60_060);
        Assert.Equal(new Balance(2, 60_260, 60_060), account.Of(s_usd));
        Assert.Equal(40, account.Of(Sample.Share.Base).Available);
        account.Fill(1, 1_000, 60, 24);
        account.ShrinkHold(1, 0);
        Assert.Equal(new Balance(2, 236, 0), account.Of(s_usd));
        Assert.Equal(100, account.Of(Sample.Share.Base).Available);
        Assert.Empty(account.Orders);
        Assert.Null(account.Find("AAPL", 5));
    }

    [Fact]
    public void A_sell_gives_units_and_receives_the_proceeds_less_the_fee()
    {
        var account = new Account(new AccountId(1001));
        account.Deposit(Sample.Share.Base, 10);
        Assert.Equal(
            RejectReason.None,
            account.CheckHold(Sample.Share, Side.Sell, 1_000, 10, 0, FeeTerms.Of(Sample.Share), out var amount));
        account.Hold(Sample.Order(account, Sample.Share, Side.Sell, 1_000, 10, amount));
        Assert.Equal(0, account.Of(Sample.Share.Base).Available);
        account.Fill(1, 1_050, 4, 5);
        account.ShrinkHold(1, 6);
        Assert.Equal(new Balance(0, 6, 6), account.Of(Sample.Share.Base));
        Assert.Equal(new Balance(2, 4_195, 0), account.Of(s_usd));
        account.Release(1);
        Assert.Equal(new Balance(0, 6, 0), account.Of(Sample.Share.Base));
    }

    [Fact]
    public void Order_that_lacks_one_unit_is_rejected_and_holds_nothing()
    {
        var account = Funded(100_099);
        Assert.Equal(
            RejectReason.InsufficientFunds,
            account.CheckHold(Sample.Share, Side.Buy, 1_000, 100, 0, FeeTerms.Of(Sample.Share), out _));
        Assert.Equal(
            RejectReason.ShortNotAllowed,
            account.CheckHold(Sample.Share, Side.Sell, 1_000, 1, 0, FeeTerms.Of(Sample.Share), out _));
        Assert.Equal(new Balance(2, 100_099, 0), account.Of(s_usd));
        Assert.Equal(0, account.LastNumber);
    }

    [Fact]
    public void A_replacement_holds_only_what_it_needs_beyond_the_old_order()
    {
        var account = Funded(200_000);
        Place(account, Side.Buy, 1_000, 100);
        Assert.Equal(
            RejectReason.None,
            account.CheckHold(Sample.Share, Side.Buy, 1_100, 100, 1, FeeTerms.Of(Sample.Share), out var more));
        Assert.Equal(10_010, more);
        account.Hold(Sample.Order(account, Sample.Share, Side.Buy, 1_100, 100, more, replaces: 1));
        account.Entered(2, 6);
        account.Replaced(1, 2);
        Assert.Equal(110_110, account.Of(s_usd).Held);
        Assert.Equal(110_110, account.Orders[2].Held);
        Assert.False(account.Orders.ContainsKey(1));
        Assert.Equal(
            RejectReason.None,
            account.CheckHold(Sample.Share, Side.Buy, 900, 100, 2, FeeTerms.Of(Sample.Share), out var less));
        Assert.Equal(0, less);
    }

    [Fact]
    public void A_fill_beyond_the_hold_or_the_order_is_a_fault_that_changes_nothing()
    {
        var account = Funded(200_000);
        Place(account, Side.Buy, 1_000, 100);
        var before = Text(account);
        Assert.Throws<InvalidOperationException>(() => account.Fill(1, 1_000, 100, 101));
        Assert.Throws<InvalidOperationException>(() => account.Fill(1, 1_002, 100, 0));
        Assert.Throws<InvalidOperationException>(() => account.Fill(1, 1, 101, 0));
        Assert.Throws<InvalidOperationException>(() => account.ShrinkHold(1, 100_101));
        Assert.Equal(before, Text(account));
    }

    [Fact]
    public void Numbers_count_up_without_a_gap()
    {
        var account = Funded(1_000_000);
        Place(account, Side.Buy, 1_000, 1);
        var skipped = new Account(new AccountId(1001));
        Assert.Throws<InvalidOperationException>(() => skipped.Hold(account.Orders[1].Number == 1
            ? Sample.Order(account, Sample.Share, Side.Buy, 1_000, 1, 0)
            : account.Orders[1]));
        Assert.Equal(0, skipped.LastNumber);
    }

    [Fact]
    public void Mass_cancel_releases_orders_up_to_its_floor_in_its_book_only()
    {
        var account = Funded(1_000_000);
        account.Deposit(Sample.Coin.Base, 50_000_000);
        Place(account, Side.Buy, 1_000, 1);
        Place(account, Side.Buy, 1_000, 2);
        account.Hold(Sample.Order(account, Sample.Coin, Side.Sell, 1_000, 3, 3_000_000));
        Place(account, Side.Buy, 1_000, 4);
        account.ReleaseUpTo("AAPL", 3);
        Assert.Equal([3, 4], account.Orders.Keys);
        Assert.Equal(4_004, account.Of(s_usd).Held);
        account.Release(1);
        Assert.Equal(4_004, account.Of(s_usd).Held);
    }

    [Fact]
    public void Open_orders_are_limited()
    {
        var account = Funded(Account.BalanceLimit);
        for (var i = 0; i < Account.OpenOrdersLimit; i++)
        {
            account.Hold(Sample.Order(account, Sample.Share, Side.Buy, 1, 1, 2));
        }

        Assert.Equal(
            RejectReason.TooManyOrders,
            account.CheckHold(Sample.Share, Side.Buy, 1, 1, 0, FeeTerms.Of(Sample.Share), out _));
        account.Release(17);
        Assert.Equal(
            RejectReason.None, account.CheckHold(Sample.Share, Side.Buy, 1, 1, 0, FeeTerms.Of(Sample.Share), out _));
    }

    [Fact]
    public void A_restored_account_is_the_same_account()
    {
        var account = Funded(1_000_000);
        Place(account, Side.Buy, 1_000, 100);
        account.Entered(1, 9);
        account.Fill(1, 1_000, 40, 40);
        var restored = new Account(account.Id);
        restored.Restore(
            account.LastNumber,
            [(s_usd, account.Of(s_usd).Total), (Sample.Share.Base, account.Of(Sample.Share.Base).Total)],
            account.Orders.Values);
        Assert.Equal(Text(account), Text(restored));
        Assert.Same(account.Orders[1], restored.Find("AAPL", 9));
    }

    [Theory]
    [InlineData(1, 1_000)]
    [InlineData(2, 1_000_000)]
    [InlineData(3, Account.BalanceLimit >> 4)]
    public void An_account_is_never_overdrawn(int seed, long purse)
    {
        var trading = new RandomTrading(seed, purse);
        for (var step = 0; step < 50_000; step++)
        {
            trading.Step();
            AssertSound(trading, $"seed {seed}, step {step}: {trading.Last}");
        }

        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal)
            {
                "order", "replacement", "fill of a buy", "fill of a sell", "reduction", "release", "mass cancel",
                "refusal: InsufficientFunds", "refusal: ShortNotAllowed",
            },
            trading.Counts.Keys.ToHashSet(StringComparer.Ordinal));
    }

    private static void AssertSound(RandomTrading trading, string phase)
    {
        var account = trading.Account;
        foreach (var (name, balance) in account.Balances)
        {
            var held = account.Orders.Values.Where(order => order.HeldAsset.Name == name).Sum(order => order.Held);
            Assert.True(balance.Held == held, $"{phase}: {name} holds {balance.Held}, its orders {held}");
            Assert.True(held >= 0 && balance.Available >= 0, $"{phase}: {name} is overdrawn: {balance}");
            Assert.True(
                balance.Total == trading.Owned(name), $"{phase}: {name} is {balance.Total}, not {trading.Owned(name)}");
        }

        Assert.All(account.Orders.Values, order => Assert.True(order.LeavesLots > 0, phase));
        foreach (var group in account.Orders.Values.GroupBy(order => order.Instrument.Symbol))
        {
            var (open, buys) = (account.OpenIn(group.Key)!, group.Where(order => order.Side == Side.Buy).ToArray());
            Assert.True(open.Orders == group.Count() && open.BuyLots == buys.Sum(order => order.OpenLots), phase);
            Assert.True(
                open.BuyValue == buys.Aggregate(
                    Int128.Zero, (sum, order) => sum + order.Instrument.Notional(order.PriceTicks, order.OpenLots)),
                phase);
        }

        Assert.Equal(
            account.Orders.Values.Select(order => order.Instrument.Symbol).Distinct().Order(), account.OpenSymbols);
    }

    private static Account Funded(long cents)
    {
        var account = new Account(new AccountId(1001));
        account.Deposit(s_usd, cents);
        return account;
    }

    private static void Place(Account account, Side side, long priceTicks, long lots)
    {
        Assert.Equal(
            RejectReason.None,
            account.CheckHold(Sample.Share, side, priceTicks, lots, 0, FeeTerms.Of(Sample.Share), out var amount));
        account.Hold(Sample.Order(account, Sample.Share, side, priceTicks, lots, amount));
    }

    private static string Text(Account account) => string.Join('\n', account.Balances.Select(pair => $"{pair}")
        .Concat(
            account.Orders.Values.Select(
                order => $"{order.Number} {order.Held} {order.FilledLots} {order.QuantityLots}"))
        .Append($"{account.LastNumber}"));
}
