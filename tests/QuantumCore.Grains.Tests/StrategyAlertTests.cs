using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Text.Json;
using QuantumCore.Client;
using QuantumCore.Contracts;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Price alerts and strategies: prices of their legs are not last prices, and fire no alert.</summary>
public sealed class StrategyAlertTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_alert_waits_for_what_the_last_price_follows_and_not_for_trades_of_legs()
    {
        await using var exchange = await OpenPairAsync();
        await TradeAsync(exchange, 150);
        using var http = new HttpClient { BaseAddress = new Uri(exchange.Address, "api/qc/v1/") };
        http.DefaultRequestHeaders.Add("X-Api-Key", "alice");
        using (var made = await http.PostAsJsonAsync("alerts", new { symbol = "LEFT", price = "150.50" }, Cancellation))
            Assert.True(made.IsSuccessStatusCode);

        // Legs of two strategies meet at a price beyond the alert's; the last price stays.
        await exchange.Alice.Orders.PlaceStrategyAsync(Spread(4m, OrderSide.Buy, OrderSide.Sell), Cancellation);
        await exchange.Bob.Orders.PlaceStrategyAsync(Spread(-4m, OrderSide.Sell, OrderSide.Buy), Cancellation);
        IReadOnlyList<Trade> trades = [];
        await Wait.UntilAsync(
            async () => (trades = await exchange.Alice.Market.GetTradesAsync(
                "LEFT", cancellation: Cancellation)).Count == 2);
        Assert.True(trades[0].Price > 150.5m);
        Assert.Equal([true, false], trades.Select(static trade => trade.IsLeg));
        Assert.Equal(150m, (await exchange.Alice.Market.GetStateAsync("LEFT", Cancellation)).LastPrice);

        // The next trade of the book's own fires it at that price, so earlier trades have been checked by then.
        await TradeAsync(exchange, 150.6m);
        var fired = "";
        await Wait.UntilAsync(async () =>
        {
            using var alerts = JsonDocument.Parse(await http.GetStringAsync("alerts", Cancellation));
            var alert = Assert.Single(alerts.RootElement.GetProperty("alerts").EnumerateArray());
            fired = alert.TryGetProperty("fired", out var at) ? at.GetProperty("price").GetString()! : "";
            return fired.Length > 0;
        });
        Assert.Equal("150.60", fired);
    }

    [Fact]
    public async Task The_history_and_market_data_agree_on_which_trades_are_of_legs()
    {
        await using var exchange = await OpenPairAsync();
        await TradeAsync(exchange, 150);

        // Of two strategies, then of a strategy and quotes of its legs; then of plain orders again.
        await exchange.Alice.Orders.PlaceStrategyAsync(Spread(4m, OrderSide.Buy, OrderSide.Sell), Cancellation);
        await exchange.Bob.Orders.PlaceStrategyAsync(Spread(-4m, OrderSide.Sell, OrderSide.Buy), Cancellation);
        await exchange.BobAsync(PlaceOrder.Limit("LEFT", OrderSide.Sell, 1, 155m));
        await exchange.BobAsync(PlaceOrder.Limit("RIGHT", OrderSide.Buy, 1, 151m));
        await exchange.Alice.Orders.PlaceStrategyAsync(Spread(4m, OrderSide.Buy, OrderSide.Sell), Cancellation);
        await TradeAsync(exchange, 150.6m);

        foreach (var (symbol, expected) in new Dictionary<string,
            bool[]>
        { ["LEFT"] = [false, true, true, false], ["RIGHT"] = [true, true] })
        {
            ImmutableArray<PublicTrade> live = [];
            await Wait.UntilAsync(
                async () =>
                    (live = await exchange.Grains.GetGrain<IMarketDataGrain>(symbol).Trades(10)).Length
                        == expected.Length);
            Assert.Equal(expected, live.Reverse().Select(static trade => trade.IsOfLeg));
            await exchange.Exchange.Ledger.CatchUp();
            Assert.Equal(
                live.Reverse(),
                await exchange.Exchange.Ledger.PublicTrades(new TradeQuery(symbol, null, null, null, 10), []));
        }
    }

    private static async Task<ServedExchange> OpenPairAsync()
    {
        var exchange = await ServedExchange.OpenAsync();
        foreach (var symbol in (string[])["LEFT", "RIGHT"])
        {
            await exchange.Grains.Catalog().List(EncodedInstrument.From(Listed.Share(symbol) with { Group = "PAIR" }));
            foreach (var account in (long[])[ServedExchange.AliceAccount, ServedExchange.BobAccount])
                await exchange.Exchange.Account(account).Deposit(new DepositRequest(symbol, symbol, 1_000));
        }

        return exchange;
    }

    private static async Task TradeAsync(ServedExchange exchange, decimal price)
    {
        await exchange.BobAsync(PlaceOrder.Limit("LEFT", OrderSide.Sell, 1, price));
        await exchange.AliceAsync(PlaceOrder.Limit("LEFT", OrderSide.Buy, 1, price));
    }

    private static PlaceStrategy Spread(decimal net, OrderSide left, OrderSide right) =>
        new() { Net = net, Units = 1, Legs = [new StrategyLeg("LEFT", left, 1), new StrategyLeg("RIGHT", right, 1)] };
}
