using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Automatic kill switches, in the account's state machine.</summary>
public class KillLimitTests
{
    private const long Second = 1_000_000_000;
    private const long Day = 86_400 * Second;

    [Fact]
    public void Order_above_the_kill_switch_is_rejected_and_freezes_the_account()
    {
        var desk = new Desk();
        desk.Limit("*", (LimitKind.KillOrders, 2), (LimitKind.KillWindow, 10));
        Assert.Equal(RejectReason.None, desk.Enter("AAPL", 100, 1));
        Assert.Equal(RejectReason.None, desk.Enter("MSFT", 100, 1));
        Assert.Equal(RejectReason.KillSwitch, desk.Enter("AAPL", 100, 1));
        Assert.Equal(("symbol", "2"), (desk.Broken!.Field, desk.Broken.Limit));
        Assert.True(desk.Machine.IsFrozen);
        Assert.Equal("*: 3 orders in 10 s, the limit is 2", desk.Machine.FrozenWhy);
        Assert.Equal((2, "AAPL MSFT"), (desk.Machine.FrozenFloor, string.Join(' ', desk.Machine.BooksUpTo(2).Order())));

        // The window ends, and the account stays frozen until an operator unfreezes it.
        desk.Now += Day;
        Assert.Equal(RejectReason.AccountFrozen, desk.Enter("AAPL", 100, 1));
    }

    [Fact]
    public void Orders_leave_the_window_of_the_kill_switch()
    {
        var desk = new Desk();
        desk.Limit("AAPL", (LimitKind.KillOrders, 1), (LimitKind.KillWindow, 32));
        Assert.Equal(RejectReason.None, desk.Enter("AAPL", 100, 1));
        desk.Now += 33 * Second;
        Assert.Equal(RejectReason.None, desk.Enter("AAPL", 100, 1));
        desk.Now += 32 * Second;
        Assert.Equal(RejectReason.KillSwitch, desk.Enter("AAPL", 100, 1));
    }

    [Theory]
    [InlineData("AAPL", RejectReason.None)]
    [InlineData("*USD", RejectReason.KillSwitch)]
    public void Value_of_orders_is_counted_in_its_scope(string scope, RejectReason other)
    {
        var desk = new Desk();
        desk.Limit(scope, (LimitKind.KillValue, 100_000), (LimitKind.KillWindow, 10));
        Assert.Equal(RejectReason.None, desk.Enter("AAPL", 100, 600));
        Assert.Equal(other, desk.Enter("MSFT", 100, 401));
        if (other == RejectReason.None)
        {
            Assert.Equal(RejectReason.None, desk.Enter("AAPL", 100, 400));
            Assert.Equal(RejectReason.KillSwitch, desk.Enter("AAPL", 100, 1));
            Assert.Equal("AAPL: orders of 1001.00 USD in 10 s, the limit is 1000.00", desk.Machine.FrozenWhy);
        }
    }

    [Fact]
    public void Order_far_above_the_usual_quantity_is_rejected_and_freezes_nothing()
    {
        var desk = new Desk();
        desk.Limit("*", (LimitKind.QuantityMultiple, 5));
        for (var i = 0; i < UsualQuantity.Least; i++)
            Assert.Equal(RejectReason.None, desk.Enter("AAPL", 100, i == 3 ? 10_000 : 20));

        Assert.Equal(RejectReason.UnusualQuantity, desk.Enter("AAPL", 100, 101));
        Assert.Equal(("quantity", "100"), (desk.Broken!.Field, desk.Broken.Limit));
        Assert.False(desk.Machine.IsFrozen);
        Assert.Equal(RejectReason.None, desk.Enter("AAPL", 100, 100));

        // Nothing is known about another symbol, or after a split.
        Assert.Equal(RejectReason.None, desk.Enter("MSFT", 100, 10_000));
        desk.Split("AAPL");
        Assert.Equal(RejectReason.None, desk.Enter("AAPL", 100, 101));
    }

