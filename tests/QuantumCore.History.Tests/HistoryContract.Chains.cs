using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.History.Tests;

// Orders that replaced others.
public abstract partial class HistoryContract
{
    [Fact]
    public async Task An_order_that_replaced_others_has_all_that_they_traded()
    {
        var market = Market(21, 2_000);
        await using var history = await OpenAsync("chains");
        await Projecting.ProjectAllAsync(history, market, Token);
        var replaced = market.Streams.Values.SelectMany(records => records).OfType<OrderAccepted>()
            .Where(accepted => accepted.Replaced is not null)
            .ToDictionary(
                accepted => (accepted.Order.Account, accepted.Order.Number),
                accepted => accepted.Replaced!.Value.Number);
        var longest = 0;
        foreach (var account in replaced.Keys.Select(key => key.Account).Distinct())
        {
            var orders =
                (await history.Orders.FindAsync(new OrderQuery(account, HasChain: true), Token)).ToDictionary(order =>
                    order.Number);
            foreach (var order in orders.Values)
            {
                var (chain, length) = (default(ChainTotals?), 0);
                for (var at = order.Number; replaced.TryGetValue((account, at), out var before); at = before)
                {
                    var totals = ChainTotals.After(orders[before] with { Chain = null });
                    chain = new(
                        (chain?.FilledLots ?? 0) + totals.FilledLots, (chain?.FilledValue ?? 0) + totals.FilledValue,
                        0);
                    length++;
                }

                Assert.Equal(chain, order.Chain);
                longest = Math.Max(longest, length);
            }
        }

        Assert.True(longest >= 2, "No order was replaced twice.");
        Assert.All(
            await history.Orders.FindAsync(new OrderQuery(replaced.Keys.First().Account), Token),
            order => Assert.Null(order.Chain));
    }
}
