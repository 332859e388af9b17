using System.Globalization;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Settlement dates of trades, and amounts that may leave before them.</summary>
public class SettlementDateTests
{
    private const long Monday = 19_877;
    private static readonly Asset s_usd = new("USD", 2);
    private static readonly BusinessCalendar s_nyse = new([Day("2024-06-19"), Day("2024-07-04")]);

    // Source of E30: STC, "2024 settlement update"; SEC rule 15c6-1; NYSE's holidays of 2024.
    [Theory]
    [InlineData("2024-06-03", 1, "2024-06-04")]
    [InlineData("2024-06-18", 1, "2024-06-20")]
    [InlineData("2024-07-03", 1, "2024-07-05")]
    [InlineData("2024-06-03", 2, "2024-06-05")]
    [InlineData("2024-06-14", 2, "2024-06-18")]
    [InlineData("2024-06-18", 2, "2024-06-21")]
    [InlineData("2024-06-07", 1, "2024-06-10")]
    [InlineData("2024-06-08", 1, "2024-06-10")]
    [InlineData("2024-06-09", 2, "2024-06-11")]
    [InlineData("2024-06-19", 1, "2024-06-20")]
    [InlineData("2024-06-19", 0, "2024-06-19")]
    public void E30_A_trade_settles_on_the_nth_business_day_after_it(string traded, int days, string settled) =>
        Assert.Equal(Day(settled), s_nyse.After(Day(traded), days));

    [Fact]
    public void A_trade_that_settles_later_moves_what_is_pending_and_its_total()
    {
        var account = Funded(100_000);
        Trade(account, Share("AAA", 1), Side.Buy, 100, 10, Monday, fee: 7);
        Assert.Equal((98_993, 100_000), (account.Of(s_usd).Total, account.SettledOf("USD")));
        Assert.Equal((10, 0), (account.Of(new("AAA", 0)).Total, account.SettledOf("AAA")));
        account.Settle("USD", new("MAIN", Monday, 1), -1_007);
        account.Settle("AAA", new("MAIN", Monday, 1), 10);
        Assert.True(account.Pending.IsEmpty);
        Assert.Equal(
            (98_993, 98_993, 10), (account.Of(s_usd).Total, account.SettledOf("USD"), account.SettledOf("AAA")));
    }

    [Fact]
    public void A_settlement_that_is_heard_before_its_trade_comes_to_the_same()
    {
        var account = Funded(100_000);
        account.Settle("USD", new("MAIN", Monday, 1), -1_007);
        account.Settle("AAA", new("MAIN", Monday, 1), 10);
        Assert.Equal((98_993, 10), (account.SettledOf("USD"), account.SettledOf("AAA")));
        Trade(account, Share("AAA", 1), Side.Buy, 100, 10, Monday, fee: 7);
        Assert.True(account.Pending.IsEmpty);
        Assert.Equal((98_993, 10), (account.SettledOf("USD"), account.SettledOf("AAA")));
    }

    [Theory]
    [InlineData(0, 40_000)]
    [InlineData(1, 40_000)]
    [InlineData(2, 100_000)]
    public void Proceeds_pay_for_what_settles_no_earlier(int days, long spendable)
    {
        // 1,000.00 are the proceeds of a Monday sale that settles on Wednesday; 400.00 are settled.
        var account = Funded(40_000);
        account.Deposit(new("BBB", 0), 600);
        Trade(account, Share("BBB", 2), Side.Sell, 100, 600, Monday);
        var dated = new DatedFunds(account, Monday, Monday, _ => BusinessCalendar.WithoutHolidays);
        var due = dated.DueOf(Share("AAA", days));
        Assert.Equal(spendable, dated.Spendable("USD", due));
        Assert.Equal(RejectReason.None, dated.Check("USD", spendable, due));
        Assert.Equal(RejectReason.UnsettledFunds, dated.Check("USD", spendable + 1, due));
    }

