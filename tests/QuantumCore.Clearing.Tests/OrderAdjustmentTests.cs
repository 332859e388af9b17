using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// Open orders through corporate actions, in the book's shell and in accounts: once for each action, in one record, and
/// replayed byte for byte.
/// </summary>
public class OrderAdjustmentTests
{
    private const long Alice = 1001;

    // RISK E32: NASD 3220(a)(1) / FINRA 5330; a tick is a cent, the dividend 12.5 cents: prices go to the next lower
    // tick.
    [Theory]
    [InlineData(Side.Buy, OrderType.Limit, 10_500, 10_487)]
    [InlineData(Side.Sell, OrderType.Stop, 9_800, 9_787)]
    [InlineData(Side.Sell, OrderType.Limit, 11_000, 11_000)]
    [InlineData(Side.Buy, OrderType.Stop, 11_200, 11_200)]
    [InlineData(Side.Buy, OrderType.Limit, 10_500, 10_500, true)]
    [InlineData(Side.Sell, OrderType.Stop, 9_800, 9_800, true)]
    public void Published_dividend_on_open_orders(
        Side side, OrderType type, long price, long after, bool doNotReduce = false)
    {
        var book = Book();
        Assert.Equal(RejectReason.None, book.Core.SetLast(1, 10_600));
        var stop = type == OrderType.Stop;
        var conditions = stop || doNotReduce
            ? EncodedConditions.From(
                new OrderConditions { TriggerTicks = stop ? price : null, DoNotReduce = doNotReduce })
            : default;
        Submit(book, 1, side, stop ? side == Side.Sell ? 9_310 : 11_760 : price, 10, type, conditions);
        var adjustment = Dividend(1_250_000_000).AdjustmentOf(Listed.Aapl);
        Assert.Equal(OrderAdjustment.Dividend(13), adjustment);
        Adjust(book, 1, adjustment!.Value);
        Assert.True(book.Core.TryGetOrder(1, out var order));
        Assert.Equal(after, stop ? order.TriggerTicks : order.PriceTicks);
    }

    [Theory]
    [InlineData(90_000_000, null)]
    [InlineData(99_999_999, null)]
    [InlineData(100_000_000, 1)]
    [InlineData(100_000_001, 2)]
    public void A_dividend_below_a_tick_changes_nothing_and_any_other_goes_to_the_next_lower_one(
        long rate, int? ticks) =>
        Assert.Equal(
            ticks is { } fall ? OrderAdjustment.Dividend(fall) : null, Dividend(rate).AdjustmentOf(Listed.Aapl));

    [Fact]
    public void Orders_end_where_the_dividend_is_in_another_asset_than_prices() => Assert.Equal(
        OrderAdjustment.EndsOrders,
        Dividend(1_250_000_000).AdjustmentOf(Listed.Aapl with { Quote = new Asset("EUR", 2) }));

