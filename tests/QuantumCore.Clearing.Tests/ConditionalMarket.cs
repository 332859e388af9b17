using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>A book, four accounts, and a seeded flow of every kind of order and command.</summary>
internal sealed partial class ConditionalMarket
{
    private const int Accounts = 4;
    private const long Cash = 400_000;
    private const long Units = 2_000;

    private readonly Random _random;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private long _names;
    private long _now = 1;
    private long _feesPaid;
    private FeeSchedule? _fees;

    public ConditionalMarket(int seed)
    {
        _random = new Random(seed);
        Traders = [.. Enumerable.Range(0, Accounts)
            .Select(i => new AccountMachine(new AccountId(1000 + i), _ => Listed.Aapl, _ => _fees))];
        Publish(Book.Define(EncodedInstrument.From(Listed.Aapl), _now)!);
        foreach (var trader in Traders)
        {
            AccountRecords[trader.Account.Id.Value] = [];
            Fold(trader, trader.Deposit(new DepositRequest("cash", "USD", Cash), Listed.Aapl.Quote, _now));
            Fold(trader, trader.Deposit(new DepositRequest("units", "AAPL", Units), Listed.Aapl.Base, _now));
        }
    }

    public BookMachine Book { get; } = new("AAPL");

    public AccountMachine[] Traders { get; }

    public List<BookRecord> BookRecords { get; } = [];

    public Dictionary<long, List<AccountRecord>> AccountRecords { get; } = [];

