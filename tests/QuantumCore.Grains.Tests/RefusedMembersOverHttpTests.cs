using System.Globalization;
using QuantumCore.Client;
using Xunit;
using static QuantumCore.Grains.Tests.ServedExchange;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// A rejection by an account or a book names a member of the request, with the limit in that member's unit.
/// </summary>
public class RefusedMembersOverHttpTests
{
    private static readonly RiskLimits s_aapl = new() { Symbol = "AAPL" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_beyond_an_account_limit_names_the_order_that_breaks_it()
    {
        await using var exchange = await OpenAsync();
        var list = PlaceOrderList.OneTriggersOther(Buy(10m, 140m), Sell(30m, 160m));
        await LimitAsync(exchange, s_aapl with { MaxOrderQuantity = 20m });
        Assert.Equal(
            ("MaxQuantity", "orders[1].quantity", "20"),
            await RefusedAsync(() => exchange.Alice.Orders.PlaceListAsync(list, Cancellation)));
        await LimitAsync(exchange, s_aapl with { MaxOrderValue = 1_500m });
        Assert.Equal(
            ("MaxNotional", "orders[1].quantity", "1500.00"),
            await RefusedAsync(() => exchange.Alice.Orders.PlaceListAsync(list, Cancellation)));
        await LimitAsync(exchange, s_aapl with { MaxOpenOrders = 1 });
        Assert.Equal(
            ("OpenOrderLimit", "orders", "1"),
            await RefusedAsync(() => exchange.Alice.Orders.PlaceListAsync(list, Cancellation)));
        Assert.Equal(("InvalidPrice", "orders[1].price"), await NamedAsync(
            () => exchange.Alice.Orders.PlaceListAsync(
                list with { Orders = [list.Orders[0], Sell(30m, 160.005m)] }, Cancellation)));
    }

    [Fact]
    public async Task An_order_by_amount_beyond_a_limit_is_refused_for_its_amount()
    {
        await using var exchange = await OpenAsync();
        await exchange.BobAsync(Sell(100m, 150m));
        await LimitAsync(exchange, s_aapl with { MaxOrderQuantity = 5m });
        var order = new PlaceOrder
        {
            Symbol = "AAPL",
            Side = OrderSide.Buy,
            Type = OrderType.Market,
            QuoteAmount = 3_000m,
        };
        Assert.Equal(("MaxQuantity", "quoteAmount", "5"), await RefusedAsync(() => exchange.AliceAsync(order)));
        await LimitAsync(exchange, s_aapl with { MaxPosition = 100_000_010m });
        Assert.Equal(
            ("PositionLimit", "quoteAmount", "100000010"), await RefusedAsync(() => exchange.AliceAsync(order)));
    }

    [Fact]
    public async Task An_iceberg_that_would_have_too_many_parts_is_refused_for_its_new_quantity()
    {
        await using var exchange = await OpenAsync();
        var iceberg = await exchange.AliceAsync(Sell(1_000m, 150m) with { DisplayQuantity = 1m });
        Assert.Equal(("InvalidQuantity", "quantity"), await NamedAsync(
            () => exchange.Alice.Orders.AmendAsync(
                "AAPL", iceberg.OrderId, new AmendOrder { Quantity = 1_001m }, Cancellation)));
        Assert.Equal(1_000m, (await NowAsync(exchange.Alice, iceberg)).Remaining);
    }

    [Fact]
    public async Task A_deposit_beyond_what_an_account_can_have_is_refused_with_the_limit_as_an_amount()
    {
        await using var exchange = await OpenAsync();
        Assert.Equal(("Overflow", "amount", "46116860184273879.04"), await RefusedAsync(
            () => exchange.Admin.Operator.Accounts.DepositAsync(
                "ACC-1001", "USD", 46_116_860_184_273_879m, "much", Cancellation)));
    }

    [Fact]
    public async Task Insufficient_funds_rejection_names_the_available_amount()
    {
        await using var exchange = await OpenAsync();
        var cash = (await exchange.Alice.Account.GetAsync(Cancellation)).Balances.Single(
            static balance => balance.Asset == "USD").Available;
        var most = cash.ToString("F2", CultureInfo.InvariantCulture);
        Assert.Equal(
            ("InsufficientFunds", "quantity", most),
            await RefusedAsync(() => exchange.AliceAsync(Buy(Math.Ceiling(cash / 140m), 140m))));
        Assert.Equal(
            ("ShortNotAllowed", "quantity", "100000000"),
            await RefusedAsync(() => exchange.AliceAsync(Sell(100_000_001m, 160m))));

        await exchange.BobAsync(Sell(100m, 150m));
        var order = new PlaceOrder
        {
            Symbol = "AAPL",
            Side = OrderSide.Buy,
            Type = OrderType.Market,
            QuoteAmount = cash,
        };
        Assert.Equal(("InsufficientFunds", "quoteAmount", most), await RefusedAsync(() => exchange.AliceAsync(order)));
        var list = PlaceOrderList.OneTriggersOther(Buy(Math.Ceiling(cash / 140m), 140m), Sell(1m, 160m));
        Assert.Equal(
            ("InsufficientFunds", "orders", most),
            await RefusedAsync(() => exchange.Alice.Orders.PlaceListAsync(list, Cancellation)));
        Assert.Equal(("InsufficientFunds", "amount", most), await RefusedAsync(
            () => exchange.Alice.Money.WithdrawAsync("USD", cash + 0.01m, "bank", cancellation: Cancellation)));

        var resting = await exchange.AliceAsync(Buy(1m, 140m));
        var rest = cash - 140.11m;
        Assert.Equal(
            ("InsufficientFunds", "quantity", rest.ToString("F2", CultureInfo.InvariantCulture)), await RefusedAsync(
            () => exchange.Alice.Orders.AmendAsync(
                "AAPL", resting.OrderId, new AmendOrder { Quantity = Math.Ceiling(cash / 140m) }, Cancellation)));
    }

    private static Task<AccountLimits> LimitAsync(ServedExchange exchange, RiskLimits limits) =>
        exchange.Admin.Operator.Limits.SetAsync("ACC-1001", limits, cancellation: Cancellation);

    private static async Task<(string Code, string? Field)> NamedAsync(Func<Task> call)
    {
        var (code, field, _) = await RefusedAsync(call);
        return (code, field);
    }

    private static async Task<(string Code, string? Field, string? Limit)> RefusedAsync(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(call);
        return (refused.Code, refused.Field, refused.Limit);
    }
}