    [Fact]
    public void A_book_adjusts_once_for_each_action_whenever_it_is_brought()
    {
        var book = Book();
        Submit(book, 1, Side.Buy, 100, 10);
        var record = Adjust(book, 7, OrderAdjustment.Dividend(3));
        Assert.Equal([new LevelState(Side.Buy, 100, 0, 0), new LevelState(Side.Buy, 97, 10, 1)], record!.Levels);
        var step = Assert.IsType<OrderAdjusted>(Assert.Single(record.Steps));
        Assert.Equal(
            (100, 97, 0, 10), (step.PriceBeforeTicks, step.PriceTicks, step.AddedLots, step.LeavesLots));
        Assert.Null(Adjust(book, 7, OrderAdjustment.Dividend(3)));

        // A book restored from its snapshot does not either. Another action differs, even one announced earlier.
        var restored = BookMachine.Restore("AAPL", book.Snapshot());
        Assert.Equal(book.Snapshot(), restored.Snapshot());
        Assert.Null(Adjust(restored, 7, OrderAdjustment.Dividend(3)));
        Assert.Equal(
            94,
            Assert.IsType<OrderAdjusted>(
                Assert.Single(Adjust(restored, 6, OrderAdjustment.Dividend(3))!.Steps)).PriceTicks);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Snapshot_in_an_older_format_equals_the_one_that_release_would_have_written(byte version)
    {
        var book = Book();
        Submit(book, 1, Side.Buy, 100, 10);
        var written = book.SnapshotOf(version)!;
        Assert.Equal(version, written[0]);
        Assert.Equal(book.Snapshot(), BookMachine.Restore("AAPL", written).Snapshot());
        Submit(book, 2, Side.Buy, 100, 10);
        Assert.NotEqual(written, book.SnapshotOf(version));
        Assert.Null(book.SnapshotOf(3));
        Assert.Equal(book.Snapshot(), book.SnapshotOf(book.Snapshot()[0]));
        Assert.Null(book.SnapshotOf((byte)(book.Snapshot()[0] + 1)));
    }

    [Fact]
    public void Snapshot_without_the_time_of_its_units_is_not_guessed_about()
    {
        var book = Book();
        Submit(book, 1, Side.Buy, 100, 10);
        Adjust(book, 7, OrderAdjustment.Dividend(3));
        Assert.Throws<InvalidDataException>(() => BookMachine.Restore("AAPL", book.SnapshotOf(7)!));
        Assert.Equal(book.Snapshot(), BookMachine.Restore("AAPL", book.Snapshot()).Snapshot());
    }

    [Fact]
    public void Replay_of_an_adjustment_gives_the_same_book_and_a_tampered_one_halts_it()
    {
        var records = new List<BookRecord> { new BookMachine("AAPL").Define(EncodedInstrument.From(Listed.Aapl), 1)! };
        var book = Book();
        records.Add(Submit(book, 1, Side.Buy, 100, 10));
        records.Add(
            Submit(
                book, 2, Side.Sell, 110, 10,
                conditions: EncodedConditions.From(new OrderConditions { DisplayLots = 3 })));
        records.Add(Operate(book, new SetTradingPhase(TradingPhase.Halt)));
        var split = Adjust(book, 1, OrderAdjustment.Split(3, 2))!;
        records.Add(split);
        foreach (var account in records.SelectMany(record => record.TouchedAccounts()).Distinct())
        {
            book.Chain(account);
        }

        var again = new BookMachine("AAPL");
        foreach (var record in records)
        {
            again.Replay(again.Sequence + 1, BookRecordEncoding.Encode(record));
        }

        Assert.Equal(book.Snapshot(), again.Snapshot());
        var restored = BookMachine.Restore("AAPL", again.Snapshot());
        Assert.True(restored.IsKnown(Alice, 2, out var ticket, out _));
        Assert.Equal(
            (74L, 15L, 4L),
            (ticket!.Order.PriceTicks, ticket.LeavesLots, ticket.Order.Conditions.Decode()!.DisplayLots));

        var step = Assert.IsType<OrderAdjusted>(split.Steps[0]);
        var forged = split with
        {
            Steps = split.Steps.SetItem(0, step with { PriceTicks = step.PriceTicks + 1 }),
        };
        var other = new BookMachine("AAPL");
        foreach (var record in records[..^1])
        {
            other.Replay(other.Sequence + 1, BookRecordEncoding.Encode(record));
        }

        Assert.Throws<DivergenceException>(() => other.Replay(other.Sequence + 1, BookRecordEncoding.Encode(forged)));
    }

    [Fact]
    public void An_order_whose_price_would_fall_below_what_the_instrument_allows_ends()
    {
        var book = new BookMachine("AAPL");
        Assert.NotNull(book.Define(EncodedInstrument.From(Listed.Aapl with { MinPriceTicks = 90 }), 1));
        Submit(book, 1, Side.Buy, 103, 10);
        Submit(book, 2, Side.Buy, 102, 10);
        var steps = Adjust(book, 1, OrderAdjustment.Dividend(13))!.Steps;
        Assert.Equal(2, steps.Length);
        var ended = Assert.IsType<OrderEnded>(steps[0]);
        Assert.Equal((2, EndReason.CorporateAction), (ended.Number, ended.Reason));
        Assert.Equal(1, Assert.IsType<OrderAdjusted>(steps[1]).Number);
    }

    [Fact]
    public void The_command_of_older_releases_still_ends_every_order()
    {
        var book = Book();
        Submit(book, 1, Side.Buy, 100, 10);
        var record = (BookTurn)Operate(book, new EndOrders());
        Assert.Equal(
            EndReason.CorporateAction, Assert.IsType<OrderEnded>(Assert.Single(record.Steps)).Reason);
    }

    [Fact]
    public void A_malformed_call_changes_nothing()
    {
        var book = Book();
        Submit(book, 1, Side.Buy, 100, 10);
        var before = book.Snapshot();
        Assert.All(
            (AdjustOrders[])[
                new(1, 3, 0, 0), new(1, 0, 2, 0), new(1, 3, 2, 3), new(1, 0, 0, -1), new(1, 2, 2, 0),
                new(1, 10_001, 2, 0), new(0, 0, 0, 3)],
            call => Refuse(book, before, RejectReason.BadRequest, call));
        Refuse(book, before, RejectReason.NotInThisPhase, new(1, 3, 2, 0));
    }

    [Fact]
    public void The_hold_of_a_buy_shrinks_exactly_and_fees_so_far_stay()
    {
        var (book, account) = (Book(), new AccountMachine(new AccountId(Alice), _ => Listed.Aapl));
        account.Apply(account.Deposit(new DepositRequest("cash", "USD", 1_000_000), Listed.Aapl.Quote, 1));
        account.Apply(account.Deposit(new DepositRequest("units", "AAPL", 20), Listed.Aapl.Base, 1));
        Publish(book, account, Place(book, account, Side.Buy, 10_000, 30));
        Publish(book, account, Submit(book, 1, Side.Sell, 10_000, 10, account: 1002));
        var (held, fees) = (account.Account.Orders[1].Held, account.Account.Balances["USD"].Total);

        Publish(book, account, Adjust(book, 1, OrderAdjustment.Dividend(13))!);
        var order = account.Account.Orders[1];
        Assert.Equal((9_987L, 30L, 20L), (order.PriceTicks, order.QuantityLots, order.LeavesLots));
        Assert.True(book.IsKnown(Alice, 1, out var ticket, out _));
        Assert.Equal(ticket!.OwnHold(Listed.Aapl), order.Held);
        Assert.True(order.Held < held);
        Assert.Equal(fees, account.Account.Balances["USD"].Total);
        Assert.Equal(order.Held, account.Account.Balances["USD"].Held);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Replacement_in_flight_keeps_the_hold_of_the_order_it_replaces(bool comesBack)
    {
        // Exactly enough for 101.00.
        var (book, account) = (Book(), new AccountMachine(new AccountId(Alice), _ => Listed.Aapl));
        var fees = new OrderFees(Side.Buy, FeeTerms.Of(Listed.Aapl));
        var need = HoldRule.Hold(Listed.Aapl, 10_100, 10, fees);
        account.Apply(account.Deposit(new DepositRequest("cash", "USD", need), Listed.Aapl.Quote, 1));
        Publish(book, account, Place(book, account, Side.Buy, 10_000, 10));
        var dearer = Replace(account, 1, 10_100);
        Publish(book, account, Adjust(book, 1, OrderAdjustment.Dividend(300))!);
        var held = (account.Account.Orders[1].Held, account.Account.Orders[2].Held);
        if (comesBack)
            account = AccountMachine.Restore(new AccountId(Alice), _ => Listed.Aapl, account.Snapshot());

        Publish(book, account, book.Submit(dearer, 3));
        var lower = HoldRule.Hold(Listed.Aapl, 9_700, 10, fees);
        Assert.Equal((lower, need - lower), held);
        Assert.Equal((10_100L, need), (account.Account.Orders[2].PriceTicks, account.Account.Orders[2].Held));
        Assert.Equal(need, account.Account.Balances["USD"].Held);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_replacements_in_flight_may_arrive_in_either_sequence(bool iceberg)
    {
        var (book, account) = (Book(), new AccountMachine(new AccountId(Alice), _ => Listed.Aapl));
        var need = HoldRule.Hold(Listed.Aapl, 10_100, 10, new OrderFees(Side.Buy, FeeTerms.Of(Listed.Aapl)));
        var more = need - HoldRule.Hold(Listed.Aapl, 10_000, 10, new OrderFees(Side.Buy, FeeTerms.Of(Listed.Aapl)));
        account.Apply(account.Deposit(new DepositRequest("cash", "USD", need + more), Listed.Aapl.Quote, 1));
        Publish(
            book, account,
            Place(
                book, account, Side.Buy, 10_000, 10,
                iceberg ? EncodedConditions.From(new OrderConditions { DisplayLots = 5 }) : null));
        var (first, second) = (Replace(account, 1, 10_100), Replace(account, 1, 10_100, "again"));
        Publish(book, account, Adjust(book, 1, OrderAdjustment.Dividend(300))!);
        Assert.Equal(0, account.Account.Balances["USD"].Available);
        Publish(book, account, book.Submit(second, 3));
        Assert.Equal(need, account.Account.Orders[3].Held);
        var late = book.Submit(first, 3);
        Assert.Equal(RejectReason.OrderClosed, Assert.IsType<OrderVoided>(late).Reason);
        Publish(book, account, late);
        Assert.Equal((need, more), (account.Account.Balances["USD"].Held, account.Account.Balances["USD"].Available));
    }

    [Fact]
    public void Replacement_decided_after_an_adjustment_holds_the_same_in_any_sequence()
    {
        var (book, account) = (Book(), new AccountMachine(new AccountId(Alice), _ => Listed.Aapl));
        var deposit = account.Deposit(new DepositRequest("cash", "USD", 10_000_000), Listed.Aapl.Quote, 1);
        account.Apply(deposit);
        var placed = Place(book, account, Side.Buy, 10_000, 10);
        var first = new DeliveredRecord(book.Sequence, book.Chain(Alice), placed);
        Assert.True(account.ApplyBook("AAPL", first, long.MaxValue));
        var hold = new HoldPlaced(2, "AAPL", ((OrderAccepted)placed).Order, 1, account.Account.Orders[1].Held);
        var adjusted = Adjust(book, 1, OrderAdjustment.Dividend(300))!;
        var second = new DeliveredRecord(book.Sequence, book.Chain(Alice), adjusted);
        Assert.True(account.ApplyBook("AAPL", second, long.MaxValue));
        var replacement = account.DecideReplacement(account.Account.Orders[1], "dearer", 10_100, 10, 2, 3);
        account.Apply(replacement);

        var again = new AccountMachine(new AccountId(Alice), _ => Listed.Aapl);
        again.BeginCatchUp();
        foreach (var record in new[] { deposit, hold, replacement })
            again.Apply(record);
        Assert.True(again.ApplyBook("AAPL", first, long.MaxValue));
        Assert.True(again.ApplyBook("AAPL", second, long.MaxValue));
        again.EndCatchUp();
        Assert.Equal(account.Account.Balances["USD"], again.Account.Balances["USD"]);
        Assert.Equal(account.Account.Orders[2].Held, again.Account.Orders[2].Held);
    }

    [Fact]
    public void Replacement_decided_before_an_unseen_adjustment_is_covered()
    {
        // Exactly enough for 101.00.
        var (book, account) = (Book(), new AccountMachine(new AccountId(Alice), _ => Listed.Aapl));
        var need = HoldRule.Hold(Listed.Aapl, 10_100, 10, new OrderFees(Side.Buy, FeeTerms.Of(Listed.Aapl)));
        account.Apply(account.Deposit(new DepositRequest("cash", "USD", need), Listed.Aapl.Quote, 1));
        Publish(book, account, Place(book, account, Side.Buy, 10_000, 10));
        var live = AccountMachine.Restore(new AccountId(Alice), _ => Listed.Aapl, account.Snapshot());
        var decided = live.DecideReplacement(live.Account.Orders[1], "dearer", 10_100, 10, 2, 2);
        live.Apply(decided);
        Hear(Adjust(book, 1, OrderAdjustment.Dividend(300))!);
        account.Apply(decided);
        Hear(book.Submit(Assert.IsType<HoldPlaced>(decided).Order, 3));

        Assert.Equal(need, account.Account.Orders[2].Held);
        Assert.Equal(live.Snapshot(), account.Snapshot());

        void Hear(BookRecord record)
        {
            var delivered = new DeliveredRecord(book.Sequence, book.Chain(Alice), record);
            Assert.All([live, account], machine => Assert.True(machine.ApplyBook("AAPL", delivered, long.MaxValue)));
        }
    }

    private static SubmitOrder Replace(AccountMachine account, long number, long price, string name = "dearer")
    {
        var record = account.DecideReplacement(account.Account.Orders[number], name, price, 10, 2, 2);
        account.Apply(record);
        return Assert.IsType<HoldPlaced>(record).Order;
    }

    private static CorporateActionView Dividend(long rate) => new(
        new CorporateActionRequest("q4", CorporateActionKind.CashDividend, "AAPL", 0, 0, rate, "desk", ""),
        1, 1, "AAPL", 0, "USD", 2, CorporateActionState.Announced, default);

    private static BookMachine Book()
    {
        var book = new BookMachine("AAPL");
        Assert.NotNull(book.Define(EncodedInstrument.From(Listed.Aapl), 1));
        return book;
    }

    private static BookRecord Submit(
        BookMachine book, long number, Side side, long price, long lots, OrderType type = OrderType.Limit,
        EncodedConditions? conditions = null, long account = Alice) =>
        book.Submit(
            new SubmitOrder(
                account, number, $"n{number}", side, type, TimeInForce.GoodTillCancel, false, price, lots,
                Listed.Aapl.MakerFeePpm, Listed.Aapl.TakerFeePpm,
                Conditions: conditions),
            2);

    private static BookRecord Place(
        BookMachine book, AccountMachine account, Side side, long price, long lots,
        EncodedConditions? conditions = null)
    {
        var request = new HoldRequest(
            $"n{account.Account.LastNumber + 1}", "AAPL", side, OrderType.Limit, TimeInForce.GoodTillCancel, false,
            price, lots, Conditions: conditions);
        var record = account.Decide(request, RequestHash.Of(request), Listed.Aapl, 2);
        account.Apply(record);
        return book.Submit(Assert.IsType<HoldPlaced>(record).Order, 2);
    }

    private static void Publish(BookMachine book, AccountMachine account, BookRecord record) =>
        Assert.True(
            account.ApplyBook("AAPL", new DeliveredRecord(book.Sequence, book.Chain(Alice), record), long.MaxValue));

    private static BookRecord Operate(BookMachine book, BookCommand command)
    {
        Assert.Equal(RejectReason.None, book.Operate(command, 3, out var record));
        return record!;
    }

    private static BookTurn? Adjust(BookMachine book, long action, OrderAdjustment adjustment)
    {
        Assert.Equal(
            RejectReason.None, book.Operate(AdjustOrders.Of(action, in adjustment), 3, out var record));
        return (BookTurn?)record;
    }

    private static void Refuse(BookMachine book, byte[] before, RejectReason reason, AdjustOrders call)
    {
        Assert.Equal(reason, book.Operate(call, 9, out var record));
        Assert.Null(record);
        Assert.Equal(before, book.Snapshot());
    }
}