    [Theory]
    [InlineData("AAPL")]
    [InlineData("*USD")]
    public void Loss_of_the_day_freezes_the_account_that_buys_high_and_sells_low(string scope)
    {
        var desk = new Desk();
        desk.Limit(scope, (LimitKind.KillLoss, 1_000));
        for (var i = 0; i < 9; i++)
        {
            desk.Trade(Side.Buy, 101, 100);
            desk.Trade(Side.Sell, 100, 100);
        }

        Assert.Null(desk.Machine.FreezeOnLoss(desk.Now));

        desk.Trade(Side.Buy, 101, 100);
        desk.Trade(Side.Sell, 100, 100);

        // An operator's freeze leaves its orders in the books. Then the kill switch cancels them.
        desk.Freeze();
        var freeze = Assert.IsType<AccountFrozen>(desk.Machine.FreezeOnLoss(desk.Now));
        Assert.Equal((true, "kill switch"), (freeze.Closes, freeze.By));
        Assert.Equal($"{scope}: a loss of 10.00 USD in the UTC day, the limit is 10.00", freeze.Why);

        // An order finds the loss, too, if it comes first.
        desk.Unfreeze();
        Assert.Equal(RejectReason.KillSwitch, desk.Enter("AAPL", 100, 1));
        Assert.True(desk.Machine.IsFrozen);
        Assert.Null(desk.Machine.FreezeOnLoss(desk.Now));
        Assert.NotNull(desk.Machine.BrokenLoss(desk.Now));
        Assert.Null(desk.Machine.BrokenLoss(desk.Now + Day));
    }

    [Fact]
    public void Kill_switches_agree_with_a_plain_model_and_with_a_replay()
    {
        var random = new Random(29);
        var seen = new HashSet<RejectReason>();
        for (var round = 0; round < 20; round++)
        {
            var (desk, model) = (new Desk(), new Model());
            desk.Limit(
                "*", (LimitKind.KillOrders, Model.Orders), (LimitKind.KillWindow, Model.Seconds),
                (LimitKind.QuantityMultiple, Model.Multiple));
            desk.Limit("*USD", (LimitKind.KillValue, Model.Value), (LimitKind.KillWindow, Model.Seconds));
            for (var i = 0; i < 200; i++)
            {
                desk.Now += random.NextInt64(random.Next(20) == 0 ? 20 * Second : 2 * Second);
                var (symbol, price) = (random.Next(3) == 0 ? "MSFT" : "AAPL", random.Next(90, 110));
                var lots = random.Next(12) == 0 ? random.Next(100, 400) : random.Next(10, 30);
                var expected = model.Enter(symbol, price, lots, desk.Now);
                Assert.Equal(expected, desk.Enter(symbol, price, lots));
                seen.Add(expected);
                if (random.Next(10) == 0)
                    desk.ComeBack();
                if (model.IsFrozen && random.Next(4) == 0)
                {
                    desk.Unfreeze();
                    model.Unfreeze();
                }

                Assert.Equal(model.IsFrozen, desk.Machine.IsFrozen);
            }

            Assert.Equal(desk.Machine.Snapshot(), desk.Replay().Snapshot());
        }

        Assert.Equal(
            [RejectReason.None, RejectReason.AccountFrozen, RejectReason.UnusualQuantity, RejectReason.KillSwitch],
            seen.Order());
    }

    [Theory]
    [InlineData(LimitKind.KillOrders)]
    [InlineData(LimitKind.KillValue)]
    [InlineData(LimitKind.KillWindow)]
    public void A_kill_switch_and_its_window_come_together(LimitKind kind) => Assert.Equal(
        "a kill switch of orders or value needs a window, and a window needs one of them",
        new LimitsRequest("AAPL", [new AccountLimit(kind, 1)], "desk", "").Check());

    [Theory]
    [InlineData(LimitKind.QuantityMultiple)]
    [InlineData(LimitKind.KillOrders)]
    [InlineData(LimitKind.KillLoss)]
    public void A_kill_switch_is_of_one_account_and_never_0(LimitKind kind)
    {
        Assert.NotNull(new LimitsRequest("AAPL", [new AccountLimit(kind, 1)], "desk", "").Check(forEveryone: true));
        Assert.NotNull(
            new LimitsRequest("AAPL", [new AccountLimit(kind, 0), new(LimitKind.KillWindow, 1)], "desk", "").Check());
    }

    /// <summary>The same rules over plain lists of everything that was entered.</summary>
    private sealed class Model
    {
        public const long Orders = 8;
        public const long Seconds = 8;
        public const long Multiple = 4;
        public const long Value = 20_000;

        private readonly List<(long Step, long Value)> _window = [];
        private readonly List<(string Symbol, long Lots)> _entered = [];

        public bool IsFrozen { get; private set; }

