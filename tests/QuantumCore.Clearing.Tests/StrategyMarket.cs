using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// A group of three books, four accounts, and a seeded flow of strategies among orders of every kind. Each command does
/// what the group's grain does, and is audited.
/// </summary>
internal sealed partial class StrategyMarket
{
    private const int Accounts = 4;
    private const long Cash = 900_000;
    private const long Lots = 1_500;

    // A tick of a lot is worth 1, 5 and 10 cents: a leg of A can complete any net price, one of B any of B and C.
    private static readonly Instrument[] s_instruments =
    [
        Listed.Share("A") with { Group = "G", ReferencePriceTicks = 100 },
        Listed.Share("B") with { Group = "G", ReferencePriceTicks = 40, TickSize = 5 },
        Listed.Share("C") with { Group = "G", ReferencePriceTicks = 30, LotSize = 10 },
    ];

    private static readonly StrategyLeg[][] s_shapes =
    [
        [new("A", Side.Buy, 1), new("B", Side.Sell, 1)],
        [new("C", Side.Sell, 1), new("A", Side.Buy, 2)],
        [new("B", Side.Buy, 2), new("C", Side.Sell, 1)],
        [new("A", Side.Buy, 1), new("B", Side.Sell, 2), new("C", Side.Buy, 1)],
        [new("C", Side.Buy, 1), new("A", Side.Sell, 1), new("B", Side.Buy, 3)],
    ];

    private readonly Random _random;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly StrategyAuditor _auditor;
    private readonly List<(string Symbol, BookRecord Record)> _together = [];
    private readonly List<(long Account, string Symbol, DeliveredRecord Delivered)> _undelivered = [];
    private StrategyGroup _group;
    private long _names;
    private long _now = 1;
    private long _feesPaid;

    public StrategyMarket(int seed)
    {
        _random = new Random(seed);
        _auditor = new StrategyAuditor(Books);
        _group = new StrategyGroup(Gather);
        Traders = [
            .. Enumerable.Range(0, Accounts).Select(i => new AccountMachine(new AccountId(1000 + i), InstrumentOf))];
        foreach (var instrument in s_instruments)
        {
            Books.Add(instrument.Symbol, new BookMachine(instrument.Symbol));
            BookRecords.Add(instrument.Symbol, []);
            Gather(
                Books[instrument.Symbol], Books[instrument.Symbol].Define(EncodedInstrument.From(instrument), _now)!);
        }

        foreach (var trader in Traders)
        {
            AccountRecords[trader.Account.Id.Value] = [];
            Fold(trader, trader.Deposit(new DepositRequest("cash", "USD", Cash), s_instruments[0].Quote, _now));
            foreach (var instrument in s_instruments)
            {
                var units = Lots * instrument.LotUnits;
                Fold(
                    trader,
                    trader.Deposit(
                        new DepositRequest(instrument.Symbol, instrument.Symbol, units), instrument.Base, _now));
            }
        }

        Seal();
    }

    public SortedDictionary<string, BookMachine> Books { get; } = new(StringComparer.Ordinal);

    public AccountMachine[] Traders { get; }

    public StrategyGroup Group => _group;

    public StrategyAuditor Auditor => _auditor;

