using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Settlement over HTTP and the SDK: pending amounts, rejections, and holidays.</summary>
public class SettlementOverHttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bought_units_are_pending_and_can_not_be_withdrawn()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await ListAsync(exchange);
        await exchange.Bob.Orders.PlaceAsync(PlaceOrder.Limit("TSLA", OrderSide.Sell, 10m, 100m), Cancellation);
        await exchange.Alice.Orders.PlaceAsync(PlaceOrder.Limit("TSLA", OrderSide.Buy, 10m, 100m), Cancellation);

        var balances = (await exchange.Alice.Account.GetAsync(Cancellation)).Balances.ToDictionary(
            balance => balance.Asset, StringComparer.Ordinal);
        Assert.Equal((10m, 10m, 10m), (balances["TSLA"].Total, balances["TSLA"].Available, balances["TSLA"].Pending));
        Assert.Equal(-1_000m, balances["USD"].Pending);
        Assert.Equal(0m, balances["AAPL"].Pending);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Alice.Money.WithdrawAsync("TSLA", 10m, "vault", "out-1", Cancellation));
        Assert.Equal("UnsettledFunds", refused.Code);
    }

    [Fact]
    public async Task Venues_are_shown_with_the_holidays_that_were_set()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        Assert.Empty(await exchange.Admin.Operator.Settlement.GetVenuesAsync(Cancellation));
        await ListAsync(exchange);
        var holiday = new DateOnly(2199, 12, 25);
        var venue = Assert.Single(
            await exchange.Admin.Operator.Settlement.SetHolidaysAsync(
                "MAIN", [holiday, new DateOnly(2020, 1, 1)], "calendar", Cancellation));
        Assert.Equal(("MAIN", holiday), (venue.Venue, Assert.Single(venue.Holidays)));
        Assert.Equal(
            holiday,
            Assert.Single(
                Assert.Single(await exchange.Admin.Operator.Settlement.GetVenuesAsync(Cancellation)).Holidays));
        Assert.Empty(venue.Batches);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Settlement.SetHolidaysAsync("OTHER", [holiday], null, Cancellation));
        Assert.Equal("venue", refused.Field);
        await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Alice.Operator.Settlement.GetVenuesAsync(Cancellation));
    }

    [Fact]
    public async Task A_day_that_is_too_near_to_become_a_holiday_is_refused_and_takes_none_away()
    {
        var clock = new ManualTime(new DateTimeOffset(2199, 1, 7, 12, 0, 0, TimeSpan.Zero));
        await using var exchange = await ServedExchange.OpenAsync(time: clock);
        await ListAsync(exchange);
        var today = new DateOnly(2199, 1, 7);
        await exchange.Admin.Operator.Settlement.SetHolidaysAsync(
            "MAIN", [today.AddDays(2), today.AddDays(30)], null, Cancellation);
        foreach (var near in new[] { today, today.AddDays(1) })
        {
            var refused = await Assert.ThrowsAsync<QuantumCoreException>(
                () => exchange.Admin.Operator.Settlement.SetHolidaysAsync(
                    "MAIN", [near, today.AddDays(40)], null, Cancellation));
            Assert.Equal(("holidays", $"{today.AddDays(2):yyyy-MM-dd}"), (refused.Field, refused.Limit));
        }

        var venue = Assert.Single(await exchange.Admin.Operator.Settlement.GetVenuesAsync(Cancellation));
        Assert.Equal([today.AddDays(2), today.AddDays(30)], venue.Holidays);

        // The same calendar again changes nothing about days that have come near.
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(
            2,
            Assert.Single(
                await exchange.Admin.Operator.Settlement.SetHolidaysAsync(
                    "MAIN", [.. venue.Holidays], null, Cancellation)).Holidays.Count);
    }

    [Fact]
    public async Task A_buy_in_is_of_what_fails_and_its_days_are_the_venues()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await ListAsync(exchange);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Settlement.BuyInAsync(
                "MAIN", "b-1", "ACC-1002", "TSLA", "late", Cancellation));
        Assert.Equal("account", refused.Field);
        foreach (var (venue, id, account, symbol, field) in new[]
        {
            ("OTHER", "b-1", "ACC-1002", "TSLA", "venue"), ("MAIN", "a b", "ACC-1002", "TSLA", "id"),
            ("MAIN", "b-1", "1002", "TSLA", "account"),
            ("MAIN", "b-1", "ACC-1002", "NONE", "symbol"),
        })
        {
            refused = await Assert.ThrowsAsync<QuantumCoreException>(
                () => exchange.Admin.Operator.Settlement.BuyInAsync(venue, id, account, symbol, null, Cancellation));
            Assert.Equal(field, refused.Field);
        }

        var shown = Assert.Single(await exchange.Admin.Operator.Settlement.SetBuyInDaysAsync(
            "MAIN", 3, "as agreed", Cancellation));
        Assert.Equal((3, 0), (shown.BuyInDays, shown.Fails.Count));
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Settlement.SetBuyInDaysAsync("MAIN", 101, null, Cancellation));
        Assert.Equal(("days", "100"), (refused.Field, refused.Limit));
        Assert.Equal(
            (400, "days"), await MarginOverHttpTests.PostRawAsync(exchange, "admin/settlement/MAIN/buy-in-days", "{}"));
        Assert.Equal(3, Assert.Single(await exchange.Admin.Operator.Settlement.GetVenuesAsync(Cancellation)).BuyInDays);
        await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Alice.Operator.Settlement.BuyInAsync("MAIN", "b-1", "ACC-1002", "TSLA", null, Cancellation));
    }

    [Fact]
    public async Task An_instrument_says_how_it_settles_and_never_changes_that()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var listed = await ListAsync(exchange);
        Assert.Equal((1, "MAIN"), (listed.SettlementDays, listed.SettlementVenue));
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Trading.ListInstrumentAsync(
                listed with { SettlementDays = 2 }, Cancellation));
        Assert.Equal("settlementDays", refused.Field);
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Trading.ListInstrumentAsync(
                listed with { Symbol = "NVDA", BaseAsset = "NVDA", SettlementDays = 3 }, Cancellation));
        Assert.Equal("settlementDays", refused.Field);
    }

    private static async Task<Instrument> ListAsync(ServedExchange exchange)
    {
        var listed = await exchange.Admin.Operator.Trading.ListInstrumentAsync(
            new Instrument
            {
                Symbol = "TSLA",
                BaseAsset = "TSLA",
                QuoteAsset = "USD",
                QuoteDecimals = 2,
                TickSize = 0.01m,
                LotSize = 1m,
                SettlementDays = 1,
            },
            Cancellation);
        await exchange.Admin.Operator.Accounts.DepositAsync("ACC-1002", "TSLA", 100m, "units", Cancellation);
        return listed;
    }
}
