using System.Collections.Immutable;
using QuantumCore.Client;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;
using OwnerLimits = QuantumCore.Contracts.OwnerLimits;
using OwnerShare = QuantumCore.Contracts.OwnerShare;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Limits of an owner over several accounts: each gets a share, so that together they never exceed the owner's limits.
/// </summary>
public class OwnerLimitTests
{
    private const long First = 1001;
    private const long Second = 1002;
    private const long Third = 1003;
    private static readonly string[] s_symbols = ["AAPL", "MSFT"];
    private static readonly long[] s_accounts = [First, Second, Third, 1004];

    private static int s_names;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Shares_add_up_to_the_limit()
    {
        var random = new Random(20_261_121);
        for (var i = 0; i < 10_000; i++)
        {
            var shares = Enumerable.Range(1, random.Next(1, 9))
                .Select(n => new OwnerShare(1_000 + n, random.Next(4) == 0 ? 0 : random.Next(1, OwnerShare.Most)))
                .Append(new OwnerShare(1_100, 1)).ToImmutableArray();
            var most = random.Next(3) == 0 ? long.MaxValue - random.Next(9) : random.NextInt64(0, 100);
            var limits = new OwnerLimits(
                "acme", "AAPL", [new(LimitKind.Position, most), new(LimitKind.OrderQuantity, most)], shares);
            var parts = shares.Select(share => limits.PartOf(share.Account)).ToArray();
            Assert.Equal((Int128)most, parts.Aggregate((Int128)0, static (sum, part) => sum + part[0].Most));
            Assert.All(parts, part => Assert.Equal(most, part[1].Most));
            Assert.All(parts.Zip(shares).Where(of => of.Second.Weight == 0), of => Assert.Equal(0, of.First[0].Most));
            Assert.Equal(0, limits.PartOf(1_200)[0].Most);
        }
    }

    [Fact]
    public async Task Accounts_of_an_owner_together_have_no_more_open_than_the_owner_may()
    {
        await using var disk = new Disk();
        await using var dead = await OpenAsync(disk);
        Assert.Null(await SetAsync(dead, "AAPL", [new(LimitKind.OpenOrders, 5)], new(First, 3), new(Second, 1)));
        Assert.Equal(4, await OpenAsManyAsync(dead, First, 6));
        await dead.CrashAsync();
        await using var exchange = await Exchange.StartAsync(disk);
        await exchange.RefreshCatalogsAsync();
        Assert.Equal(1, await OpenAsManyAsync(exchange, Second, 6));
        Assert.Equal(0, await OpenAsManyAsync(exchange, First, 1));

        // Another owner's account, and another book, are not affected.
        Assert.Equal(6, await OpenAsManyAsync(exchange, 1004, 6));
        Assert.Equal(6, await OpenAsManyAsync(exchange, Second, 6, "MSFT"));

        // An account that joins the owner later has no share before it gets one.
        await exchange.Grains.Catalog().SetOwner(new OwnedAccount(Third, "acme"));
        await exchange.RefreshCatalogsAsync();
        Assert.Equal(0, await OpenAsManyAsync(exchange, Third, 1));
        Assert.Null(await SetAsync(exchange, "AAPL", [new(LimitKind.OpenOrders, 9)]));
        Assert.Equal(3, await OpenAsManyAsync(exchange, Third, 6));

        Assert.Null(await SetAsync(exchange, "AAPL", []));
        Assert.Empty(await exchange.Grains.Catalog().OwnersLimits());
        Assert.Equal(6, await OpenAsManyAsync(exchange, First, 6));
    }

    [Fact]
    public async Task Position_volume_and_loss_are_divided_and_an_orders_own_limits_are_not()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        var position = (await exchange.ViewAsync(First)).Of("AAPL").Total;
        Assert.Null(
            await SetAsync(
                exchange, "AAPL", [new(LimitKind.Position, (2 * position) + 20), new(LimitKind.OrderQuantity, 15)]));
        Assert.Equal(
            RejectReason.MaxQuantity, (await exchange.PlaceAsync(First, "large", "AAPL", Side.Buy, 100, 16)).Reason);
        Assert.Equal(RejectReason.None, (await exchange.PlaceAsync(First, "ten", "AAPL", Side.Buy, 100, 10)).Reason);
        Assert.Equal(
            RejectReason.PositionLimit, (await exchange.PlaceAsync(First, "one", "AAPL", Side.Buy, 100, 1)).Reason);
        Assert.Equal(RejectReason.None, (await exchange.PlaceAsync(Second, "ten", "AAPL", Side.Buy, 100, 10)).Reason);
        Assert.Equal(
            RejectReason.PositionLimit, (await exchange.PlaceAsync(Second, "one", "AAPL", Side.Buy, 100, 1)).Reason);

