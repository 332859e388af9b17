using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// The product's own state machines, account and book, driven by seeded random traders. Checks the invariants of a
/// venue at every step, whatever the flow.
/// </summary>
public class MoneyPathTests
{
    private const int Accounts = 4;
    private const int Steps = 20_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Money_and_units_are_conserved_and_holds_cover_every_fill(int seed)
    {
        var market = new Market(seed);
        for (var step = 0; step < Steps; step++)
        {
            market.Step();
            market.AssertBalanced();
        }

        Assert.True(market.Fills > 1_000, $"only {market.Fills} fills: the flow tests nothing");
        market.AssertHoldsMatchOpenOrders();
    }

    [Fact]
    public void A_replay_of_the_records_gives_the_same_book_and_the_same_accounts()
    {
        var market = new Market(7);
        for (var step = 0; step < 5_000; step++)
        {
            market.Step();
        }

        var replayed = new BookMachine("AAPL");
        var sequence = 0L;
        foreach (var record in market.BookRecords)
        {
            replayed.Replay(++sequence, BookRecordEncoding.Encode(record));
        }

        Assert.Equal(market.Book.Core.StateHash, replayed.Core.StateHash);
        Assert.Equal(market.Book.Snapshot(), replayed.Snapshot());
    }

    [Fact]
    public void A_snapshot_anywhere_continues_to_the_same_bytes()
    {
        var market = new Market(11);
        for (var step = 0; step < 3_000; step++)
        {
            market.Step();
        }

        var restored = BookMachine.Restore("AAPL", market.Book.Snapshot());
        var at = market.BookRecords.Count;
        var accounts = market.Traders
            .Select(a => AccountMachine.Restore(a.Account.Id, _ => Listed.Aapl, a.Snapshot()))
            .ToArray();
        for (var step = 0; step < 1_000; step++)
        {
            market.Step();
        }

        for (var i = at; i < market.BookRecords.Count; i++)
        {
            restored.Replay(i + 1, BookRecordEncoding.Encode(market.BookRecords[i]));
        }

        Assert.Equal(market.Book.Snapshot(), restored.Snapshot());
        Assert.All(accounts, account => Assert.NotEmpty(account.Snapshot()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_captured_state_and_the_records_after_it_equal_a_full_replay(int seed)
    {
        var (random, market) = (new Random(seed), new Market(seed));
        for (var round = 0; round < 20; round++)
        {
            market.Steps(random.Next(1, 300));
            var (book, at) = (Joined(market.Book.Snapshot(), market.Book.Capture()), market.BookRecords.Count);
            var accounts = market.Traders.Select((trader, i) => (
                Joined: Joined(trader.Snapshot(), trader.Capture()), At: market.Applied[i].Count)).ToArray();

            // Another thread joins the parts meanwhile.
            market.Steps(random.Next(1, 300));

            var restored = BookMachine.Restore("AAPL", await book);
            for (var i = at; i < market.BookRecords.Count; i++)
            {
                restored.Replay(i + 1, BookRecordEncoding.Encode(market.BookRecords[i]));
            }

            Assert.Equal(market.Book.Core.StateHash, restored.Core.StateHash);
            Assert.Equal(market.Book.Snapshot(), restored.Snapshot());
            for (var i = 0; i < Accounts; i++)
            {
                var id = market.Traders[i].Account.Id;
                var again = AccountMachine.Restore(id, _ => Listed.Aapl, await accounts[i].Joined);
                var replayed = new AccountMachine(id, _ => Listed.Aapl);
                market.Applied[i].Skip(accounts[i].At).ToList().ForEach(apply => apply(again));
                market.Applied[i].ForEach(apply => apply(replayed));
                Assert.Equal(replayed.Snapshot(), again.Snapshot());
                Assert.Equal(market.Traders[i].Snapshot(), again.Snapshot());
            }
        }

        static Task<byte[]> Joined(byte[] expected, CapturedState state) => Task.Run(async () =>
        {
            Assert.Equal(expected, state.ToArray());
            return await state.UseAsync(static body => Task.FromResult(body.ToArray()));
        });
    }

    [Fact]
    public void A_snapshot_whose_book_has_another_hash_is_refused()
    {
        var market = new Market(11);
        for (var step = 0; step < 200; step++)
        {
            market.Step();
        }

        var snapshot = market.Book.Snapshot();
        var hash = BitConverter.GetBytes(market.Book.Core.StateHash);
        var at = snapshot.AsSpan().IndexOf(hash);
        Assert.True(at > 0, "the snapshot carries the book's hash");
        snapshot[at] ^= 1;
        Assert.Throws<InvalidDataException>(() => BookMachine.Restore("AAPL", snapshot));
    }

    [Fact]
    public void A_record_that_was_tampered_with_halts_the_replay()
    {
        var market = new Market(5);
        while (market.Fills == 0)
        {
            market.Step();
        }

        var last = (OrderAccepted)market.BookRecords[^1];
        var forged = last with { Fills = [.. last.Fills.Select(f => f with { MakerFee = f.MakerFee + 1 })] };
        var replayed = new BookMachine("AAPL");
        for (var i = 0; i < market.BookRecords.Count - 1; i++)
        {
            replayed.Replay(i + 1, BookRecordEncoding.Encode(market.BookRecords[i]));
        }

        Assert.Throws<DivergenceException>(
            () => replayed.Replay(market.BookRecords.Count, BookRecordEncoding.Encode(forged)));
    }

    [Fact]
    public void A_late_submit_after_a_void_is_refused()
    {
        var market = new Market(1);
        var order = market.Hold(0, Side.Buy, 100, 5)!;
        Assert.NotNull(market.Book.Resolve(order.Account, order.Number, 1));
        Assert.True(market.Book.IsKnown(order.Account, order.Number, out var open, out var finished));
        Assert.Null(open);
        Assert.Equal(RejectReason.Voided, finished.Reason);
    }

    [Fact]
    public void A_cancel_all_kills_orders_that_have_not_arrived()
    {
        var market = new Market(1);
        var arrived = market.Hold(0, Side.Buy, 100, 5)!;
        var inFlight = market.Hold(0, Side.Buy, 101, 5)!;
        market.Enter(arrived);
        var record = Assert.IsType<AllClosed>(market.Book.CloseAll(arrived.Account, inFlight.Number, 1));
        market.Publish(record);
        Assert.Equal(arrived.Number, Assert.Single(record.Orders).Number);
        Assert.True(market.Book.IsKnown(inFlight.Account, inFlight.Number, out var open, out var finished));
        Assert.Null(open);
        Assert.Equal(RejectReason.Voided, finished.Reason);
        Assert.Empty(market.Traders[0].Account.Orders);
        market.AssertBalanced();
    }

    [Fact]
    public void A_book_that_knows_an_order_which_was_never_held_here_proves_the_account_stale()
    {
        var account = new AccountMachine(new AccountId(1000), _ => Listed.Aapl);
        var voided = new OrderVoided(1, 1000, 1, RejectReason.Voided, null);
        Assert.Throws<UnknownHoldException>(
            () => account.ApplyBook("AAPL", new DeliveredRecord(1, 0, voided), durable: long.MaxValue));
    }

    [Fact]
    public void A_book_that_knows_an_order_whose_hold_is_in_flight_here_proves_the_account_stale()
    {
        var market = new Market(1);
        var order = market.Hold(0, Side.Buy, 100, 5)!;
        var voided = new OrderVoided(1, order.Account, order.Number, RejectReason.Voided, null);
        var account = market.Traders[0];
        Assert.Throws<UnknownHoldException>(
            () => account.ApplyBook("AAPL", new DeliveredRecord(2, 0, voided), durable: account.Sequence - 1));
    }

    [Fact]
    public void A_delivery_over_a_gap_changes_nothing()
    {
        var market = new Market(1);
        var order = market.Hold(0, Side.Buy, 100, 5)!;
        var voided = new OrderVoided(1, order.Account, order.Number, RejectReason.Voided, null);
        var account = market.Traders[0];
        Assert.False(account.ApplyBook("AAPL", new DeliveredRecord(9, 8, voided), long.MaxValue));
        Assert.Single(account.Account.Orders);
        Assert.True(account.ApplyBook("AAPL", new DeliveredRecord(9, 0, voided), long.MaxValue));
        Assert.True(account.ApplyBook("AAPL", new DeliveredRecord(9, 0, voided), long.MaxValue));
        Assert.Empty(account.Account.Orders);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Name_of_a_reduction_leads_to_its_order_in_any_sequence_of_records(
        bool endFirst)
    {
        var account = new AccountMachine(new AccountId(1000), _ => Listed.Aapl);
        account.Apply(account.Deposit(new DepositRequest("cash", "USD", 1_000_000), Listed.Aapl.Quote, 1));
        var request =
            new HoldRequest("mine", "AAPL", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 100, 5);
        account.Apply(account.Decide(request, 1, Listed.Aapl, 2));
        var asked = account.AskReduction("smaller", 2, account.Account.Orders[1], 3, 3);
        var ended = new DeliveredRecord(1, 0, new OrderVoided(2, 1000, 1, RejectReason.Voided, null));
        if (endFirst)
            Assert.True(account.ApplyBook("AAPL", ended, long.MaxValue));
        account.Apply(AccountRecordEncoding.Decode(AccountRecordEncoding.Encode(asked)));
        Assert.True(account.ApplyBook("AAPL", ended, long.MaxValue));

        Assert.True(account.IsUsed("smaller", out var key));
        Assert.Equal(new NamedOrder(RejectReason.None, "AAPL", 1), key.Order);
    }

    [Fact]
    public void Snapshots_that_differ_in_the_books_of_reductions_alone_are_the_same_without_them()
    {
        AccountMachine[] states = [.. ((string[])["", "AAPL"]).Select(symbol =>
        {
            var account = new AccountMachine(new AccountId(1000), _ => Listed.Aapl);
            account.Apply(account.Deposit(new DepositRequest("cash", "USD", 1_000_000), Listed.Aapl.Quote, 1));
            account.Apply(
                account.Decide(
                    new HoldRequest(
                        "mine", "AAPL", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 100, 5),
                    1, Listed.Aapl, 2));
            account.Apply(new ReductionAsked(3, "smaller", 2, 1, 3, symbol));
            account.Apply(account.RetireKey("other", 4));
            return AccountMachine.Restore(account.Account.Id, _ => Listed.Aapl, account.Snapshot());
        })];
        Assert.NotEqual(states[0].Snapshot(), states[1].Snapshot());
        Assert.All(states, account => account.ForgetBooksOfReductions());
        Assert.Equal(states[0].Snapshot(), states[1].Snapshot());
        Assert.Equal((1L, 0L), Of("mine"));
        Assert.Equal((1L, 3L), Of("smaller"));
        Assert.Equal((0L, 0L), Of("other"));

        (long Number, long ReduceToLots) Of(string name) =>
            states[1].IsUsed(name, out var key) ? (key.Number, key.ReduceToLots) : (-1, -1);
    }

    /// <summary>A book, four accounts, and a seeded flow of every command.</summary>
    private sealed class Market
    {
        private readonly Random _random;
        private readonly List<SubmitOrder> _inFlight = [];
        private long _names;
        private long _now = 1;

        public Market(int seed)
        {
            _random = new Random(seed);
            Traders = [.. Enumerable.Range(0, Accounts).Select(i =>
                new AccountMachine(new AccountId(1000 + i), _ => Listed.Aapl))];
            Publish(Book.Define(EncodedInstrument.From(Listed.Aapl), _now)!);
            foreach (var trader in Traders)
            {
                Fold(trader, trader.Deposit(new DepositRequest("cash", "USD", 50_000), Listed.Aapl.Quote, _now));
                Fold(trader, trader.Deposit(new DepositRequest("units", "AAPL", 300), Listed.Aapl.Base, _now));
            }
        }

        public BookMachine Book { get; } = new("AAPL");

        public AccountMachine[] Traders { get; }

        public List<BookRecord> BookRecords { get; } = [];

        /// <summary>Records that each trader applied, in sequence.</summary>
        public List<Action<AccountMachine>>[] Applied { get; } =
            [.. Enumerable.Range(0, Accounts).Select(_ => new List<Action<AccountMachine>>())];

        public int Fills { get; private set; }

        public void Steps(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Step();
            }
        }

        public void Step()
        {
            _now += _random.Next(0, 3);
            switch (_random.Next(100))
            {
                case < 55:
                    Place();
                    break;
                case < 65:
                    Deliver();
                    break;
                case < 80:
                    CancelOne();
                    break;
                case < 88:
                    Reduce();
                    break;
                case < 97:
                    Replace();
                    break;
                case < 99:
                    Void();
                    break;
                default:
                    CancelAll();
                    break;
            }
        }

        public SubmitOrder? Hold(
            int trader, Side side, long price, long lots, TimeInForce tif = TimeInForce.GoodTillCancel)
        {
            var request = new HoldRequest(
                $"n{++_names}", "AAPL", side, OrderType.Limit, tif, PostOnly: false, price, lots);
            var record = Traders[trader].Decide(request, RequestHash.Of(request), Listed.Aapl, _now);
            Fold(Traders[trader], record);
            return (record as HoldPlaced)?.Order;
        }

        public void Enter(SubmitOrder order)
        {
            if (!Book.IsKnown(order.Account, order.Number, out _, out _))
            {
                Publish(Book.Submit(order, _now));
            }
        }

        public void Publish(BookRecord record)
        {
            BookRecords.Add(record);
            Fills += record is OrderAccepted accepted ? accepted.Fills.Length : 0;
            foreach (var account in record.TouchedAccounts())
            {
                var delivered = new DeliveredRecord(Book.Sequence, Book.Chain(account), record);
                Applied[account - 1000].Add(
                    machine => Assert.True(machine.ApplyBook("AAPL", delivered, long.MaxValue)));
                Applied[account - 1000][^1](Traders[account - 1000]);
            }
        }

        public void AssertBalanced()
        {
            long cash = 0, units = 0, fees = 0;
            foreach (var trader in Traders)
            {
                var balances = trader.Account.Balances;
                cash += balances["USD"].Total;
                units += balances["AAPL"].Total;
                Assert.All(balances.Values, balance => Assert.True(balance.Available >= 0, "overdrawn"));
                foreach (var side in new[] { Side.Buy, Side.Sell })
                {
                    var held = trader.Account.Orders.Values.Where(o => o.Side == side).Sum(o => o.Held);
                    Assert.Equal(held, balances[side == Side.Buy ? "USD" : "AAPL"].Held);
                }
            }

            if (BookRecords[^1] is OrderAccepted last)
            {
                fees = last.Fills.Sum(f => f.MakerFee + f.TakerFee);
            }

            _feesPaid += BookRecords.Count > _counted ? fees : 0;
            _counted = BookRecords.Count;
            Assert.Equal(Accounts * 300, units);
            Assert.Equal(Accounts * 50_000, cash + _feesPaid);
        }

        public void AssertHoldsMatchOpenOrders()
        {
            foreach (var trader in Traders)
            {
                foreach (var held in trader.Account.Orders.Values.Where(o => o.OrderId != 0))
                {
                    Assert.True(Book.Core.TryGetOrder(held.OrderId, out var resting));
                    Assert.Equal(held.LeavesLots, resting.LeavesLots);
                    Assert.Equal(held.QuantityLots, resting.TotalLots);
                }
            }

            var open = Traders.Sum(t => t.Account.Orders.Values.Count(o => o.OrderId != 0));
            Assert.Equal(Book.Core.OpenOrders, open);
        }

        private long _feesPaid;
        private int _counted;

        private void Fold(AccountMachine trader, AccountRecord record)
        {
            var stored = AccountRecordEncoding.Encode(record);
            Applied[trader.Account.Id.Value - 1000].Add(machine => machine.Apply(AccountRecordEncoding.Decode(stored)));
            Applied[trader.Account.Id.Value - 1000][^1](trader);
        }

        private void Place()
        {
            var tif = _random.Next(10) switch
            {
                0 => TimeInForce.ImmediateOrCancel,
                1 => TimeInForce.FillOrKill,
                _ => TimeInForce.GoodTillCancel,
            };
            var side = _random.Next(2) == 0 ? Side.Buy : Side.Sell;
            var price = 100 + _random.Next(-8, 9);
            if (Hold(_random.Next(Accounts), side, price, _random.Next(1, 40), tif) is { } order)
            {
                if (_random.Next(10) == 0)
                {
                    _inFlight.Add(order);
                }
                else
                {
                    Enter(order);
                }
            }
        }

        private void Deliver()
        {
            if (_inFlight.Count > 0)
            {
                var i = _random.Next(_inFlight.Count);
                Enter(_inFlight[i]);
                _inFlight.RemoveAt(i);
            }
        }

        private void CancelOne()
        {
            var trader = Traders[_random.Next(Accounts)];
            if (trader.Account.LastNumber > 0)
            {
                var number = trader.Account.LastNumber - _random.Next((int)Math.Min(30, trader.Account.LastNumber));
                if (Book.Close(trader.Account.Id.Value, number, EndReason.User, _now) is { } record)
                {
                    Publish(record);
                }
            }
        }

        private void Reduce()
        {
            var trader = Traders[_random.Next(Accounts)];
            var open = trader.Account.Orders.Values.Where(o => o.OrderId != 0).ToArray();
            if (open.Length > 0)
            {
                var order = open[_random.Next(open.Length)];
                Assert.True(Book.IsKnown(trader.Account.Id.Value, order.Number, out var ticket, out _));
                Book.Reduce(ticket!, _random.Next(1, (int)order.QuantityLots + 2), _now, out var record);
                if (record is not null)
                {
                    Publish(record);
                }
            }
        }

        private void Replace()
        {
            var trader = Traders[_random.Next(Accounts)];
            var open = trader.Account.Orders.Values.Where(o => o.OrderId != 0).ToArray();
            if (open.Length > 0)
            {
                var old = open[_random.Next(open.Length)];
                var record = trader.DecideReplacement(
                    old, $"n{++_names}", 100 + _random.Next(-8, 9), _random.Next(1, 40), 1, _now);
                Fold(trader, record);
                if (record is HoldPlaced hold)
                {
                    if (_random.Next(4) == 0)
                    {
                        _inFlight.Add(hold.Order);
                    }
                    else
                    {
                        Enter(hold.Order);
                    }
                }
            }
        }

        private void Void()
        {
            if (_inFlight.Count > 0)
            {
                var order = _inFlight[_random.Next(_inFlight.Count)];
                if (Book.Resolve(order.Account, order.Number, _now) is { } record)
                {
                    Publish(record);
                }
            }
        }

        private void CancelAll()
        {
            var trader = Traders[_random.Next(Accounts)];
            if (Book.CloseAll(trader.Account.Id.Value, trader.Account.LastNumber, _now) is { } record)
            {
                Publish(record);
            }
        }
    }
}
