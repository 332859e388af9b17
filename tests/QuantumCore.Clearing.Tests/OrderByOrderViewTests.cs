using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Market-by-order messages, derived from a book's records.</summary>
public sealed class OrderByOrderViewTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Readers_get_all_orders_and_trades_at_any_speed(int seed)
    {
        var market = new ConditionalMarket(seed);
        var view = new OrderByOrder(new BookMachine("AAPL"));
        var (eager, slow) = (new OrderByOrderReader(), new OrderByOrderReader());
        var trades = new List<BookTrade>();
        for (var step = 0; step < 4_000; step++)
        {
            market.Step();
            while (view.Sequence < market.BookRecords.Count)
            {
                var record = market.BookRecords[(int)view.Sequence];
                view.Take(view.Sequence + 1, record);
                var made = new List<BookTrade>();
                BookRecordFold.AddTrades(made, view.Sequence, record);
                trades.AddRange(made);
            }

            eager.Take(view.After(eager.Sequence));
            RequireSame(market, eager);
            if (step % 97 == 0)
            {
                slow.Take(view.After(slow.Sequence));
                RequireSame(market, slow);
                var late = new OrderByOrderReader();
                late.Take(view.After(0));
                RequireSame(market, late);
            }
        }

        slow.Take(view.After(slow.Sequence));
        RequireSame(market, slow);
        Assert.Equal((1, 1), (eager.Snapshots, slow.Snapshots));
        Assert.True(trades.Count > 100, $"only {trades.Count} trades");
        Assert.Equal(trades.Select(t => (t.Sequence, t.Index, t.PriceTicks, t.QuantityLots)), eager.Trades);
        Assert.Equal(trades.Select(t => (t.Sequence, t.Index, t.PriceTicks, t.QuantityLots)), slow.Trades);
    }

    [Fact]
    public void Reader_behind_the_kept_changes_gets_a_snapshot()
    {
        var view = new OrderByOrder(new BookMachine("AAPL"));
        var book = new JournaledBook();
        view.Take(1, book.Records[0]);
        var reader = new OrderByOrderReader();
        reader.Take(view.After(0));
        for (var number = 1L; number <= OrderByOrder.ChangesKept; number++)
        {
            book.Submit(Order(number, 1));
            view.Take(view.Sequence + 1, book.Records[^1]);
        }

        Assert.False(view.After(reader.Sequence).IsSnapshot);
        book.Submit(Order(OrderByOrder.ChangesKept + 1, 2));
        view.Take(view.Sequence + 1, book.Records[^1]);
        Assert.True(view.After(reader.Sequence).IsSnapshot);
        var next = view.After(reader.Sequence + 1);
        Assert.Equal((false, OrderByOrder.ChangesKept), (next.IsSnapshot, next.Changes.Length));

        // A command with more changes than are kept never leaves a reader with a part of it.
        book.CloseAll(1001, OrderByOrder.ChangesKept + 1);
        view.Take(view.Sequence + 1, book.Records[^1]);
        var all = view.After(view.Sequence - 1);
        Assert.True(all.IsSnapshot);
        Assert.Empty(all.Bids);
        Assert.True(view.After(view.Sequence + 5).IsSnapshot);
        Assert.Same(view.After(0), all);

        static SubmitOrder Order(long number, long lots) => new(
            1001, number, $"n{number}", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 15_000, lots, 0,
            0);
    }

    private static void RequireSame(ConditionalMarket market, OrderByOrderReader reader)
    {
        Assert.Equal(OrderByOrderReader.Of(market.Book.Core, Side.Buy), reader.Bids);
        Assert.Equal(OrderByOrderReader.Of(market.Book.Core, Side.Sell), reader.Asks);
    }
}