        public RejectReason Enter(string symbol, long price, long lots, long now)
        {
            if (IsFrozen)
                return RejectReason.AccountFrozen;

            long[] last =
                [.. _entered.Where(order => order.Symbol == symbol).Select(order => order.Lots).TakeLast(31).Order()];
            if (last.Length >= 10 && lots > last[(last.Length - 1) / 2] * Multiple)
                return RejectReason.UnusualQuantity;

            var step = now / (Seconds * Second / 32);
            (long Step, long Value)[] recent = [.. _window.Where(order => step - order.Step <= 32)];
            if (recent.Length + 1 > Orders || recent.Sum(order => order.Value) + (price * lots) > Value)
            {
                IsFrozen = true;
                return RejectReason.KillSwitch;
            }

            _window.Add((step, price * lots));
            _entered.Add((symbol, lots));
            return RejectReason.None;
        }

        public void Unfreeze()
        {
            IsFrozen = false;
            _window.Clear();
        }
    }

    private sealed class Desk
    {
        private static readonly AccountId s_id = new(1001);
        private readonly List<AccountRecord> _records = [];
        private long _sequence;
        private int _names;

        public Desk()
        {
            foreach (var asset in new[] { new Asset("USD", 2), new Asset("AAPL", 0), new Asset("MSFT", 0) })
                Record(Machine.Deposit(new DepositRequest(asset.Name, asset.Name, 1_000_000_000), asset, Now));
        }

        public AccountMachine Machine { get; private set; } = new(s_id, Listed.Share);

        public long Now { get; set; } = 20_000 * Day;

        public BrokenLimit? Broken { get; private set; }

        public void Limit(string scope, params (LimitKind Kind, long Most)[] limits)
        {
            var request = new LimitsRequest(
                scope, [.. limits.Select(limit => new AccountLimit(limit.Kind, limit.Most))], "desk", "");
            Assert.Null(request.Check());
            Record(Machine.SetLimits(request, Now)!);
        }

        /// <summary>Enters a buy, as the account's grain does it.</summary>
        public RejectReason Enter(string symbol, long price, long lots)
        {
            var request = new HoldRequest(
                $"n{++_names}", symbol, Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, price,
                lots);
            var asked = new AskedOrder(
                Listed.Share(symbol), Side.Buy, price, lots, lots,
                RequestHash.ContentOf(symbol, Side.Buy, OrderType.Limit, price, lots, null));
            Broken = Machine.CheckLimits([asked], null, _ => [], _ => [], Now);
            if (Broken is { } broken)
            {
                if (Machine.FreezeOn(broken, Now) is { } freeze)
                    Record(freeze);
                Record(Machine.Refuse(request.ClientOrderId, 1, broken.Reason, Now));
                return broken.Reason;
            }

            var decided = Machine.Decide(request, 1, Listed.Share(symbol), Now);
            Record(decided);
            return decided is KeyRefused refused ? refused.Reason : RejectReason.None;
        }

        /// <summary>Fills an order at once, without checking limits.</summary>
        public void Trade(Side side, long price, long lots)
        {
            var request = new HoldRequest(
                $"n{++_names}", "AAPL", side, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, price,
                lots);
            var hold = Assert.IsType<HoldPlaced>(Machine.Decide(request, 1, Listed.Share("AAPL"), Now));
            Record(hold);
            Assert.True(Machine.ApplyBook(
                "AAPL",
                new DeliveredRecord(++_sequence, _sequence - 1, new OrderAccepted(
                    Now, hold.Order, _sequence, [new TradeFill(1, 9_999, 1, price, lots, 0, 0, 0, 0)], 0,
                    EndReason.None, 0, null)),
                long.MaxValue));
        }

        /// <summary>Splits an asset two for one.</summary>
        public void Split(string asset)
        {
            var units = Machine.Account.Of(new Asset(asset, 0)).Total;
            Record(new SplitEntered(++Now, "split", asset, 0, units, units, 2, 1, 100_000_000, "USD", 2, 0));
        }

        public void Freeze() => Record(Machine.Freeze(new FreezeRequest(Closes: false, "desk", ""), Now)!);

        public void Unfreeze() => Record(Machine.Unfreeze("desk", "", Now)!);

        public void ComeBack() => Machine = AccountMachine.Restore(s_id, Listed.Share, Machine.Snapshot());

        /// <summary>Returns the account that the records give.</summary>
        public AccountMachine Replay()
        {
            var machine = new AccountMachine(s_id, Listed.Share);
            foreach (var record in _records)
                machine.Apply(AccountRecordEncoding.Decode(AccountRecordEncoding.Encode(record)));
            return machine;
        }

        private void Record(AccountRecord record)
        {
            _records.Add(record);
            Machine.Apply(record);
        }
    }
}