    public SortedDictionary<string, List<BookRecord>> BookRecords { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<long, List<AccountRecord>> AccountRecords { get; } = [];

    public static Instrument InstrumentOf(string symbol) => Array.Find(s_instruments, one => one.Symbol == symbol)!;

    public void Step()
    {
        _now += _random.Next(0, 3);
        ExpireDue();
        switch (_random.Next(100))
        {
            case < 48:
                Place();
                break;
            case < 70:
                PlaceStrategy();
                break;
            case < 86:
                CancelOne();
                break;
            case < 89:
                Reduce();
                break;
            case < 92:
                Replace();
                break;
            case < 94:
                Amend();
                break;
            case < 99:
                Operate();
                break;
            default:
                CancelAll(Traders[_random.Next(Accounts)]);
                break;
        }
    }

    /// <summary>Continues with other machines, as after a restart.</summary>
    public void GoOnWith(IEnumerable<BookMachine> books)
    {
        foreach (var book in books)
        {
            Books[book.Symbol] = book;
        }

        _group = new StrategyGroup(Gather);
        _group.Restore([.. Books.Values]);
    }

    public void CancelEverything()
    {
        foreach (var trader in Traders)
        {
            CancelAll(trader);
        }
    }

    public void AssertSound()
    {
        AssertBalanced();
        foreach (var book in Books.Values)
        {
            Assert.Null(book.Core.Audit());
        }

        _auditor.CheckOpen(_group.Open);
    }

    public void AssertOrdersAgree()
    {
        foreach (var (symbol, book) in Books)
        {
            var held = Traders.SelectMany(t => t.Account.Orders.Values)
                .Where(o => o.OrderId != 0 && o.Instrument.Symbol == symbol).ToArray();
            Assert.Equal(book.Core.OpenOrders, held.Length);
            Assert.All(held, order =>
            {
                Assert.True(book.Core.TryGetOrder(order.OrderId, out var open));
                Assert.Equal(order.LeavesLots, open.LeavesLots);
            });
        }
    }

    public void AssertEverythingHappened()
    {
        string[] expected =
        [
            .. Enum.GetNames<OrderType>().Select(name => "type " + name),
            "iceberg", "hidden", "all or none", "minimum", "prevented", "auction trade", "expired", "list",
            "strategy Day", "strategy GoodTillCancel", "strategy ImmediateOrCancel", "strategy FillOrKill",
            "strategy GoodTillDate", "strategy of 2", "strategy of 3", "strategy refused", "leg cancelled",
            "leg expired",
            "leg blocked", "leg not reduced", "leg not replaced", "leg not amended", "bust",
            .. StrategyAuditor.Kinds,
        ];
        Assert.Empty(expected.Except(_seen).Except(_auditor.Seen));
    }

    private void AssertBalanced()
    {
        long cash = 0;
        foreach (var trader in Traders)
        {
            var orders = trader.Account.Orders.Values;
            var balances = trader.Account.Balances;
            Assert.All(balances.Values, balance => Assert.True(balance.Available >= 0, "overdrawn"));
            Assert.Equal(orders.Where(o => o.Side == Side.Buy).Sum(o => o.Held), balances["USD"].Held);
            cash += balances["USD"].Total;
            foreach (var symbol in Books.Keys)
            {
                var sells = orders.Where(o => o.Side == Side.Sell && o.Instrument.Symbol == symbol);
                Assert.Equal(sells.Sum(o => o.Held), balances[symbol].Held);
            }
        }

        Assert.Equal(Accounts * Cash, cash + _feesPaid);
        foreach (var instrument in s_instruments)
        {
            Assert.Equal(
                Accounts * Lots * instrument.LotUnits, Traders.Sum(t => t.Account.Balances[instrument.Symbol].Total));
        }
    }

    // Actions of the grain on a command.
    private void ExpireDue()
    {
        foreach (var (symbol, book) in Books)
        {
            if (book.IsExpiryDue(_now))
            {
                book.Operate(new AdvanceTime(), _now, out var record);
                Record(symbol, record);
            }
        }
    }

    private void Record(string symbol, BookRecord? record)
    {
        if (record is not null)
        {
            Gather(Books[symbol], record);
            _group.Follow(symbol, _now);
            Seal();
        }
    }

    private void Gather(BookMachine book, BookRecord record)
    {
        var told = BookRecordEncoding.Decode(BookRecordEncoding.Encode(record));
        _together.Add((book.Symbol, told));
        foreach (var account in told.TouchedAccounts())
        {
            _undelivered.Add((account, book.Symbol, new DeliveredRecord(book.Sequence, book.Chain(account), told)));
        }
    }

    private void Seal()
    {
        foreach (var (symbol, record) in _together)
        {
            BookRecords[symbol].Add(record);
            Note(record);
        }

        foreach (var (account, symbol, delivered) in _undelivered)
        {
            Assert.True(Traders[account - 1000].ApplyBook(symbol, delivered, long.MaxValue));
        }

        _auditor.Check(_together);
        _together.Clear();
        _undelivered.Clear();
    }

    private void Note(BookRecord record)
    {
        _feesPaid += record switch
        {
            OrderAccepted accepted => accepted.Fills.Sum(fill => fill.MakerFee + fill.TakerFee),
            BookTurn turn => turn.Steps.OfType<TradeStep>().Sum(step => step.Trade.Taker.Fee + step.Trade.Maker.Fee),
            _ => 0,
        };
        foreach (var step in record is BookTurn told ? told.Steps : [])
        {
            _ = step switch
            {
                TradeStep { Trade.IsAuction: true } => _seen.Add("auction trade"),
                OrderEnded { Reason: EndReason.SelfTrade } => _seen.Add("prevented"),
                OrderEnded { Reason: EndReason.GoodTillDate } => _seen.Add("expired"),
                OrderEnded { Reason: EndReason.OneCancelsOther } => _seen.Add("list"),
                _ => false,
            };
        }
    }

    private void Fold(AccountMachine trader, AccountRecord record)
    {
        AccountRecords[trader.Account.Id.Value].Add(record);
        trader.Apply(AccountRecordEncoding.Decode(AccountRecordEncoding.Encode(record)));
    }

    // Requests of accounts and the operator.
    private void Place()
    {
        var instrument = s_instruments[_random.Next(s_instruments.Length)];
        var trader = Traders[_random.Next(Accounts)];
        if (_random.Next(15) == 0)
        {
            PlacePair(trader, instrument, AnySide());
            return;
        }

        var request = Request(instrument, AnySide());
        var record = trader.Decide(request, RequestHash.Of(request), instrument, _now);
        Fold(trader, record);
        if (record is not HoldPlaced hold)
        {
            return;
        }

        var book = Books[instrument.Symbol];
        if (_group.TryEnter(book, hold.Order, _now))
        {
            Seal();
            return;
        }

        var entered = book.Submit(hold.Order, _now);
        if (entered is not OrderVoided)
        {
            See(request);
        }

        Record(instrument.Symbol, entered);
    }

    private void See(HoldRequest request)
    {
        _seen.Add("type " + request.Type);
        if (request.Conditions.Decode() is not { } terms)
        {
            return;
        }

        (bool Has, string Name)[] seen =
        [
            (terms.DisplayLots is not null, "iceberg"), (terms.Hidden, "hidden"), (terms.AllOrNone, "all or none"),
            (terms.MinimumLots is not null, "minimum"),
        ];
        _seen.UnionWith(seen.Where(one => one.Has).Select(one => one.Name));
    }

    /// <summary>Places a limit order and a stop, one cancelling the other.</summary>
    private void PlacePair(AccountMachine trader, Instrument instrument, Side side)
    {
        var (center, sign) = (instrument.ReferencePriceTicks, side == Side.Buy ? 1 : -1);
        var trigger = center + (sign * _random.Next(1, 4));
        var target = new HoldRequest(
            $"n{++_names}", instrument.Symbol, side, OrderType.Limit, TimeInForce.GoodTillCancel, false,
            center - (sign * _random.Next(1, 4)), _random.NextInt64(1, 12));
        var stop = target with
        {
            ClientOrderId = $"n{++_names}",
            Type = OrderType.StopLimit,
            PriceTicks = trigger,
            Conditions = EncodedConditions.From(new OrderConditions { TriggerTicks = trigger }),
        };
        var kind = OrderListKind.OneCancelsOther;
        var record = trader.DecideList(kind, [target, stop], RequestHash.Of(kind, [target, stop]), instrument, _now);
        Fold(trader, record);
        if (record is ListHeld held)
        {
            Record(instrument.Symbol, Books[instrument.Symbol].SubmitList(kind, held.Orders, _now));
        }
    }

    private void PlaceStrategy()
    {
        var legs = s_shapes[_random.Next(s_shapes.Length)].ToArray();
        if (_random.Next(2) == 0)
        {
            legs = [.. legs.Select(leg => leg with { Side = leg.Side == Side.Buy ? Side.Sell : Side.Buy })];
        }

        if (_random.Next(4) == 0)
        {
            Array.Reverse(legs);
        }

        if (_random.Next(6) == 0)
        {
            legs[0] = legs[0] with { Side = AnySide(), Lots = _random.Next(1, 4) };
        }

        var time =
            (TimeInForce)_random.Next(0, 7) is var drawn && drawn != TimeInForce.AtTheOpening && Enum.IsDefined(drawn)
            ? drawn
            : TimeInForce.GoodTillCancel;
        var instruments = Array.ConvertAll(legs, leg => InstrumentOf(leg.Symbol));
        var terms = new StrategyTerms(Net(legs), 0, [.. legs]);
        if (terms.Check(InstrumentOf) is not null)
        {
            return;
        }

        long? expiry = time == TimeInForce.GoodTillDate ? _now + _random.Next(1, 60) : null;
        var units = _random.Next(1, 7);
        var requests = legs.Select((leg, i) => new HoldRequest(
            $"n{++_names}", leg.Symbol, leg.Side, OrderType.Leg, time, false, WorstPrice(leg), units * leg.Lots,
            Conditions: EncodedConditions.From(
                new OrderConditions { Strategy = terms with { Leg = i }, ExpiryNanos = expiry })))
            .ToImmutableArray();
        var trader = Traders[_random.Next(Accounts)];
        var record =
            trader.DecideStrategy(requests, RequestHash.Of(OrderListKind.Strategy, requests), instruments, _now, out _);
        Fold(trader, record);
        if (record is ListHeld held)
        {
            _group.Enter(held.Orders, Array.ConvertAll(legs, leg => Books[leg.Symbol]), _now);
            _seen.Add("strategy " + time);
            _seen.Add("strategy of " + legs.Length);
            _seen.Add(_together[0].Record is OrderVoided ? "strategy refused" : "type Leg");
            Seal();
        }
    }

    private OrderTicket? OpenTicket(out AccountMachine trader, out string symbol)
    {
        trader = Traders[_random.Next(Accounts)];
        symbol = "";
        var open = trader.Account.Orders.Values.Where(o => o.OrderId != 0).ToArray();
        if (open.Length == 0)
        {
            return null;
        }

        var order = open[_random.Next(open.Length)];
        symbol = order.Instrument.Symbol;
        Assert.True(Books[symbol].IsKnown(trader.Account.Id.Value, order.Number, out var ticket, out _));
        return ticket;
    }

    private void CancelOne()
    {
        if (OpenTicket(out var trader, out var symbol) is { } ticket)
        {
            Note(ticket, "cancelled");
            Record(symbol, Books[symbol].Close(trader.Account.Id.Value, ticket.Order.Number, EndReason.User, _now));
        }
    }

    private void Note(OrderTicket ticket, string what)
    {
        if (ticket.Order.Type == OrderType.Leg)
        {
            _seen.Add("leg " + what);
        }
    }

    private void Reduce()
    {
        if (OpenTicket(out _, out var symbol) is { } ticket)
        {
            var total = _random.NextInt64(1, ticket.TotalLots + 2);
            var reason = Books[symbol].Reduce(ticket, total, _now, out var record);
            RequireRefusal(
                ticket, total == ticket.TotalLots && record is null ? RejectReason.InvalidCombination : reason,
                "reduced");
            Record(symbol, record);
        }
    }

    private void RequireRefusal(OrderTicket ticket, RejectReason reason, string what)
    {
        if (ticket.Order.Type == OrderType.Leg)
        {
            Assert.NotEqual(RejectReason.None, reason);
            Note(ticket, "not " + what);
        }
    }

    private void Replace()
    {
        if (OpenTicket(out var trader, out var symbol) is not { Order.Type: OrderType.Limit or OrderType.Leg } ticket)
        {
            return;
        }

        var old = trader.Account.Orders[ticket.Order.Number];
        var record =
            trader.DecideReplacement(old, $"n{++_names}", Price(InstrumentOf(symbol)), _random.Next(1, 12), 1, _now);
        Fold(trader, record);
        if (record is HoldPlaced hold)
        {
            Assert.False(_group.TryEnter(Books[symbol], hold.Order, _now));
            var entered = Books[symbol].Submit(hold.Order, _now);
            RequireRefusal(ticket, entered is OrderVoided voided ? voided.Reason : RejectReason.None, "replaced");
            Record(symbol, entered);
        }
    }

    private void Amend()
    {
        if (OpenTicket(out _, out var symbol) is not { } ticket)
        {
            return;
        }

        var terms = ticket.Order.Conditions.Decode() ?? new OrderConditions();
        var changes =
            terms.DisplayLots is not null ? new ConditionChanges(DisplayLots: _random.Next(1, 12))
            : terms.TriggerTicks is not null ? new(TriggerTicks: Price(InstrumentOf(symbol)))
            : new(ExpiryNanos: _now + 50);
        var reason = Books[symbol].Amend(ticket, changes, _now, out var record);
        RequireRefusal(ticket, reason, "amended");
        Record(symbol, record);
    }

    private void Operate()
    {
        var account = 1000 + _random.Next(Accounts);
        var symbol = s_instruments[_random.Next(s_instruments.Length)].Symbol;
        var core = Books[symbol].Core;
        BookCommand command = _random.Next(14) switch
        {
            < 4 => NextPhase(symbol),
            4 or 5 => new SetMarkPrice(Price(InstrumentOf(symbol))),
            6 => new SetReferencePrice(InstrumentOf(symbol).ReferencePriceTicks),
            7 or 8 => new SetBookRules(new RuleChanges(
                DynamicBandBasisPoints: core.Rules.DynamicBandBasisPoints is null
                    ? _random.Next(200, 900)
                    : RuleChanges.Removed,
                DynamicBandAuction: _random.Next(2) == 1)),
            9 => new BlockAccount(account),
            10 or 11 => new BustTrade(null, 1 + _random.NextInt64(core.LastTradeNumber + 1)),
            _ => new UnblockAccount(account),
        };
        Operate(symbol, command);
        if (command is BlockAccount && _random.Next(2) == 0)
        {
            Operate(symbol, new UnblockAccount(account));
        }

        // A run without trading would test little.
        while (core.Phase != TradingPhase.Continuous && _random.Next(4) > 0)
        {
            Operate(symbol, NextPhase(symbol));
        }

        if (core.Rules.DynamicBandBasisPoints is not null && _random.Next(3) > 0)
        {
            Operate(symbol, new SetBookRules(new RuleChanges(DynamicBandBasisPoints: -1)));
        }
    }

    private void Operate(string symbol, BookCommand command)
    {
        Books[symbol].Operate(command, _now, out var record);
        if (record is BookTurn turn)
        {
            var legEnded =
                turn.Steps.OfType<OrderEnded>().Any(step => _auditor.IsLeg(step.Account, step.Number));
            _ = legEnded && _seen.Add(command is BlockAccount ? "leg blocked" : "leg expired");
            _ = command is BustTrade && _seen.Add("bust");
        }

        Record(symbol, record);
    }

    private void CancelAll(AccountMachine trader)
    {
        Fold(trader, trader.MarkCancelAll(_now));
        foreach (var (symbol, book) in Books)
        {
            Record(symbol, book.CloseAll(trader.Account.Id.Value, trader.Account.LastNumber, _now));
        }
    }
}
