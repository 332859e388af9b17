using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Maximum numbers of open orders of a book, by kind.</summary>
public class BookLimitsTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Carol = 1003;
    private readonly JournaledBook _book = new();
    private long _number;

    [Theory]
    [InlineData(OrderKind.Waiting, "type", "5000 of an account, 10000 in the book")]
    [InlineData(OrderKind.Trailing, "type", "500 of an account, 1000 in the book")]
    [InlineData(OrderKind.Iceberg, "displayQuantity", "100 of an account, 200 in the book")]
    [InlineData(OrderKind.Pegged, "type", "100 of an account, 200 in the book")]
    [InlineData(OrderKind.Whole, "allOrNone", "25 of an account, 50 in the book")]
    public void Order_beyond_the_maximum_of_its_account_or_book_is_rejected(OrderKind kind, string field, string limit)
    {
        Fill(kind, Alice);
        AssertRejected(Enter(Of(kind, Alice)), field, limit);
        Fill(kind, Bob);
        AssertRejected(Enter(Of(kind, Carol)), field, limit);
        AssertSame(kind, field, limit);
        Assert.IsNotType<OrderVoided>(Enter(Of(OrderKind.Plain, Carol)));

        _book.Note(_book.Machine.Close(Bob, BookLimits.InBook(kind) + 1, EndReason.User, _book.Records.Count + 1)!);
        Assert.IsNotType<OrderVoided>(Enter(Of(kind, Carol)));
        AssertRejected(Enter(Of(kind, Carol)), field, limit);
    }

    [Fact]
    public void Orders_that_have_triggered_no_longer_wait()
    {
        Fill(OrderKind.Whole, Alice, () => Of(OrderKind.Waiting, Alice) with { TimeInForce = TimeInForce.FillOrKill });
        AssertRejected(
            Enter(Of(OrderKind.Waiting, Alice) with { TimeInForce = TimeInForce.FillOrKill }), "timeInForce",
            BookLimits.TextOf(OrderKind.Whole));
        Fill(OrderKind.Trailing, Alice);
        Assert.IsType<OrderVoided>(Enter(Of(OrderKind.Trailing, Alice)));

        _book.Operate(new SetMarkPrice(20_000));
        _book.Operate(new SetMarkPrice(20_200));
        Fill(OrderKind.Whole, Alice, () => Of(OrderKind.Waiting, Alice) with
        {
            TimeInForce = TimeInForce.FillOrKill,
            Conditions = EncodedConditions.From(
                new OrderConditions { TriggerTicks = 30_000, TriggerReference = TriggerReference.Mark }),
        });
        Fill(OrderKind.Trailing, Alice);
        Assert.IsType<OrderVoided>(Enter(Of(OrderKind.Trailing, Alice)));
        Assert.Equal(_book.Machine.Snapshot(), _book.Replayed().Snapshot());
    }

    [Fact]
    public void List_is_rejected_for_the_order_that_has_no_room()
    {
        Fill(OrderKind.Pegged, Alice);
        var rejected = Child(OrderKind.Pegged);
        Assert.Equal(RejectReason.BookOrderLimit, rejected.Reason);
        var report = BookReports.First("AAPL", _book.Records.Count, rejected, Alice, _number);
        Assert.Equal(
            ("orders[1].type", BookLimits.TextOf(OrderKind.Pegged), OrderStatus.Rejected),
            (report.Field, report.Limit, report.Status));
        Assert.Equal(RejectReason.None, Child(OrderKind.Iceberg).Reason);
        Assert.Equal(_book.Machine.Snapshot(), _book.Replayed().Snapshot());
    }

    [Fact]
    public void Child_waits_until_its_parent_is_filled()
    {
        Assert.Equal(RejectReason.None, Child(OrderKind.Plain).Reason);
        Fill(OrderKind.Waiting, Alice, less: 1);
        Assert.IsType<OrderVoided>(Enter(Of(OrderKind.Waiting, Alice)));
        Enter(Of(OrderKind.Plain, Bob) with { Side = Side.Sell, PriceTicks = 100 });
        Assert.IsNotType<OrderVoided>(Enter(Of(OrderKind.Waiting, Alice)));
        Assert.Equal(_book.Machine.Snapshot(), _book.Replayed().Snapshot());
    }

    [Fact]
    public void Replacement_of_the_same_kind_needs_no_room()
    {
        Fill(OrderKind.Pegged, Alice);
        var replaced = Enter(Of(OrderKind.Pegged, Alice) with { ReplacesNumber = 1, ExpectedLeavesLots = 10 });
        Assert.IsNotType<OrderVoided>(replaced);
        var late = Enter(Of(OrderKind.Pegged, Alice) with { ReplacesNumber = 1, ExpectedLeavesLots = 10 });
        Assert.Equal(RejectReason.OrderClosed, Assert.IsType<OrderVoided>(late).Reason);
    }

    [Fact]
    public void Order_that_never_rests_needs_no_room()
    {
        Fill(OrderKind.Whole, Alice);
        Assert.IsNotType<OrderVoided>(
            Enter(Of(OrderKind.Whole, Alice) with { TimeInForce = TimeInForce.ImmediateOrCancel }));
    }

    [Fact]
    public void Record_of_a_command_that_trades_with_all_orders_fits_into_the_journal()
    {
        const int Slices = OrderConditions.IcebergPartsLimit;
        Fill(OrderKind.Iceberg, Alice, () => Of(OrderKind.Iceberg, Alice) with { QuantityLots = Slices });
        var trades = (long)BookLimits.OfAccount(OrderKind.Iceberg) * Slices;
        var bytes = BookRecordEncoding.Encode(
            Enter(Of(OrderKind.Plain, Bob) with { Side = Side.Sell, QuantityLots = trades })).Length;
        Assert.InRange(bytes / trades, 10, 100);

        var all = BookLimits.Orders + ((long)BookLimits.InBook(OrderKind.Iceberg) * Slices);
        Assert.InRange(bytes * all / trades, bytes, JournalWriterOptions.MaxRecordBytes);
    }

    private void Fill(OrderKind kind, long account, Func<SubmitOrder>? next = null, int less = 0)
    {
        for (var i = less; i < BookLimits.OfAccount(kind); i++)
            Assert.IsNotType<OrderVoided>(Enter(next?.Invoke() ?? Of(kind, account)));
    }

    private void AssertRejected(BookRecord record, string field, string limit)
    {
        Assert.Equal(RejectReason.BookOrderLimit, Assert.IsType<OrderVoided>(record).Reason);
        var report = BookReports.First("AAPL", _book.Records.Count, record);
        Assert.Equal((field, limit, OrderStatus.Rejected), (report.Field, report.Limit, report.Status));
    }

    /// <summary>Requires that a replay and a restored snapshot know the same, and have no more room.</summary>
    private void AssertSame(OrderKind kind, string field, string limit)
    {
        var snapshot = _book.Machine.Snapshot();
        Assert.Equal(snapshot, _book.Replayed().Snapshot());
        var record = BookMachine.Restore("AAPL", snapshot).Submit(Of(kind, Carol), _book.Records.Count + 1);
        AssertRejected(record, field, limit);
    }

    private BookRecord Enter(SubmitOrder order)
    {
        _book.Submit(order);
        return _book.Records[^1];
    }

    private BookTurn Child(OrderKind kind)
    {
        _book.SubmitList(OrderListKind.OneTriggersOther, Of(OrderKind.Plain, Alice), Of(kind, Alice));
        return _book.Last;
    }

    private SubmitOrder Of(OrderKind kind, long account)
    {
        var terms = kind switch
        {
            OrderKind.Waiting =>
                new OrderConditions { TriggerTicks = 20_000, TriggerReference = TriggerReference.Mark },
            OrderKind.Trailing => new OrderConditions
            {
                TrailTicks = 100,
                LimitOffsetTicks = 0,
                TriggerReference = TriggerReference.Mark,
            },
            OrderKind.Iceberg => new OrderConditions { DisplayLots = 1 },
            OrderKind.Pegged => new OrderConditions { Peg = PegReference.Primary },
            OrderKind.Whole => new OrderConditions { AllOrNone = true },
            _ => null,
        };
        return new SubmitOrder(
            account,
            ++_number,
            $"n{_number}",
            Side.Buy,
            kind switch
            {
                OrderKind.Waiting => OrderType.StopLimit,
                OrderKind.Trailing => OrderType.TrailingStopLimit,
                OrderKind.Pegged => OrderType.Pegged,
                _ => OrderType.Limit,
            },
            TimeInForce.GoodTillCancel,
            false,
            100,
            10,
            0,
            0,
            Conditions: terms is null ? null : EncodedConditions.From(terms));
    }
}
