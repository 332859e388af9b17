using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// Limits over time windows: the same records give the same counts, whenever they are folded, and a rejection changes
/// nothing.
/// </summary>
public class LimitWindowTests
{
    private const long Second = 1_000_000_000;
    private const long Day = 86_400 * Second;
    private const long Start = 20_000 * Day;

    [Fact]
    public void Orders_pass_in_a_burst_and_then_at_their_rate()
    {
        var floor = new Floor();
        floor.Limit(LimitScope.All, (LimitKind.OrdersPerSecond, 2), (LimitKind.OrderBurst, 3));
        for (var i = 0; i < 3; i++)
            Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 15_000, 1));

        Assert.Equal(RejectReason.OrderRate, floor.Enter(Side.Buy, 15_000, 1, symbol: "MSFT"));
        Assert.Equal("2", floor.Broken!.Limit);
        floor.Now += Second / 2;
        Assert.Equal(RejectReason.None, floor.Enter(Side.Sell, 15_000, 1, symbol: "MSFT"));
        Assert.Equal(RejectReason.OrderRate, floor.Enter(Side.Sell, 15_000, 1));
    }

    [Fact]
    public void Rejected_order_uses_no_rate_token_and_does_not_count_as_a_duplicate()
    {
        var floor = new Floor();
        floor.Limit(LimitScope.All, (LimitKind.OrdersPerSecond, 1), (LimitKind.DuplicateWindow, 1_000));
        floor.Limit("AAPL", (LimitKind.OrderQuantity, 5));
        Assert.Equal(RejectReason.MaxQuantity, floor.Enter(Side.Buy, 15_000, 6));
        floor.Limit("AAPL");
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 15_000, 6));
    }

    [Fact]
    public void The_same_order_is_refused_until_its_window_ends()
    {
        var floor = new Floor();
        floor.Limit("AAPL", (LimitKind.DuplicateWindow, 500));
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 15_000, 1));
        Assert.Equal(RejectReason.DuplicateOrder, floor.Enter(Side.Buy, 15_000, 1));
        Assert.Equal(("symbol,side,price,quantity", "500"), (floor.Broken!.Field, floor.Broken.Limit));
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 15_001, 1));
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 15_000, 2));
        Assert.Equal(RejectReason.None, floor.Enter(Side.Sell, 15_000, 1));
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 15_000, 1, symbol: "MSFT"));
        floor.Now += Second / 2;
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 15_000, 1));
    }

    [Fact]
    public void A_market_order_is_the_same_at_another_protection_price()
    {
        var floor = new Floor();
        floor.Limit("AAPL", (LimitKind.DuplicateWindow, 500));
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 15_000, 1, OrderType.Market));
        Assert.Equal(RejectReason.DuplicateOrder, floor.Enter(Side.Buy, 15_100, 1, OrderType.Market));
    }

    [Theory]
    [InlineData("AAPL")]
    [InlineData("*USD")]
    public void A_days_volume_counts_what_was_traded_and_what_open_buys_would_add(string scope)
    {
        var floor = new Floor();
        floor.Limit(scope, (LimitKind.DailyVolume, 100_000));
        floor.Trade(Side.Sell, 100, 300, 0);
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 100, 400));
        Assert.Equal(RejectReason.DailyVolume, floor.Enter(Side.Buy, 100, 301));
        Assert.Equal("1000.00", floor.Broken!.Limit);
        Assert.Equal(
            scope == "AAPL" ? RejectReason.None : RejectReason.DailyVolume,
            floor.Enter(Side.Buy, 100, 301, symbol: "MSFT"));

        // Sells pass: nobody is prevented from closing. The next day the traded volume is reset, but open orders count.
        Assert.Equal(RejectReason.None, floor.Enter(Side.Sell, 100, 5_000));
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 100, 300));
        floor.Now = Start + Day;
        Assert.Equal(RejectReason.DailyVolume, floor.Enter(Side.Buy, 100, scope == "AAPL" ? 301 : 601));
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 100, 300));
    }

    [Theory]
    [InlineData("AAPL")]
    [InlineData("*USD")]
    public void Account_at_its_daily_loss_limit_buys_nothing_until_the_next_day(string scope)
    {
        var floor = new Floor();
        floor.Limit(scope, (LimitKind.DailyLoss, 1_000));
        floor.Trade(Side.Buy, 100, 100, 0);
        floor.Trade(Side.Sell, 91, 100, 50);
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 100, 1));
        floor.Trade(Side.Sell, 100, 1, 50);
        Assert.Equal(RejectReason.DailyLoss, floor.Enter(Side.Buy, 100, 1));
        Assert.Equal("10.00", floor.Broken!.Limit);
        Assert.Equal(
            scope == "AAPL" ? RejectReason.None : RejectReason.DailyLoss,
            floor.Enter(Side.Buy, 100, 1, symbol: "MSFT"));
        Assert.Equal(RejectReason.None, floor.Enter(Side.Sell, 100, 1));
        floor.Now = Start + Day;
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 100, 1));
    }

    [Fact]
    public void Open_buy_by_amount_counts_toward_the_position_limit()
    {
        var floor = new Floor();
        floor.Limit("AAPL", (LimitKind.Position, Floor.Holdings + 15));
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 100, 0, OrderType.Market, amount: 1_000));
        Assert.Equal(RejectReason.PositionLimit, floor.Enter(Side.Buy, 100, 5));
        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 100, 4));
    }

    [Fact]
    public void Everyones_limit_holds_beside_the_accounts_own()
    {
        var floor = new Floor { Everyones = [new(LimitKind.OrderQuantity, 5)] };
        Assert.Equal(RejectReason.MaxQuantity, floor.Enter(Side.Buy, 100, 6));
        floor.Limit("AAPL", (LimitKind.OrderQuantity, 3));
        Assert.Equal(RejectReason.MaxQuantity, floor.Enter(Side.Buy, 100, 4));
        Assert.Equal("3", floor.Broken!.Limit);
        floor.Limit("AAPL", (LimitKind.OrderQuantity, 8));
        Assert.Equal(RejectReason.MaxQuantity, floor.Enter(Side.Buy, 100, 6));
        Assert.Equal("5", floor.Broken!.Limit);
    }

    [Fact]
    public void Order_limits_are_checked_before_loss_limits_in_any_sequence()
    {
        var floor = new Floor();
        floor.Limit(
            "AAPL", (LimitKind.DailyLoss, 0), (LimitKind.Position, 0), (LimitKind.OrderValue, 1),
            (LimitKind.OrderQuantity, 0));
        floor.Limit("*", (LimitKind.OpenOrders, 0));
        foreach (var (kind, reason) in new[]
        {
            (LimitKind.OrderQuantity, RejectReason.MaxQuantity), (LimitKind.OrderValue, RejectReason.MaxNotional),
            (LimitKind.OpenOrders, RejectReason.OpenOrderLimit), (LimitKind.Position, RejectReason.PositionLimit),
            (LimitKind.DailyLoss, RejectReason.DailyLoss),
        })
        {
            Assert.Equal(reason, floor.Enter(Side.Buy, 100, 6));
            floor.Lift(kind);
        }

        Assert.Equal(RejectReason.None, floor.Enter(Side.Buy, 100, 6));
    }

    [Fact]
    public void A_snapshot_keeps_what_is_counted()
    {
        var random = new Random(11);
        var (whole, kept) = (new Floor(), new Floor());
        Floor[] both = [whole, kept];
        foreach (var floor in both)
        {
            floor.Limit(
                "*", (LimitKind.OrdersPerSecond, 3), (LimitKind.OrderBurst, 5), (LimitKind.DuplicateWindow, 700));
            floor.Limit("*USD", (LimitKind.DailyVolume, 150_000), (LimitKind.DailyLoss, 400));
            floor.Limit("AAPL", (LimitKind.DailyVolume, 120_000));
        }

        var seen = new HashSet<RejectReason>();
        for (var i = 0; i < 800; i++)
        {
            var (side, price, lots) = ((Side)random.Next(2), random.Next(90, 110), random.Next(1, 80));
            var symbol = random.Next(3) == 0 ? "MSFT" : "AAPL";
            var trades = random.Next(3) == 0;
            var pause = random.Next(50) == 0 ? Day / 3 : random.NextInt64(Second / 2);
            var answers = both.Select(floor =>
            {
                floor.Now += pause;
                return trades
                    ? floor.Trade(side, price, lots, 2, symbol)
                    : floor.Enter(side, price, lots / 20, symbol: symbol);
            }).ToArray();
            Assert.Equal(answers[0], answers[1]);
            seen.Add(answers[0]);
            kept.ComeBack();
            Assert.Equal(whole.Snapshot(), kept.Snapshot());
        }

        Assert.Superset(
            new HashSet<RejectReason>
            {
                RejectReason.None, RejectReason.OrderRate, RejectReason.DuplicateOrder, RejectReason.DailyVolume,
                RejectReason.DailyLoss,
            },
            seen);
    }

    [Fact]
    public void Sequence_of_book_records_does_not_matter()
    {
        var random = new Random(17);
        for (var round = 0; round < 50; round++)
        {
            var floor = new Floor();
            floor.Limit("*USD", (LimitKind.DailyVolume, 1_000_000_000), (LimitKind.DailyLoss, 1_000_000_000));
            var told = new List<(string Symbol, DeliveredRecord Record)>();
            for (var i = 0; i < 200; i++)
            {
                floor.Now += random.NextInt64(Day);
                var symbol = random.Next(2) == 0 ? "AAPL" : "MSFT";
                told.Add(
                    (symbol,
                        floor.Fill(
                            (Side)random.Next(2), random.Next(90, 110), random.Next(1, 80), random.Next(5), symbol)));
            }

            var (one, other) = (floor.Copy(), floor.Copy());
            foreach (var (symbol, record) in told)
                Assert.True(one.ApplyBook(symbol, record, long.MaxValue));
            foreach (var (symbol, record) in told.OrderBy(entry => entry.Symbol == (round % 2 == 0 ? "AAPL" : "MSFT")))
                Assert.True(other.ApplyBook(symbol, record, long.MaxValue));
            Assert.Equal(one.Snapshot(), other.Snapshot());
        }
    }

    /// <summary>An account with its clock and books.</summary>
    [Fact]
    public void A_snapshot_that_does_not_split_what_was_sold_is_not_used()
    {
        var floor = new Floor();
        floor.Trade(Side.Sell, 15_000, 10, 0);
        Assert.NotEqual(13, floor.Snapshot()[0]);
        floor.Split();
        floor.Trade(Side.Sell, 10_000, 1, 0);
        var now = floor.Snapshot();
        floor.ComeBack();
        Assert.Equal(now, floor.Snapshot());

        byte[] older = [12, .. now[1..]];
        Assert.Throws<OutdatedSnapshotException>(
            () => AccountMachine.Restore(new AccountId(1001), Listed.Share, older));
    }

    private sealed class Floor
    {
        public const long Holdings = 1_000_000;

        private readonly Dictionary<string, long> _sequences = [];
        private AccountMachine _machine = new(new AccountId(1001), Listed.Share);
        private int _names;

        public Floor()
        {
            foreach (var asset in new[] { new Asset("USD", 2), new Asset("AAPL", 0), new Asset("MSFT", 0) })
                _machine.Apply(
                    _machine.Deposit(
                        new DepositRequest(asset.Name, asset.Name, asset.Name == "USD" ? 1_000_000_000 : Holdings),
                        asset, Now));
        }

        public long Now { get; set; } = Start;

        public BrokenLimit? Broken { get; private set; }

        public ImmutableArray<AccountLimit> Everyones { get; init; } = [];

        public byte[] Snapshot() => _machine.Snapshot();

        public void ComeBack() =>
            _machine = AccountMachine.Restore(new AccountId(1001), Listed.Share, _machine.Snapshot());

        public void Limit(string scope, params (LimitKind Kind, long Most)[] limits)
        {
            var request = new LimitsRequest(
                scope, [.. limits.Select(limit => new AccountLimit(limit.Kind, limit.Most))], "desk", "");
            Assert.Null(request.Check());
            if (_machine.SetLimits(request, Now) is { } record)
                _machine.Apply(record);
        }

        public void Lift(LimitKind kind)
        {
            foreach (var (scope, limits) in _machine.Limits.Select(of => (of.Symbol, of.Limits)).ToArray())
                Limit(scope, [.. limits.Where(limit => limit.Kind != kind).Select(limit => (limit.Kind, limit.Most))]);
        }

        public RejectReason Enter(
            Side side, long price, long lots, OrderType type = OrderType.Limit, long? amount = null,
            string symbol = "AAPL")
        {
            var before = _machine.Snapshot();
            var terms = amount is null ? null : new OrderConditions { Amount = amount };
            var request = new HoldRequest(
                $"n{++_names}", symbol, side, type, TimeInForce.GoodTillCancel, PostOnly: false, price, lots,
                Conditions: EncodedConditions.From(terms));
            var own = amount is null ? lots : amount.Value / price;
            var asked = new AskedOrder(
                Listed.Share(symbol), side, price, own, own,
                RequestHash.ContentOf(symbol, side, type, price, lots, request.Conditions));
            Broken = _machine.CheckLimits([asked], null, of => of == "AAPL" ? Everyones : [], _ => [], Now);
            Assert.Equal(before, _machine.Snapshot());
            if (Broken is { } broken)
                return broken.Reason;

            _machine.Apply(Assert.IsType<HoldPlaced>(_machine.Decide(request, 1, Listed.Share(symbol), Now)));
            return RejectReason.None;
        }

        /// <summary>Splits AAPL three for two.</summary>
        public void Split()
        {
            var units = _machine.Account.Of(new Asset("AAPL", 0)).Total;
            _machine.Apply(
                new SplitEntered(++Now, "split", "AAPL", 0, units, units / 2, 3, 2, 100_000_000, "USD", 2, 0));
            Now++;
        }

        /// <summary>Fills an order at once, without checking limits.</summary>
        public RejectReason Trade(Side side, long price, long lots, long fee, string symbol = "AAPL")
        {
            Assert.True(_machine.ApplyBook(symbol, Fill(side, price, lots, fee, symbol), long.MaxValue));
            return RejectReason.None;
        }

        /// <summary>Holds an order without checking limits, and returns its fill as an undelivered record.</summary>
        public DeliveredRecord Fill(Side side, long price, long lots, long fee, string symbol)
        {
            var request = new HoldRequest(
                $"n{++_names}", symbol, side, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, price,
                lots);
            var hold = Assert.IsType<HoldPlaced>(_machine.Decide(request, 1, Listed.Share(symbol), Now));
            _machine.Apply(hold);
            var last = _sequences.GetValueOrDefault(symbol);
            _sequences[symbol] = last + 1;
            return new DeliveredRecord(last + 1, last, new OrderAccepted(
                Now, hold.Order, last + 1,
                [new TradeFill(1, 9_999, 1, price, lots, 0, side == Side.Buy ? 0 : fee, 0, 0)], 0, EndReason.None, 0,
                null));
        }

        /// <summary>Returns a copy of the account.</summary>
        public AccountMachine Copy() => AccountMachine.Restore(new AccountId(1001), Listed.Share, _machine.Snapshot());
    }
}