    [Fact]
    public void Batch_uses_funds_due_there_but_none_promised_at_once_or_overdue_elsewhere()
    {
        // 400.00 settled, then 140.00; 100.00 are due here, 50.00 elsewhere, both since Tuesday; 30.00 may be given
        // away at once, 20.00 tomorrow.
        var account = Funded(40_000);
        Trade(account, Share("AAA", 1), Side.Buy, 100, 100, Monday);
        Trade(account, Share("BBB", 1) with { SettlementVenue = "ELSE" }, Side.Buy, 100, 50, Monday);
        Trade(account, Share("CCC", 1) with { SettlementVenue = "ELSE" }, Side.Buy, 100, 10, Monday + 2);
        Hold(account, Share("DDD", 0), Side.Buy, 100, 30);
        Hold(account, Share("AAA", 1), Side.Buy, 100, 20);
        var dated = new DatedFunds(account, Monday + 2, Monday + 2, _ => BusinessCalendar.WithoutHolidays);
        Assert.Equal(10_000, dated.FreeFor("MAIN", "USD"));
        Assert.Equal(5_000, dated.FreeFor("ELSE", "USD"));
        Assert.Equal(0, dated.FreeFor("MAIN", "AAA"));

        // Nothing else may use overdue amounts.
        Assert.Equal(40_000 - 10_000 - 5_000 - 3_000 - 2_000 - 1_000, dated.Spendable("USD", DatedFunds.AtOnce));

        account.Give(s_usd, 26_000);
        Assert.Equal(14_000 - 5_000 - 3_000, dated.FreeFor("MAIN", "USD"));
        Assert.Equal(14_000 - 10_000 - 3_000, dated.FreeFor("ELSE", "USD"));
    }

    [Theory]
    [InlineData("2024-06-18", "2024-06-20", 0)]
    [InlineData("2024-06-18", "2024-06-21", 1)]
    [InlineData("2024-06-14", "2024-06-17", 0)]
    [InlineData("2024-06-14", "2024-06-19", 2)]
    [InlineData("2024-06-14", "2024-06-14", 0)]
    public void Business_days_between_two_days_are_those_that_have_ended(string after, string before, int days)
    {
        Assert.Equal(days, s_nyse.Between(Day(after), Day(before)));
        Assert.True(s_nyse.IsOpen(s_nyse.Before(Day(before))));
        Assert.Equal(0, s_nyse.Between(s_nyse.Before(Day(before)), Day(before)));
    }

    [Fact]
    public void Funds_promised_to_a_later_day_are_not_spendable_earlier()
    {
        // 400.00 settled, all of it to be delivered on Tuesday; 600.00 arrive on Wednesday.
        var account = Funded(40_000);
        account.Deposit(new("BBB", 0), 600);
        Trade(account, Share("BBB", 2), Side.Sell, 100, 600, Monday);
        Trade(account, Share("AAA", 1), Side.Buy, 100, 400, Monday);
        var dated = new DatedFunds(account, Monday, Monday, _ => BusinessCalendar.WithoutHolidays);
        Assert.Equal(0, dated.Spendable("USD", DatedFunds.AtOnce));
        Assert.Equal(60_000, dated.Spendable("USD", Monday + 2));

        // A late venue: due deliveries count as delivered; due receipts arrive on the next business day.
        var late = new DatedFunds(account, Monday + 5, Monday + 5, _ => BusinessCalendar.WithoutHolidays);
        Assert.Equal(0, late.Spendable("USD", DatedFunds.AtOnce));
        Assert.Equal(0, late.Spendable("USD", Monday + 6));
        Assert.Equal(60_000, late.Spendable("USD", Monday + 7));
    }

