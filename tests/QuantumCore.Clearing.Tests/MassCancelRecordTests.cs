using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Records of mass cancels, and their replay.</summary>
public class MassCancelRecordTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Records_of_before_orders_ended_together_are_run_again_as_they_were_written()
    {
        var old = Crowded();
        old.CloseAll(Alice, 9, together: false);
        Assert.NotEmpty(old.Last.Trades());
        Assert.Equal(old.Machine.Snapshot(), old.Replayed().Snapshot());

        var now = Crowded();
        now.CloseAll(Alice, 9);
        Assert.Empty(now.Last.Trades());
        Assert.Equal([1, 2], now.Last.Steps.OfType<OrderEnded>().Select(step => step.Number));
        Assert.Equal(now.Machine.Snapshot(), now.Replayed().Snapshot());
    }

    [Fact]
    public async Task Orders_named_one_by_one_end_in_one_record_that_is_run_again_and_projected()
    {
        var book = Crowded();
        book.CloseTogether(Alice, EndReason.MassCancel, 2, 1);
        Assert.Equal(
            [(1L, EndReason.MassCancel), (2L, EndReason.MassCancel)],
            book.Last.Steps.OfType<OrderEnded>().Select(step => (step.Number, step.Reason)));
        Assert.Equal((0, 0, 7), (book.LeftOf(Alice, 1), book.LeftOf(Alice, 2), book.LeftOf(Bob, 2)));
        Assert.Equal(book.Machine.Snapshot(), book.Replayed().Snapshot());

        await using var history = await book.ProjectedAsync(Cancellation);
        var orders = await history.Orders.FindAsync(new OrderQuery(Alice), Cancellation);
        Assert.All(orders, order => Assert.Equal(EndReason.MassCancel, order.End));
    }

    /// <summary>
    /// Returns a book: Alice shows 5 and hides 7 at one price; Bob's pegged sell is a tick above the best bid and would
    /// follow it into the hidden order.
    /// </summary>
    private static JournaledBook Crowded()
    {
        var book = new JournaledBook();
        book.Submit(Order(Bob, 1, Side.Buy, 14_900, 5));
        book.Submit(Order(Alice, 1, Side.Buy, 15_000, 5));
        book.Submit(Order(Alice, 2, Side.Buy, 15_000, 7, new OrderConditions { Hidden = true }));
        book.Submit(
            Order(Bob, 2, Side.Sell, 0, 7, new OrderConditions { Peg = PegReference.Market, PegOffsetTicks = 1 }));
        return book;
    }

    private static SubmitOrder Order(
        long account, long number, Side side, long price, long lots, OrderConditions? terms = null) => new(
        account,
        number,
        $"n{number}",
        side,
        terms?.PegOffsetTicks > 0 ? OrderType.Pegged : OrderType.Limit,
        TimeInForce.GoodTillCancel,
        false,
        price,
        lots,
        200,
        500,
        Conditions: EncodedConditions.From(terms));
}
