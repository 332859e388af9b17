using QuantumCore.Client;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;
using AccountChange = QuantumCore.Contracts.AccountChange;

namespace QuantumCore.Grains.Tests;

/// <summary>Open orders of an account followed by changes, because an account may have a hundred thousand.</summary>
public sealed class FollowedOrdersTests
{
    private const long Alice = ServedExchange.AliceAccount;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Changes_include_the_current_orders(int seed)
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.BobAsync(ServedExchange.Sell(1, 150));
        await exchange.AliceAsync(ServedExchange.Buy(1, 150));
        var random = new Random(seed);
        var follower = await Follower.BeginAsync(exchange.Grains.Account(Alice));
        for (var step = 0; step < 250; step++)
        {
            await ActAsync(exchange, random);
            await follower.CatchUpAsync();
        }

        Assert.Equal(1, follower.WholeViews);
    }

    [Fact]
    public async Task Place_from_an_earlier_activation_gets_all_orders()
    {
        await using var disk = new Disk();
        AccountChange known;
        await using (var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Alice]))
        {
            await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Sell, 15_000, 10);
            known = (await exchange.Account(Alice).WaitForChange(-1, [], null))!;
            await exchange.PlaceAsync(Alice, "b", "AAPL", Side.Sell, 15_000, 10);
            var changed =
                (await exchange.Account(Alice).WaitForChange(known.Version, known.View.Cursors, known.Place))!;
            Assert.Empty(changed.Closed!.Value);
            Assert.Contains(changed.View.OpenOrders, order => order.ClientOrderId == "b");
            await exchange.CrashAsync();
        }

        await using var again = await Exchange.StartAsync(disk);
        var told = (await again.Account(Alice).WaitForChange(known.Version, known.View.Cursors, known.Place))!;
        Assert.Null(told.Closed);
        Assert.Equal(["a", "b"], told.View.OpenOrders.Select(order => order.ClientOrderId));
    }

    private static async Task ActAsync(ServedExchange exchange, Random random)
    {
        var open = await exchange.Alice.Orders.GetOpenAsync(cancellation: Token);
        var one = open.Count == 0 ? null : open[random.Next(open.Count)];
        var (quantity, price) = ((decimal)random.Next(2, 20), 145m + random.Next(10));
        try
        {
            await (random.Next(14) switch
            {
                0 or 1 or 2 => exchange.AliceAsync(ServedExchange.Buy(quantity, price)),
                3 or 4 => exchange.AliceAsync(ServedExchange.Sell(quantity, price)),
                5 or 6 =>
                    exchange.BobAsync(random.Next(2) == 0
                        ? ServedExchange.Buy(3 * quantity, price)
                        : ServedExchange.Sell(3 * quantity, price)),
                7 when one is not null => exchange.Alice.Orders.CancelAsync(one.Symbol, one.OrderId, Token),
                8 when one is not null =>
                    exchange.Alice.Orders.AmendAsync(
                        one.Symbol, one.OrderId, new AmendOrder { Quantity = one.Quantity - 1 }, Token),
                9 when one is not null =>
                    exchange.Alice.Orders.AmendAsync(one.Symbol, one.OrderId, new AmendOrder { Price = price }, Token),
                10 => exchange.Alice.Orders.PlaceListAsync(
                    PlaceOrderList.OneCancelsOther(
                        ServedExchange.Sell(quantity, 152),
                        PlaceOrder.Stop("AAPL", OrderSide.Sell, quantity, 147)), Token),
                11 =>
                    exchange.AliceAsync(
                        ServedExchange.Sell(quantity, 150) with
                        {
                            Type = OrderType.TrailingStop,
                            Price = null,
                            TrailingDistance = 5,
                        }),
                12 when one is not null =>
                    exchange.Alice.Orders.AmendAsync(
                        one.Symbol, one.OrderId, new AmendOrder { TrailingDistance = 6 + random.Next(5) }, Token),
                13 when random.Next(4) == 0 => exchange.Alice.Orders.CancelAllAsync(cancellation: Token),
                _ => Task.CompletedTask,
            });
        }
        catch (QuantumCoreException)
        {
            // Rejected, so nothing changes.
        }
    }

    /// <summary>Tracks the orders by changes alone.</summary>
    private sealed class Follower(IAccountGrain account, AccountChange last)
    {
        private readonly SortedDictionary<long, OpenOrder> _orders =
            new(last.View.OpenOrders.ToDictionary(order => order.Number));
        private AccountChange _last = last;

        public int WholeViews { get; private set; } = 1;

        public static async Task<Follower> BeginAsync(IAccountGrain account) =>
            new(account, (await account.WaitForChange(-1, [], null))!);

        /// <summary>
        /// Applies changes until the orders equal the account's. Fails if there are none left before that.
        /// </summary>
        public async Task CatchUpAsync()
        {
            while (!(await account.View([])).OpenOrders.SequenceEqual(_orders.Values))
            {
                var change = await account.WaitForChange(_last.Version, _last.View.Cursors, _last.Place);
                Assert.NotNull(change);
                _last = change;
                if (change.Closed is null)
                {
                    WholeViews++;
                    _orders.Clear();
                }

                foreach (var number in change.Closed ?? [])
                    _orders.Remove(number);
                foreach (var order in change.View.OpenOrders)
                    _orders[order.Number] = order;
            }
        }
    }
}
