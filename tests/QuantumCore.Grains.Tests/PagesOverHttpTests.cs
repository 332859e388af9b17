using QuantumCore.Client;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Lists longer than a page.</summary>
public sealed class PagesOverHttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Past_orders_transfers_and_withdrawals_are_given_page_by_page_each_once()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        for (var i = 0; i < 11; i++)
        {
            await exchange.AliceAsync(
                PlaceOrder.Limit("AAPL", OrderSide.Buy, 1m, 100m) with
                {
                    ClientOrderId = $"o-{i}",
                    TimeInForce = i % 2 == 0 ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancelled,
                });
            await exchange.Admin.Operator.Accounts.TransferAsync(
                "ACC-1001", "ACC-1002", "USD", 1m + i, $"t-{i}", Cancellation);
            await exchange.Admin.Operator.Accounts.TransferAsync(
                "ACC-1002", "ACC-1001", "USD", 100m + i, $"t-{i}", Cancellation);
            await exchange.Alice.Money.WithdrawAsync("USD", 1m + i, "bank", $"w-{i}", Cancellation);
        }

        Assert.Equal(
            Enumerable.Range(0, 11).Reverse().Select(i => $"o-{i}"),
            (await AllAsync(
                (size, after) => exchange.Alice.Orders.GetHistoryAsync("AAPL", size, after, Cancellation))).Select(
                order => order.ClientOrderId));
        Assert.Equal(
            Enumerable.Range(0, 11).Reverse().Select(i => 1m + i),
            (await AllAsync(
                (size, after) => exchange.Alice.Money.GetWithdrawalsAsync(size, after, Cancellation))).Select(
                withdrawal => withdrawal.Amount));
        Assert.Equal(
            Enumerable.Range(0, 11).Reverse().SelectMany(i => new[] { 100m + i, 1m + i }),
            (await AllAsync((size, after) => exchange.Alice.Money.GetTransfersAsync(size, after, Cancellation))).Select(
                transfer => transfer.Amount));
        await RefusedAsync(() => exchange.Alice.Orders.GetHistoryAsync(after: "x", cancellation: Cancellation));
        await RefusedAsync(() => exchange.Alice.Money.GetTransfersAsync(after: "1.2", cancellation: Cancellation));
        await RefusedAsync(() => exchange.Alice.Money.GetWithdrawalsAsync(after: "-1", cancellation: Cancellation));
    }

    private static async Task RefusedAsync(Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<QuantumCoreException>(call);
        Assert.Equal(("BadRequest", "after"), (refusal.Code, refusal.Field));
    }

    /// <summary>Returns all items, read in pages of four; the last page has no next cursor.</summary>
    private static async Task<List<T>> AllAsync<T>(Func<int, string?, Task<Page<T>>> read)
    {
        var all = new List<T>();
        string? after = null;
        do
        {
            var page = await read(4, after);
            Assert.True(page.Next is null || page.Count == 4);
            all.AddRange(page);
            after = page.Next;
        }
        while (after is not null);
        return all;
    }
}