    /// <summary>
    /// A cash account that trades instruments settling after zero, one and two days, at random, and transfers money
    /// away as far as the check allows. At the end of each date everything due settles, and no balance is ever
    /// negative.
    /// </summary>
    [Theory]
    [InlineData(1, 1_000)]
    [InlineData(2, 1_000)]
    [InlineData(3, 1_000)]
    [InlineData(4, 20_000)]
    public void A_cash_account_is_never_short_at_settlement(int seed, int steps)
    {
        var random = new Random(seed);
        var calendar = new BusinessCalendar([Monday + 2, Monday + 9, Monday + 10, Monday + 21]);
        var account = Funded(50_000);
        Instrument[] shares = [Share("AAA", 0), Share("BBB", 1), Share("CCC", 2)];
        var (day, refused, settled) = (Monday, 0, 0);
        for (var step = 0; step < steps; step++)
        {
            if (random.Next(8) == 0)
            {
                settled += SettleDue(account, calendar, day);
                day++;
            }

            if (account.Orders.Count > 0 && random.Next(4) == 0)
            {
                // One that was held on any day before trades today.
                var oldest = account.Orders[account.Orders.Keys.Min()];
                account.Fill(oldest.Number, oldest.PriceTicks, oldest.LeavesLots, 0, tradeDay: day);
                account.ShrinkHold(oldest.Number, 0);
            }

            var dated = new DatedFunds(account, day, day, _ => calendar);
            var instrument = shares[random.Next(3)];
            var side = random.Next(2) == 0 ? Side.Buy : Side.Sell;
            var (price, lots) = (random.Next(50, 150), random.Next(1, 300));
            var (asset, need, due) = random.Next(6) == 0
                ? (s_usd, (long)random.Next(1, 20_000), DatedFunds.AtOnce)
                : side == Side.Buy
                    ? (s_usd, price * lots, dated.DueOf(instrument))
                    : (instrument.Base, lots, dated.DueOf(instrument));
            if (need > account.Of(asset).Available || dated.Check(asset.Name, need, due) != RejectReason.None)
            {
                refused++;
                Drop(account, random);
                continue;
            }

            if (due == DatedFunds.AtOnce && need != price * lots && asset == s_usd)
                account.Give(s_usd, need);
            else if (random.Next(3) == 0)
                Hold(account, instrument, side, price, lots);
            else
                Trade(account, instrument, side, price, lots, day);

            Assert.All(
                account.Balances,
                balance => Assert.True(account.SettledOf(balance.Key) >= 0, $"step {step}: {balance.Key}"));
            if (account.Of(s_usd).Total < 20_000)
                account.Deposit(s_usd, 10_000);
        }

        Assert.True(settled > steps / 100 && refused > steps / 100, $"{settled} settled, {refused} refused");
    }

    private static int SettleDue(Account account, BusinessCalendar calendar, long day)
    {
        var due = account.Pending.Entries.Where(entry => calendar.After(entry.Term.TradeDay, entry.Term.Days) <= day)
            .ToArray();
        foreach (var (asset, term, amount) in due)
        {
            account.Settle(asset, term, amount);
        }

        Assert.All(
            account.Balances, balance => Assert.True(account.SettledOf(balance.Key) >= 0, $"{balance.Key} on {day}"));
        return due.Length;
    }

    private static void Drop(Account account, Random random)
    {
        if (account.Orders.Count > 0 && random.Next(2) == 0)
            account.Release(account.Orders.Keys.Min());
    }

    private static Account Funded(long cents)
    {
        var account = new Account(new AccountId(1_000));
        account.Deposit(s_usd, cents);
        return account;
    }

    private static long Hold(Account account, Instrument instrument, Side side, long price, long lots, long fee = 0)
    {
        var number = account.LastNumber + 1;
        account.Hold(new HeldOrder
        {
            Instrument = instrument,
            Number = number,
            ClientOrderId = "",
            Side = side,
            Type = OrderType.Limit,
            TimeInForce = TimeInForce.GoodTillCancel,
            PriceTicks = price,
            Fees = new FeeTerms(0, 0),
            TimeNanos = 0,
            ReplacesNumber = 0,
            ExpectedLeavesLots = 0,
            PostOnly = false,
            SubmittedLots = lots,
            Sequence = 1,
            QuantityLots = lots,
            Held = side == Side.Buy ? (price * lots) + fee : lots,
        });
        return number;
    }

    private static void Trade(
        Account account, Instrument instrument, Side side, long price, long lots, long day, long fee = 0)
    {
        var number = Hold(account, instrument, side, price, lots, fee);
        account.Fill(number, price, lots, fee, tradeDay: day);
        account.ShrinkHold(number, 0);
    }

    private static Instrument Share(string symbol, int days) => new()
    {
        Symbol = symbol,
        Base = new Asset(symbol, 0),
        Quote = s_usd,
        PriceDecimals = 2,
        TickSize = 1,
        QuantityDecimals = 0,
        LotSize = 1,
        SettlementDays = days,
        SettlementVenue = days == 0 ? "" : "MAIN",
    };

    private static long Day(string date) =>
        DateOnly.Parse(date, CultureInfo.InvariantCulture).DayNumber
            - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
}
