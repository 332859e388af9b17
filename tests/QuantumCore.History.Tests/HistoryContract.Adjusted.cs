using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.History.Tests;

// Orders whose price and conditions are adjusted in place.
public abstract partial class HistoryContract
{
    private static readonly AdjustOrders s_dividend = AdjustOrders.Of(7, OrderAdjustment.Dividend(3));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Amendments_and_adjustments_are_the_same_in_any_batches(int batch)
    {
        await using var history = await OpenAsync($"adjusted{batch}");
        await ApplyInBatchesAsync(history, Adjusted(), batch);
        Assert.Empty(await HistoryInvariants.CheckAsync(history, 0, null, Token));
        var order = Assert.Single(await history.Orders.FindAsync(new OrderQuery(One), Token));
        Assert.Equal(
            (92, 107, 5),
            (order.PriceTicks, order.Conditions!.Decode()!.TriggerTicks, order.Conditions.Decode()!.DisplayLots));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_stop_whose_trigger_was_moved_has_the_worst_price_that_goes_with_it(int batch)
    {
        await using var history = await OpenAsync($"moved{batch}");
        var order = Entered(One, 1, Side.Buy, 50) with
        {
            Type = OrderType.Stop,
            Conditions = EncodedConditions.From(new OrderConditions { TriggerTicks = 105 }),
        };
        var move = new AmendOpenOrder(One, 1, new ConditionChanges(TriggerTicks: 90, WorstTicks: 94));
        ImmutableArray<BookRecord> records =
        [
            (BookRecord)new RecordMarket(1).Streams["book/SYM0"][0],
            Turn(2, new EnterOrder(order), new OrderOpened(One, 1, 1, Side.Buy, 100, 50, 50, 5_000)),
            Turn(3, move, new OrderChanged(One, 1, 1, Side.Buy, 94, 0, 50, 5_000)),
        ];
        await ApplyInBatchesAsync(history, records, batch);
        Assert.Empty(await HistoryInvariants.CheckAsync(history, 0, null, Token));
        var moved = Assert.Single(await history.Orders.FindAsync(new OrderQuery(One), Token));
        Assert.Equal((94, 90), (moved.PriceTicks, moved.Conditions!.Decode()!.TriggerTicks));
    }

    /// <summary>Projects records of one book in batches of a given size.</summary>
    private static async Task ApplyInBatchesAsync(HistoryStore history, ImmutableArray<BookRecord> records, int batch)
    {
        for (var done = 0; done < records.Length; done += batch)
        {
            await history.ApplyAsync([new BookChunk("SYM0", done + 1, [.. records.Skip(done).Take(batch)])], Token);
        }
    }

    /// <summary>
    /// Returns records: a stop-limit covered at 100 that stands at 95 falls by 3, and so does its trigger, which was
    /// 105 and became 110.
    /// </summary>
    private static ImmutableArray<BookRecord> Adjusted()
    {
        var order = Entered(One, 1, Side.Buy, 50) with
        {
            Type = OrderType.StopLimit,
            Conditions = EncodedConditions.From(new OrderConditions { TriggerTicks = 105, DisplayLots = 5 }),
        };
        var amend = new AmendOpenOrder(One, 1, new ConditionChanges(TriggerTicks: 110));
        return
        [
            (BookRecord)new RecordMarket(1).Streams["book/SYM0"][0],
            Turn(2, new EnterOrder(order), new OrderOpened(One, 1, 1, Side.Buy, 95, 50, 50, 5_000)),
            Turn(3, amend, new OrderChanged(One, 1, 1, Side.Buy, 100, 0, 50, 5_000)),
            Turn(4, s_dividend, new OrderAdjusted(One, 1, 1, Side.Buy, 97, 100, 0, 50, 5_000)),
        ];
    }

    private static BookTurn Turn(long time, BookCommand command, TurnStep step) =>
        new(time, command, RejectReason.None, TradingPhase.Continuous, [step], [], null);
}
