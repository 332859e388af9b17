using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Matching.Tests;

public class SupplyViewTests
{
    /// <summary>Compares jumps over orders that trade whole with a walk from order to order.</summary>
    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 200)]
    [InlineData(3, 700)]
    public void Jumps_find_what_a_walk_finds(int seed, int most)
    {
        var random = new Random(seed);
        var (filled, refused) = (0, 0);
        for (var round = 0; round < 300; round++)
        {
            var view = new SupplyView();
            var orders = new List<Order>();
            var ownPercent = random.Next(2) == 0 ? 0 : random.Next(20);
            var count = random.Next(most);
            var largest = 1L << random.Next(1, 40);
            var firmPercent = random.Next(30);
            for (var i = 0; i < count; i++)
            {
                var isWhole = random.Next(100) >= firmPercent;
                var lots = 1 + random.NextInt64(random.Next(2) == 0 ? largest : 1 + (largest >> random.Next(20)));
                var own = random.Next(100) < ownPercent ? 2 * random.Next(1, 500) : 0;
                orders.Add(new Order(lots, isWhole, own));
                if (own != 0)
                    view.AddOwn(own, isWhole ? lots : 0);
                else if (isWhole)
                    view.AddWhole(lots);
                else
                    view.AddFirm(lots);
            }

            view.CloseLevel(1);
            view.Complete();
            var all = orders.Sum(order => order.Lots);
            for (var i = 0; i < 40; i++)
            {
                var wanted = random.Next(3) switch
                {
                    0 => 1 + random.NextInt64(all + 2),
                    1 => 1 + random.NextInt64(largest * 2),
                    _ => Math.Max(1, all - random.NextInt64(largest)),
                };
                var mode = (SelfTradePrevention)random.Next(1, 7);
                var taker = new OrderRecord { Id = 1 + (2 * random.Next(500)), Leaves = wanted };
                var fills = Fills(orders, taker, mode);
                Assert.Equal(fills, MayFill(view, taker, mode));
                (filled, refused) = fills ? (filled + 1, refused) : (filled, refused + 1);
            }
        }

        Assert.InRange(filled, 300, 11_700);
        Assert.InRange(refused, 300, 11_700);
    }

    [Theory]
    [InlineData(SelfTradePrevention.ExpireMaker, 5, true)]
    [InlineData(SelfTradePrevention.ExpireMaker, 6, false)]
    [InlineData(SelfTradePrevention.ExpireTaker, 2, true)]
    [InlineData(SelfTradePrevention.ExpireTaker, 3, false)]
    [InlineData(SelfTradePrevention.CancelOldest, 5, true)]
    [InlineData(SelfTradePrevention.CancelNewest, 3, false)]
    public void Own_order_ends_or_is_passed_by_its_mode(SelfTradePrevention mode, long wanted, bool fills)
    {
        var view = new SupplyView();
        view.AddFirm(2);
        view.AddOwn(7, 0);
        view.AddFirm(3);
        view.CloseLevel(1);
        view.Complete();
        Assert.Equal(fills, MayFill(view, new OrderRecord { Id = 9, Leaves = wanted }, mode));
    }

    private static bool Fills(List<Order> orders, OrderRecord taker, SelfTradePrevention mode)
    {
        var wanted = taker.Leaves;
        foreach (var order in orders)
        {
            if (wanted == 0)
                return true;
            if (order.IsWhole && order.Lots > wanted)
                continue;
            if (order.OwnId == 0)
                wanted -= Math.Min(wanted, order.Lots);
            else if (mode.Between(taker.Id, order.OwnId) != SelfTradePrevention.ExpireMaker)
                return false;
        }

        return wanted == 0;
    }

    private static bool MayFill(SupplyView view, OrderRecord taker, SelfTradePrevention mode)
    {
        var visited = 0L;
        return view.MayFill(in taker, mode, ref visited);
    }

    private sealed record Order(long Lots, bool IsWhole, long OwnId);
}