        // 20,000.00 a day for all instruments quoted in USD: 10,000.00 each; open orders count.
        Assert.Null(
            await SetAsync(
                exchange, "*USD", [new(LimitKind.DailyVolume, 2_000_000), new(LimitKind.DailyLoss, 100_000)]));
        Assert.Equal(
            RejectReason.None, (await exchange.PlaceAsync(Second, "most", "MSFT", Side.Buy, 100, 9_990)).Reason);
        Assert.Equal(
            RejectReason.DailyVolume, (await exchange.PlaceAsync(Second, "more", "MSFT", Side.Buy, 100, 1)).Reason);
        Assert.Equal(
            RejectReason.None, (await exchange.PlaceAsync(First, "most", "MSFT", Side.Buy, 100, 9_990)).Reason);
        Assert.Equal(
            RejectReason.None, (await exchange.PlaceAsync(Second, "sell", "MSFT", Side.Sell, 30_000, 1)).Reason);
    }

    [Fact]
    public async Task Invalid_division_of_owner_limits_is_rejected_with_its_reason()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        Assert.Equal(
            "each share is of an account of the owner",
            await SetAsync(exchange, "AAPL", [new(LimitKind.OpenOrders, 5)], new OwnerShare(Third, 1)));
        Assert.Equal(
            "some account has a share",
            await SetAsync(exchange, "AAPL", [new(LimitKind.OpenOrders, 5)], new OwnerShare(First, 0)));
        Assert.Equal(
            "each account has one share",
            await SetAsync(exchange, "AAPL", [new(LimitKind.OpenOrders, 5)], new(First, 1), new(First, 2)));
        Assert.StartsWith(
            "how often orders come is limited for one account",
            await SetAsync(exchange, "*", [new(LimitKind.OrdersPerSecond, 5)]), StringComparison.Ordinal);
        Assert.Equal(
            "NONE is not listed, and nothing is paid in it",
            await SetAsync(exchange, "NONE", [new(LimitKind.OpenOrders, 5)]));
        Assert.Equal(
            "no account has this owner",
            await exchange.Grains.Catalog().SetOwnerLimits(
                new(new OwnerLimits("nobody", "AAPL", [new(LimitKind.OpenOrders, 5)], []), "desk", "")));
    }

    [Fact]
    public async Task An_owners_limits_over_http_and_the_sdk()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.Grains.Catalog().SetOwner(new OwnedAccount(ServedExchange.AliceAccount, "acme"));
        await exchange.Grains.Catalog().SetOwner(new OwnedAccount(ServedExchange.BobAccount, "acme"));
        var (alice, bob) = ($"ACC-{ServedExchange.AliceAccount}", $"ACC-{ServedExchange.BobAccount}");
        var limits = new RiskLimits
        {
            Symbol = "AAPL",
            MaxOpenOrders = 3,
            MaxPosition = 600_000_001m,
            MaxOrderQuantity = 40m,
        };
        var set = Assert.Single(
            await exchange.Admin.Operator.Limits.SetForOwnerAsync(
                "acme", limits, [new(alice, 2), new(bob, 1)], "one desk", Cancellation));
        Assert.Equal(("acme", limits), (set.Owner, set.Limits));
        Assert.Equal([
            (alice, 2, limits with { MaxOpenOrders = 2, MaxPosition = 400_000_001m }),
            (bob, 1, limits with { MaxOpenOrders = 1, MaxPosition = 200_000_000m })],
            set.Shares.Select(share => (share.Account, share.Weight, share.Limits!)));
        Assert.Equal(
            [limits with { MaxOpenOrders = 1, MaxPosition = 200_000_000m }],
            (await exchange.Bob.Account.GetLimitsAsync(Cancellation)).Owners!);
        Assert.Single(await exchange.Admin.Operator.Limits.GetForOwnersAsync(Cancellation));

        await exchange.Exchange.RefreshCatalogsAsync();
        await exchange.Bob.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", OrderSide.Buy, 10m, 100m), Cancellation);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Bob.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", OrderSide.Buy, 10m, 100m), Cancellation));
        Assert.Equal(("OpenOrderLimit", "1"), (refused.Code, refused.Limit));

        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Limits.SetForOwnerAsync("nobody", limits, null, null, Cancellation));
        Assert.Equal(("BadRequest", "owner"), (refused.Code, refused.Field));
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Limits.SetForOwnerAsync(
                "acme", new RiskLimits { Symbol = "*", MaxOrdersPerSecond = 5 }, null, null, Cancellation));
        Assert.Equal("maxOrdersPerSecond", refused.Field);
        refused =
            await Assert.ThrowsAsync<QuantumCoreException>(
                () => exchange.Alice.Operator.Limits.GetForOwnersAsync(Cancellation));
        Assert.Equal("Forbidden", refused.Code);
        Assert.Contains(
            await exchange.Grains.Catalog().Audit(long.MaxValue, 10),
            line => line is { What: "ownerLimitsSet", Subject: "acme AAPL", Detail: "one desk" });
    }

    private static async Task<Exchange> OpenAsync(Disk disk)
    {
        var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.Grains.Catalog().SetOwner(new OwnedAccount(First, "acme"));
        await exchange.Grains.Catalog().SetOwner(new OwnedAccount(Second, "acme"));
        return exchange;
    }

    private static async Task<string?> SetAsync(
        Exchange exchange, string symbol, ImmutableArray<AccountLimit> limits, params ImmutableArray<OwnerShare> shares)
    {
        var wrong = await exchange.Grains.Catalog()
            .SetOwnerLimits(new(new OwnerLimits("acme", symbol, limits, shares), "desk", "test"));
        await exchange.RefreshCatalogsAsync();
        return wrong;
    }

    /// <summary>Returns the number of accepted orders.</summary>
    private static async Task<int> OpenAsManyAsync(Exchange exchange, long account, int orders, string symbol = "AAPL")
    {
        var taken = 0;
        for (var i = 0; i < orders; i++)
        {
            var report = await exchange.PlaceAsync(
                account, $"order-{Interlocked.Increment(ref s_names)}", symbol, Side.Buy, 100, 1);
            taken += report.Reason == RejectReason.None ? 1 : 0;
            Assert.True(report.Reason is RejectReason.None or RejectReason.OpenOrderLimit, report.ToString());
        }

        return taken;
    }
}