    public void Step()
    {
        _now += _random.Next(0, 3);
        if (Book.IsExpiryDue(_now))
        {
            Operate(new AdvanceTime());
        }

        if (Book.FollowPlan(_now) is { } followed)
        {
            _seen.Add("planned phase");
            PublishIfAny(followed);
        }

        if (_random.Next(100) == 0)
        {
            SetFees();
        }

        if (_random.Next(40) == 0)
        {
            ChangeTrade();
        }

        FreezeWhoIsShort();
        if (_random.Next(150) == 0)
        {
            BringEverything();
            Adjust();
        }

        switch (_random.Next(100))
        {
            case < 60:
                Place();
                break;
            case < 72:
                PlaceList();
                break;
            case < 86:
                CancelOne();
                break;
            case < 90:
                Reduce();
                break;
            case < 93:
                Replace();
                break;
            case < 96:
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

    /// <summary>
    /// Sets the listing's fees, or a schedule with rebates, or with a minimum. Open orders keep their terms.
    /// </summary>
    private void SetFees()
    {
        var minimum = _random.Next(3) == 0 ? _random.NextInt64(1, 3_000) : 0;
        var (maker, taker) = (_random.Next(minimum > 0 ? 0 : -777, 300), _random.Next(777, 30_000));
        _fees = _random.Next(4) == 0 ? null : new FeeSchedule("USD", [new FeeTier(0, maker, taker)], minimum);
        _seen.Add(_fees is null ? "other" : minimum > 0 ? "minimum fee" : maker < 0 ? "rebate" : "other");
    }

    public void CancelEverything()
    {
        foreach (var trader in Traders)
        {
            CancelAll(trader);
        }
    }

    public void AssertBalanced()
    {
        long cash = 0, units = 0;
        foreach (var trader in Traders)
        {
            var balances = trader.Account.Balances;
            cash += balances["USD"].Total;
            units += balances["AAPL"].Total;
            Assert.All(balances.Values, balance => Assert.True(balance.Available >= 0 || trader.IsShort, "overdrawn"));
            foreach (var side in new[] { Side.Buy, Side.Sell })
            {
                var held = trader.Account.Orders.Values.Where(o => o.Side == side).Sum(o => o.Held);
                Assert.Equal(held, balances[side == Side.Buy ? "USD" : "AAPL"].Held);
            }
        }

        Assert.Equal((Accounts * Units) + _unitsOfSplits + _unitsBrought, units);
        Assert.Equal((Accounts * Cash) + _cashBrought, cash + _feesPaid);
        Assert.True(_feesPaid >= 0, "more is given back than was paid");
    }

    public void AssertOrdersAgree()
    {
        Assert.Null(Book.Core.Audit());
        foreach (var trader in Traders)
        {
            foreach (var held in trader.Account.Orders.Values.Where(o => o.OrderId != 0))
            {
                Assert.True(Book.Core.TryGetOrder(held.OrderId, out var open));
                Assert.Equal(held.LeavesLots, open.LeavesLots);
                if (open is { Place: OrderPlace.Armed } && held.Conditions?.TriggerTicks is { } trigger)
                {
                    Assert.Equal(trigger, open.TriggerTicks);
                }

                Assert.True(open.ShownLots <= (held.Conditions?.DisplayLots ?? long.MaxValue));
                Assert.Equal(
                    open.Place switch
                    {
                        OrderPlace.Pending => OrderStage.Pending,
                        OrderPlace.Armed => OrderStage.Armed,
                        _ => OrderStage.Working,
                    },
                    held.State.Stage);
                if (open.Place == OrderPlace.Resting && open.PriceTicks != 0 && held.Type != OrderType.Pegged)
                {
                    Assert.Equal(open.PriceTicks, held.BookPriceTicks);
                }
            }
        }

        Assert.Equal(Book.Core.OpenOrders, Traders.Sum(t => t.Account.Orders.Values.Count(o => o.OrderId != 0)));
    }

    public void AssertEverythingHappened()
    {
        string[] expected =
        [
            .. Enum.GetNames<OrderType>().Except([nameof(OrderType.Leg)]).Select(name => "type " + name),
            "iceberg", "hidden", "all or none", "minimum", "slide", "amount", "prevented", "met itself",
            "met its owner's other", "auction trade",
            "list OneCancelsOther", "list OneTriggersOther", "list OneTriggersOneCancelsOther", "child entered",
            "sibling ended", "expired", "cancel all", "cancelled together", "amended", "refused list", "minimum fee",
            "rebate", "planned phase",
            "dividend of a buy", "dividend of a sell", "dividend of a listed order", "split of a buy",
            "split of a sell", "split of a stop",
            "fewer held after a split", "void", "corrected", "frozen", "brought USD", "brought AAPL",
        ];
        Assert.Empty(expected.Except(_seen));
    }

    public void Publish(BookRecord record)
    {
        BookRecords.Add(record);
        Note(record);
        foreach (var account in record.TouchedAccounts())
        {
            var delivered = new DeliveredRecord(
                Book.Sequence, Book.Chain(account), BookRecordEncoding.Decode(BookRecordEncoding.Encode(record)));
            Assert.True(Traders[account - 1000].ApplyBook("AAPL", delivered, long.MaxValue));
        }
    }

    /// <summary>Returns an account folded again: its own records first, then its book's.</summary>
    public AccountMachine FoldAgain(AccountId id)
    {
        var again = new AccountMachine(id, _ => Listed.Aapl);
        again.BeginCatchUp();
        foreach (var record in AccountRecords[id.Value])
        {
            again.Apply(record);
        }

        for (var i = 0; i < BookRecords.Count; i++)
        {
            if (BookRecords[i].TouchedAccounts().Contains(id.Value))
            {
                Assert.True(again.ApplyBook("AAPL", new DeliveredRecord(i + 1, 0, BookRecords[i]), long.MaxValue));
            }
        }

        again.EndCatchUp();
        return again;
    }

    private void Note(BookRecord record)
    {
        _feesPaid += record switch
        {
            OrderAccepted accepted => accepted.Fills.Sum(fill => fill.MakerFee + fill.TakerFee),
            BookTurn turn =>
                turn.Steps.OfType<TradeStep>().Sum(
                    step => (step is TradeReversed ? -1 : 1) * (step.Trade.Taker.Fee + step.Trade.Maker.Fee)),
            _ => 0,
        };
        NoteTrades(record);
        if (record is not BookTurn told)
        {
            return;
        }

        foreach (var step in told.Steps)
        {
            _ = step switch
            {
                TradeStep { Trade.IsAuction: true } => _seen.Add("auction trade"),
                OrderEnded { Reason: EndReason.SelfTrade } => _seen.Add("prevented"),
                MatchPrevented prevented => _seen.Add(
                    prevented.Taker.Account == prevented.Maker.Account ? "met itself" : "met its owner's other"),
                OrderEnded { Reason: EndReason.OneCancelsOther } => _seen.Add("sibling ended"),
                OrderEnded { Reason: EndReason.GoodTillDate } => _seen.Add("expired"),
                HoldChanged { Side: Side.Sell, Hold: > 0 } => _seen.Add("child entered"),
                OrderRefused when told.Command is EnterOrderList => _seen.Add("refused list"),
                _ => false,
            };
        }

        _seen.Add(told.Command switch
        {
            CancelAllOrders => "cancel all",
            AmendOpenOrder => "amended",
            BustTrade when told.Steps is [TradeReversed, ..] => "void",
            CorrectTrade when told.Steps is [TradeReversed, TradeRestated, ..] => "corrected",
            _ => "other",
        });
    }

    private void Fold(AccountMachine trader, AccountRecord record)
    {
        AccountRecords[trader.Account.Id.Value].Add(record);
        trader.Apply(AccountRecordEncoding.Decode(AccountRecordEncoding.Encode(record)));
    }

    private long Price(int spread = 10) => 100 + _random.Next(-spread, spread + 1);

    private HoldRequest Request(Side? only = null, OrderType? type = null, bool inList = false)
    {
        var side = only ?? (_random.Next(2) == 0 ? Side.Buy : Side.Sell);
        var kind = type ?? (_random.Next(2) == 0 ? OrderType.Limit : (OrderType)_random.Next(1, 10));
        var terms = new OrderConditions();
        var lots = _random.NextInt64(1, 40);
        var price = Price();
        var time = TimeInForce.GoodTillCancel;
        if (OrderRules.IsTriggered(kind))
        {
            terms = terms with { TriggerReference = (TriggerReference)_random.Next(3) };
            terms = !OrderRules.IsTrailing(kind) ? terms with { TriggerTicks = Price() }
                : _random.Next(2) == 0 ? terms with { TrailTicks = _random.Next(1, 8) }
                : terms with { TrailBasisPoints = _random.Next(50, 900) };
        }

        switch (kind)
        {
            case OrderType.TrailingStopLimit:
                terms = terms with { LimitOffsetTicks = _random.Next(3) };
                price = side == Side.Buy ? 120 : 80;
                break;
            case OrderType.Pegged:
                terms = terms with { Peg = (PegReference)_random.Next(1, 4) };
                terms = terms with { PegOffsetTicks = terms.Peg == PegReference.Market ? 1 : _random.Next(2) };
                price = side == Side.Buy ? 104 : _random.Next(2) * 96;
                break;
            case OrderType.Limit:
                terms = LimitConditions(terms, lots);
                time = (TimeInForce)_random.Next(0, 8) is var drawn && Enum.IsDefined(drawn) && !inList ? drawn : time;
                break;
            case not (OrderType.StopLimit or OrderType.TakeProfitLimit):
                price = side == Side.Buy ? 125 : 75;
                break;
        }

        if (kind == OrderType.Market && !inList && _random.Next(2) == 0)
        {
            terms = terms with { Amount = _random.Next(1, 3_000) };
            lots = 0;
        }

        if (time == TimeInForce.GoodTillDate)
        {
            terms = terms with { ExpiryNanos = _now + _random.Next(1, 60) };
        }

        var plain = terms == new OrderConditions();
        return new HoldRequest(
            $"n{++_names}", "AAPL", side, kind, time, _random.Next(12) == 0 && kind == OrderType.Limit, price, lots,
            (SelfTradePrevention)(_random.Next(3) == 0 ? _random.Next(7) : 0),
            plain ? default : EncodedConditions.From(terms));
    }

    private OrderConditions LimitConditions(OrderConditions terms, long lots) => _random.Next(10) switch
    {
        0 or 1 => terms with { DisplayLots = _random.NextInt64(1, lots + 1) },
        2 => terms with { Hidden = true },
        3 => terms with { AllOrNone = true },
        4 => terms with { MinimumLots = _random.NextInt64(1, lots + 1) },
        5 => terms with { Slide = true },
        _ => terms,
    };

    private void Place()
    {
        var trader = Traders[_random.Next(Accounts)];
        var request = Request();
        var record = trader.Decide(request, RequestHash.Of(request), Listed.Aapl, _now);
        Fold(trader, record);
        if (record is HoldPlaced hold)
        {
            var entered = Book.Submit(hold.Order, _now);
            Publish(entered);
            if (entered is not OrderVoided)
            {
                See(request);
            }
        }
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
            (terms.MinimumLots is not null, "minimum"), (terms.Slide, "slide"), (terms.Amount is not null, "amount"),
        ];
        _seen.UnionWith(seen.Where(one => one.Has).Select(one => one.Name));
    }

    private void PlaceList()
    {
        var trader = Traders[_random.Next(Accounts)];
        var kind = (OrderListKind)_random.Next(1, 4);
        var side = _random.Next(2) == 0 ? Side.Buy : Side.Sell;
        var other = _random.Next(4) == 0 ? side : side == Side.Buy ? Side.Sell : Side.Buy;
        ImmutableArray<HoldRequest> legs = kind switch
        {
            OrderListKind.OneCancelsOther => Pair(side),
            OrderListKind.OneTriggersOther => [Parent(side), Request(other, inList: true)],
            _ => [Parent(side), .. Pair(other)],
        };
        var record = trader.DecideList(kind, legs, RequestHash.Of(kind, legs), Listed.Aapl, _now);
        Fold(trader, record);
        if (record is ListHeld held)
        {
            var turn = Book.SubmitList(kind, held.Orders, _now);
            Publish(turn);
            if (turn.Reason == RejectReason.None)
            {
                _seen.Add("list " + kind);
            }
        }
    }

    private HoldRequest Parent(Side side) => Request(side, OrderType.Limit, inList: true) with
    {
        PriceTicks = 100 + _random.Next(-2, 3),
        Conditions = default,
        PostOnly = false,
    };

    private ImmutableArray<HoldRequest> Pair(Side side)
    {
        var sells = side == Side.Sell;
        var target =
            Request(side, _random.Next(3) == 0 ? OrderType.TakeProfitLimit : OrderType.Limit, inList: true) with
            {
                PriceTicks = 100 + (sells ? _random.Next(1, 8) : -_random.Next(1, 8)),
            };
        if (target.Conditions.Decode() is { TriggerTicks: not null } terms)
        {
            target = target with
            {
                Conditions = EncodedConditions.From(terms with { TriggerTicks = target.PriceTicks }),
            };
        }

        var stop = Request(side, _random.Next(2) == 0 ? OrderType.Stop : OrderType.StopLimit, inList: true) with
        {
            QuantityLots = target.QuantityLots,
            PriceTicks = sells ? 80 : 120,
            Conditions = EncodedConditions.From(
                new OrderConditions { TriggerTicks = 100 + (sells ? -_random.Next(1, 8) : _random.Next(1, 8)) }),
        };
        return _random.Next(2) == 0 ? [target, stop] : [stop, target];
    }

    private OrderTicket? OpenTicket(out AccountMachine trader)
    {
        trader = Traders[_random.Next(Accounts)];
        var open = trader.Account.Orders.Values.Where(o => o.OrderId != 0).ToArray();
        if (open.Length == 0)
        {
            return null;
        }

        var order = open[_random.Next(open.Length)];
        Assert.True(Book.IsKnown(trader.Account.Id.Value, order.Number, out var ticket, out _));
        return ticket;
    }

    private void CancelOne()
    {
        if (OpenTicket(out var trader) is not { } ticket)
        {
            return;
        }

        long[] side = [.. trader.Account.Orders.Values.Where(o => o.OrderId != 0 && o.Side == ticket.Order.Side)
            .Select(o => o.Number)];
        if (side.Length > 1 && _random.Next(8) == 0)
        {
            _seen.Add("cancelled together");
            Publish(Book.CloseTogether(trader.Account.Id.Value, [.. side], EndReason.MassCancel, _now));
            return;
        }

        PublishIfAny(Book.Close(trader.Account.Id.Value, ticket.Order.Number, EndReason.User, _now));
    }

    private void Reduce()
    {
        if (OpenTicket(out _) is { } ticket)
        {
            Book.Reduce(ticket, _random.NextInt64(1, ticket.TotalLots + 2), _now, out var record);
            PublishIfAny(record);
        }
    }

    private void Replace()
    {
        if (OpenTicket(out var trader) is not { Order.Type: OrderType.Limit } ticket)
        {
            return;
        }

        var old = trader.Account.Orders[ticket.Order.Number];
        var record = trader.DecideReplacement(old, $"n{++_names}", Price(), _random.Next(1, 40), 1, _now);
        Fold(trader, record);
        if (record is HoldPlaced hold)
        {
            Publish(Book.Submit(hold.Order, _now));
        }
    }

    private void Amend()
    {
        if (OpenTicket(out _) is not { } ticket)
        {
            return;
        }

        var terms = ticket.Order.Conditions.Decode() ?? new OrderConditions();
        var changes =
            terms.DisplayLots is not null ? new ConditionChanges(DisplayLots: _random.Next(1, 20))
            : terms.TriggerTicks is not null ? new(TriggerTicks: Price())
            : terms.TrailTicks is not null ? new(TrailTicks: _random.Next(1, 9))
            : new(ExpiryNanos: _now + 50);
        Book.Amend(ticket, changes, _now, out var record);
        PublishIfAny(record);
    }

    private void Operate()
    {
        var account = 1000 + _random.Next(Accounts);
        BookCommand command = _random.Next(13) switch
        {
            < 5 => NextPhase(),
            5 or 6 => new SetMarkPrice(Price()),
            7 => new SetReferencePrice(Price(2)),
            8 => new SetBookRules(new RuleChanges(
                DynamicBandBasisPoints: _random.Next(-1, 2) * 300,
                DynamicBandAuction: _random.Next(2) == 1,
                StaticBandBasisPoints: _random.Next(-1, 2) * 1_500,
                AuctionNanos: _random.Next(-1, 3))),
            9 => new BlockAccount(account),
            // As recorded by releases before ADR 52: a note.
            10 => new BustTrade(null, 1 + _random.Next(50)),
            11 =>
                (BookCommand?)Book.CallForTradeGroups(Traders.Where(_ => _random.Next(2) == 0)
                    .ToDictionary(trader => trader.Account.Id.Value, _ => 1L + _random.Next(2)))
                ?? new AdvanceTime(),
            _ => new UnblockAccount(account),
        };
        Operate(command);
        if (command is BlockAccount)
        {
            Operate(new UnblockAccount(account));
        }
    }

    /// <summary>Returns a phase change, mostly back to continuous trading.</summary>
    private SetTradingPhase NextPhase()
    {
        var next = Book.Core.Phase switch
        {
            TradingPhase.Continuous => _random.Next(4) switch
            {
                0 => TradingPhase.Volatility,
                1 => TradingPhase.Closing,
                2 => TradingPhase.Halt,
                _ => TradingPhase.Closed,
            },
            TradingPhase.Closed => TradingPhase.PreOpen,
            TradingPhase.PreOpen => TradingPhase.Opening,
            TradingPhase.Closing => TradingPhase.Closed,
            TradingPhase.Halt => TradingPhase.Volatility,
            _ => TradingPhase.Continuous,
        };
        return next != TradingPhase.Halt || _random.Next(2) == 0
            ? new SetTradingPhase(next)
            : new SetTradingPhase(
                next, new PhasePlan(TradingPhase.Volatility, _now + _random.Next(4), _random.Next(3)),
                PhaseReason.NewsPending);
    }

    private void Operate(BookCommand command)
    {
        Book.Operate(command, _now, out var record);
        PublishIfAny(record);
        // A run without trading would test little.
        if (Book.Core.Phase != TradingPhase.Continuous && _random.Next(3) > 0)
        {
            Book.Operate(NextPhase(), _now, out record);
            PublishIfAny(record);
        }
    }

    private void PublishIfAny(BookRecord? record)
    {
        if (record is not null)
        {
            Publish(record);
        }
    }

    private void CancelAll(AccountMachine trader)
    {
        Fold(trader, trader.MarkCancelAll(_now));
        PublishIfAny(Book.CloseAll(trader.Account.Id.Value, trader.Account.LastNumber, _now));
    }
}
