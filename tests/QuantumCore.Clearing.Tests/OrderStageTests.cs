using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Records of triggered orders and of orders whose parent is filled: replay, account and history.</summary>
public class OrderStageTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Stop = 1;
    private const int KindOfTurn = 8;
    private const int KindWithStages = 10;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stop_limit_that_triggers_and_rests_is_told_and_stays_what_it_became()
    {
        var book = new JournaledBook();
        book.Submit(StopLimit(trigger: 15_100, limit: 15_050));
        await AssertStageAsync(book, Stop, OrderStage.Armed, 0);
        Trade(book, 15_100);

        var step = Assert.Single(book.Last.Steps.OfType<OrderTriggered>());
        Assert.Equal((Alice, Stop, 15_050, 10), (step.Account, step.Number, step.PriceTicks, step.LeavesLots));
        Assert.Contains(Alice, book.Last.TouchedAccounts());
        Assert.Equal(KindWithStages, BookRecordEncoding.Encode(book.Last)[1]);
        await AssertStageAsync(book, Stop, OrderStage.Working, book.Last.TimeNanos);
    }

    [Fact]
    public async Task A_trailing_stop_limit_is_told_with_the_limit_that_its_trigger_gave_it()
    {
        var book = new JournaledBook();
        Trade(book, 15_000);
        book.Submit(Order(Alice, Stop, Side.Sell, 10, 14_000) with
        {
            Type = OrderType.TrailingStopLimit,
            Conditions = EncodedConditions.From(new OrderConditions { TrailTicks = 100, LimitOffsetTicks = 20 }),
        });
        Trade(book, 15_200);
        Trade(book, 15_100);

        var step = Assert.Single(book.Last.Steps.OfType<OrderTriggered>());
        Assert.Equal(15_080, step.PriceTicks);
        await AssertStageAsync(book, Stop, OrderStage.Working, book.Last.TimeNanos, 15_080);
    }

    [Fact]
    public async Task A_child_waits_for_its_parent_then_for_its_trigger_and_then_for_nothing()
    {
        var book = new JournaledBook();
        Trade(book, 15_000);
        book.SubmitList(
            OrderListKind.OneTriggersOther, Order(Alice, 1, Side.Buy, 10, 14_900),
            StopLimit(14_800, 14_700) with { Number = 2, ClientOrderId = "n2", Side = Side.Sell });
        await AssertStageAsync(book, 1, OrderStage.Working, 0);
        await AssertStageAsync(book, 2, OrderStage.Pending, 0);

        book.Submit(Order(Bob, 50, Side.Sell, 10, 14_900));
        Assert.Single(book.Last.Steps, step => step is OrderActivated { Number: 2 });
        await AssertStageAsync(book, 2, OrderStage.Armed, book.Last.TimeNanos);

        Trade(book, 14_800);
        Assert.Single(book.Last.Steps, step => step is OrderTriggered { Number: 2 });
        await AssertStageAsync(book, 2, OrderStage.Working, book.Last.TimeNanos);
    }

    [Fact]
    public async Task A_child_whose_entry_records_from_before_do_not_tell_waits_until_it_trades()
    {
        var book = new JournaledBook();
        book.SubmitList(
            OrderListKind.OneTriggersOther, Order(Alice, 1, Side.Buy, 10, 14_900),
            Order(Alice, 2, Side.Sell, 10, 15_300));
        book.SubmitList(
            OrderListKind.OneTriggersOther, Order(Alice, 3, Side.Buy, 10, 14_800),
            Order(Alice, 4, Side.Sell, 10, 15_300));
        book.Submit(Order(Bob, 50, Side.Sell, 10, 14_900));
        book.Records[^1] = book.Last.WithoutStages();
        await AssertAsync(OrderStage.Working, OrderStage.Pending, OrderStage.Working, OrderStage.Pending);
        book.Submit(Order(Bob, 51, Side.Buy, 4, 15_300));
        await AssertAsync(OrderStage.Working, OrderStage.Working, OrderStage.Working, OrderStage.Pending);

        async Task AssertAsync(params OrderStage[] stages)
        {
            await using var history = await book.ProjectedAsync(Token);
            Assert.Equal(
                stages, (await history.Orders.FindAsync(new OrderQuery(Alice), Token)).Select(order => order.Stage));
        }
    }

    [Fact]
    public async Task Pages_by_public_id_omit_no_order_and_rejected_orders_take_no_room()
    {
        var book = new JournaledBook();
        book.Submit(Order(Alice, 3, Side.Buy, 10, 14_900));
        book.Submit(Order(Alice, 1, Side.Buy, 10, 14_900));
        book.Submit(Order(Alice, 4, Side.Sell, 10, 14_900) with { PostOnly = true });
        book.Submit(Order(Alice, 5, Side.Sell, 10, 14_900) with { PostOnly = true });
        book.Submit(Order(Alice, 2, Side.Buy, 10, 14_900));
        await using var history = await book.ProjectedAsync(Token);
        Assert.Equal("1, 2", await IdsAsync(new OrderQuery(Alice, "AAPL", FromOrderId: 1, Limit: 2)));
        Assert.Equal("3", await IdsAsync(new OrderQuery(Alice, "AAPL", FromOrderId: 3, Limit: 2)));
        Assert.Equal("1, 3", await IdsAsync(new OrderQuery(Alice, "AAPL", Limit: 2, HasEntered: true)));
        Assert.Equal("0, 0", await IdsAsync(new OrderQuery(Alice, "AAPL", Limit: 2)));
        Assert.Equal(
            "1, 2, 3", await IdsAsync(new OrderQuery(Alice, "AAPL", FromNanos: 0, Limit: 3, HasEntered: true)));

        async Task<string> IdsAsync(OrderQuery query) =>
            string.Join(", ", (await history.Orders.FindAsync(query, Token)).Select(order => order.OrderId).Order());
    }

    [Fact]
    public async Task A_child_that_is_refused_as_it_is_to_enter_ends_with_the_reason()
    {
        var book = new JournaledBook();
        book.Submit(Order(Bob, 40, Side.Sell, 5, 15_500));
        book.SubmitList(
            OrderListKind.OneTriggersOther, Order(Alice, 1, Side.Sell, 10, 15_400),
            Order(Alice, 2, Side.Buy, 10, 15_500) with { PostOnly = true });
        book.Submit(Order(Bob, 41, Side.Buy, 10, 15_400));

        var step = Assert.Single(book.Last.Steps.OfType<OrderEnded>(), step => step.Number == 2);
        Assert.Equal((EndReason.List, RejectReason.PostOnlyWouldTake), (step.Reason, step.Refusal));
        Assert.DoesNotContain(book.Last.Steps, step => step is OrderActivated);
        Assert.Equal(book.Machine.Snapshot(), book.Replayed().Snapshot());
        await using var history = await book.ProjectedAsync(Token);
        var child = Assert.Single(await history.Orders.FindAsync(new OrderQuery(Alice, Number: 2), Token));
        Assert.Equal(
            (OrderStatus.Cancelled, EndReason.List, RejectReason.PostOnlyWouldTake),
            (child.Status, child.End, child.Refusal));
    }

    [Fact]
    public void A_list_that_is_refused_for_one_of_its_orders_is_told_with_it()
    {
        var book = new JournaledBook();
        Trade(book, 15_000);
        book.SubmitList(
            OrderListKind.OneTriggersOther, Order(Alice, 1, Side.Buy, 10, 14_900),
            Order(Alice, 2, Side.Sell, 10, 15_300) with
            {
                TimeInForce = TimeInForce.GoodTillDate,
                Conditions = EncodedConditions.From(new OrderConditions { ExpiryNanos = 1 }),
            });
        Assert.Equal(
            [RejectReason.None, RejectReason.ExpiredAlready],
            book.Last.Steps.Cast<OrderRefused>().Select(step => step.Refusal));
        Assert.Equal("orders[1].goodTill", BookReports.First("AAPL", book.Machine.Sequence, book.Last, Alice, 1).Field);
        Assert.Equal(book.Machine.Snapshot(), book.Replayed().Snapshot());

        book.SubmitList(
            OrderListKind.OneCancelsOther, Order(Alice, 3, Side.Sell, 10, 14_900),
            StopLimit(14_800, 14_700) with { Number = 4, Side = Side.Sell });
        Assert.Equal(
            [RejectReason.None, RejectReason.None],
            book.Last.Steps.Cast<OrderRefused>().Select(step => step.Refusal));
        Assert.Equal(KindOfTurn, BookRecordEncoding.Encode(book.Last)[1]);
        Assert.Equal(
            "orders[0].price,orders[1].triggerPrice",
            BookReports.First("AAPL", book.Machine.Sequence, book.Last, Alice, 3).Field);

        // An order rejected before stages were recorded: the reason is unknown.
        var old = BookRecordEncoding.Encode(((BookTurn)book.Records[^2]).WithoutStages());
        var replayed = book.ReplayedTo(book.Records.Count - 2);
        Assert.Null(
            BookReports.First(
                "AAPL", book.Records.Count - 1, replayed.Replay(book.Records.Count - 1, old), Alice, 1).Field);
    }

    [Fact]
    public void A_record_from_before_stages_were_told_is_still_explained()
    {
        var book = new JournaledBook();
        book.Submit(StopLimit(trigger: 15_100, limit: 15_050));
        Trade(book, 15_100);
        var old = book.Last with { Steps = book.Last.Steps.RemoveAll(step => step is OrderTriggered) };
        var bytes = BookRecordEncoding.Encode(old);
        Assert.Equal(KindOfTurn, bytes[1]);

        var replayed = book.ReplayedTo(book.Records.Count - 1);
        Assert.Equal(old.Steps, Assert.IsType<BookTurn>(replayed.Replay(book.Records.Count, bytes)).Steps);
        Assert.Equal(book.Machine.Core.StateHash, replayed.Core.StateHash);
    }

    [Fact]
    public void A_stage_that_was_tampered_with_halts_the_replay()
    {
        var book = new JournaledBook();
        book.Submit(Order(Bob, 40, Side.Sell, 5, 15_500));
        book.Submit(StopLimit(trigger: 15_400, limit: 15_350) with { Number = 3, ClientOrderId = "n3" });
        book.SubmitList(
            OrderListKind.OneTriggersOneCancelsOther,
            Order(Alice, 1, Side.Sell, 10, 15_400),
            Order(Alice, 2, Side.Buy, 10, 15_100),
            StopLimit(15_600, 15_700) with { Number = 4, ClientOrderId = "n4", Side = Side.Buy });
        book.SubmitList(
            OrderListKind.OneTriggersOther, Order(Alice, 5, Side.Sell, 10, 15_400),
            Order(Alice, 6, Side.Buy, 10, 15_500) with { PostOnly = true });
        book.Submit(Order(Bob, 41, Side.Buy, 20, 15_400));
        var steps = book.Last.Steps;
        var (triggered, activated, ended) = (
            steps.OfType<OrderTriggered>().First(), steps.OfType<OrderActivated>().First(),
            steps.OfType<OrderEnded>().First());
        Halts(steps.Replace(triggered, triggered with { PriceTicks = triggered.PriceTicks + 1 }));
        Halts(steps.Replace(activated, activated with { PriceTicks = activated.PriceTicks + 1 }));
        Halts(steps.Replace(ended, ended with { PriceTicks = ended.PriceTicks + 1 }));
        Halts(steps.Replace(ended, ended with { Refusal = RejectReason.PriceBand }));
        // A record that lacks one of them is no older record.
        Assert.All<TurnStep>([triggered, activated, ended], step => Halts(steps.Remove(step)));

        void Halts(ImmutableArray<TurnStep> forged)
        {
            var bytes = BookRecordEncoding.Encode(book.Last with { Steps = forged });
            var machine = book.ReplayedTo(book.Records.Count - 1);
            Assert.Throws<DivergenceException>(() => machine.Replay(book.Records.Count, bytes));
        }
    }

    [Fact]
    public void Snapshot_without_stages_is_readable_and_complete_once_its_orders_end()
    {
        var book = new JournaledBook();
        Trade(book, 15_000);
        var account = AccountOf(book);
        account.ForgetOrderStates();
        Assert.True(account.KnowsOrderStates);

        book.SubmitList(
            OrderListKind.OneTriggersOther, Order(Alice, 1, Side.Buy, 10, 14_900),
            Order(Alice, 2, Side.Sell, 10, 15_300));
        account = AccountOf(book);
        account.ForgetOrderStates();
        Assert.False(account.KnowsOrderStates);
        Assert.Equal(OrderStage.Working, account.Account.Orders[2].State.Stage);
        var again = AccountMachine.Restore(account.Account.Id, _ => Listed.Aapl, account.Snapshot());
        Assert.False(again.KnowsOrderStates);
        Assert.Equal(account.Snapshot(), again.Snapshot());

        // A later change is known, and stays.
        account.Account.Orders[2].State = new(OrderStage.Armed, 77, 14_000);
        again = AccountMachine.Restore(account.Account.Id, _ => Listed.Aapl, account.Snapshot());
        Assert.Equal(new OrderState(OrderStage.Armed, 77, 14_000), again.Account.Orders[2].State);
        Assert.False(again.KnowsOrderStates);

        again = AccountMachine.Restore(account.Account.Id, _ => Listed.Aapl, AccountOf(book).Snapshot());
        Assert.True(again.KnowsOrderStates);
        Assert.Equal(OrderStage.Pending, again.Account.Orders[2].State.Stage);
    }

    /// <summary>Checks the stage of an open order in account, history and report, also after a snapshot.</summary>
    private static async Task AssertStageAsync(
        JournaledBook book, long number, OrderStage stage, long since, long? priceTicks = null)
    {
        Assert.Equal(book.Machine.Snapshot(), book.Replayed().Snapshot());
        book.Machine.IsKnown(Alice, number, out var ticket, out _);
        var report = BookReports.Open(book.Machine, ticket!);
        Assert.Equal(stage, report.Stage);
        Assert.Equal(priceTicks ?? ticket!.Order.PriceTicks, report.PriceTicks);

        var account = AccountOf(book);
        var restored = AccountMachine.Restore(account.Account.Id, _ => Listed.Aapl, account.Snapshot());
        Assert.All<AccountMachine>(
            [account, restored],
            machine => Assert.Equal(
                (stage, since, priceTicks ?? 0),
                StateOf(machine, number, ticket!.Order.PriceTicks, priceTicks is null)));

        await using var history = await book.ProjectedAsync(Token);
        var past = Assert.Single(await history.Orders.FindAsync(new OrderQuery(Alice, Number: number), Token));
        Assert.Equal((stage, since, report.PriceTicks), (past.Stage, past.StageNanos, past.PriceTicks));
    }

    // A price equal to the order's own is recorded with its trigger, and is not new.
    private static (OrderStage Stage, long Since, long PriceTicks) StateOf(
        AccountMachine machine, long number, long own, bool isOwn)
    {
        var state = machine.Account.Orders[number].State;
        return (state.Stage, state.SinceNanos, isOwn && state.PriceTicks == own ? 0 : state.PriceTicks);
    }

    /// <summary>Returns Alice's account, folded from the book's records.</summary>
    private static AccountMachine AccountOf(JournaledBook book)
    {
        var account = new AccountMachine(new AccountId(Alice), _ => Listed.Aapl);
        account.Apply(new Deposited(1, "fund", "USD", 2, 1_000_000_000));
        account.Apply(new Deposited(1, "units", "AAPL", 0, 1_000_000));
        foreach (var order in book.Records.OfType<BookTurn>().SelectMany(turn => turn.Command.Entering)
            .Where(order => order.Account == Alice).OrderBy(order => order.Number))
            account.Apply(new HoldPlaced(2, "AAPL", order, 1, 1_000_000));
        for (var i = 0; i < book.Records.Count; i++)
        {
            if (book.Records[i].TouchedAccounts().Contains(Alice))
                Assert.True(
                    account.ApplyBook(
                        "AAPL", new DeliveredRecord(i + 1, account.CursorOf("AAPL"), book.Records[i]), long.MaxValue));
        }

        return account;
    }

    private static void Trade(JournaledBook book, long priceTicks)
    {
        var number = 1_000 + book.Records.Count;
        book.Submit(Order(Bob, number, Side.Sell, 1, priceTicks));
        book.Submit(Order(Bob, number + 1, Side.Buy, 1, priceTicks));
    }

    private static SubmitOrder StopLimit(long trigger, long limit) =>
        Order(Alice, Stop, trigger > limit ? Side.Buy : Side.Sell, 10, limit) with
        {
            Type = OrderType.StopLimit,
            Conditions = EncodedConditions.From(new OrderConditions { TriggerTicks = trigger }),
        };

    private static SubmitOrder Order(long account, long number, Side side, long lots, long priceTicks) => new(
        account, number, $"n{number}", side, OrderType.Limit, TimeInForce.GoodTillCancel, false, priceTicks, lots, 200,
        500);
}
