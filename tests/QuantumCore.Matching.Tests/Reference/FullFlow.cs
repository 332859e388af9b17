using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

/// <summary>
/// Seeded commands of every kind. Prices stay close to a moving centre and orders are few, so that all kinds of orders
/// meet each other. Some commands are stale or invalid. The seed also selects the profile.
/// </summary>
internal sealed partial class FullFlow(int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<long> _open = [];
    private long _centre = FlowProfile.All[seed % FlowProfile.All.Count].Centre;
    private long _time = 1;
    private readonly List<ReferenceFilter> _blocked = [];

    public FlowProfile Profile { get; } = FlowProfile.All[seed % FlowProfile.All.Count];

    /// <summary>Returns the next command for a book in its current state.</summary>
    public FullCommand Next(ReferenceBook book)
    {
        book.CopyOpenIds(_open);
        if (book.Admitted is not 0 and var admitted)
            return NextPart(book, admitted);
        if (book.PhaseGoesOn)
            return NextTake(book);
        if (Chance(30))
            _centre = Math.Clamp(_centre + _random.Next(-1, 2), Math.Max(3, Profile.Centre - 20), Profile.Centre + 20);
        if (Chance(400))
            _time += _random.Next(1, 4);
        var time = Chance(6) ? _time - _random.Next(1, 10) : _time;
        return Command(book, time);
    }

    private FullCommand Command(ReferenceBook book, long time)
    {
        // Outside Continuous more commands change the phase.
        var leaves = book.Phase switch
        {
            TradingPhase.Continuous => Profile.Phases,
            TradingPhase.Halt or TradingPhase.Closed => 300,
            _ => 130,
        };
        if (Chance(
            book.Phase is TradingPhase.Halt or TradingPhase.Closed ? Profile.Adjustments * 8 : Profile.Adjustments))
            return new FullCommand(FullVerb.Adjust, time)
            {
                Adjustment = Adjustment(),
                PriceTicks = Chance(900) ? 1 : Chance(900) ? Near() : 0,
            };
        if (Chance(leaves))
            return new FullCommand(FullVerb.SetPhase, time) { Phase = NextPhase(book.Phase) };
        if (Chance(Profile.Rules))
            return new FullCommand(FullVerb.SetRules, time) { Rules = Rules() };
        if (Chance(Profile.Marks))
            return new FullCommand(FullVerb.SetMark, time) { PriceTicks = Near() };
        if (Chance(Profile.Times))
        {
            _time += _random.Next(20);
            return new FullCommand(FullVerb.AdvanceTime, _time);
        }

        if (Chance(8))
            return Rare(book, time);
        if (Chance(Profile.MassCancels))
            return new FullCommand(FullVerb.CancelMany, time) { Filter = Filter() };
        if (_blocked.Count > 0 && Chance(60))
        {
            var at = _random.Next(_blocked.Count);
            var blocked = _blocked[at];
            _blocked.RemoveAt(at);
            return new FullCommand(FullVerb.Unblock, time) { Filter = Chance(30) ? Filter() : blocked };
        }

        if (Chance(Profile.Blocks))
        {
            _blocked.Add(Party(_random.Next(2) == 0, _random.Next(5)));
            return new FullCommand(FullVerb.Block, time) { Filter = Chance(50) ? Filter() : _blocked[^1] };
        }

        return OnOrders(book, time);
    }

    private FullCommand OnOrders(ReferenceBook book, long time)
    {
        if (Chance(Profile.Legs) && OfLegs(book, time) is { } command)
            return command;
        if (Chance(Profile.Amends))
            return Amend(book, time);
        if (Chance(Profile.Replaces))
            return new FullCommand(FullVerb.Replace, time)
            {
                OrderId = Id(book),
                Order = Order(book),
                Mode = Chance(10) ? (ReplaceMode)3 : (ReplaceMode)_random.Next(3),
            };
        if (Chance(Profile.Reductions))
        {
            var id = Id(book);
            return new FullCommand(FullVerb.Reduce, time) { OrderId = id, Value = Total(book, id, -3, 1) };
        }

        if (Chance(book.OpenOrders < Profile.Target ? 120 : 550))
            return new FullCommand(FullVerb.Cancel, time) { OrderId = Id(book) };
        return Chance(Profile.Lists)
            ? List(book, time)
            : new FullCommand(FullVerb.Submit, time) { Order = Order(book) };
    }

    private FullCommand Rare(ReferenceBook book, long time)
    {
        var trade = Chance(150) ? _random.Next(-1, 1) : 1 + _random.NextInt64(book.LastTradeNumber + 1);
        return _random.Next(5) switch
        {
            0 => new FullCommand(FullVerb.Bust, time) { Value = trade },
            1 => new FullCommand(FullVerb.Correct, time) { Value = trade, PriceTicks = Near() },
            2 => new FullCommand(FullVerb.SetReference, time) { PriceTicks = Near() },
            3 => new FullCommand(FullVerb.SetLast, time) { PriceTicks = Near() },
            _ => new FullCommand(FullVerb.SetOwner, time)
            {
                Value = _random.Next(1, 6),
                Owner = _random.Next(0, Profile.Owners + 1),
            },
        };
    }

    private OrderAdjustment Adjustment() => _random.Next(20) switch
    {
        0 => OrderAdjustment.EndsOrders,
        1 => new OrderAdjustment(_random.Next(-1, 3), _random.Next(-1, 3), _random.Next(-1, 2)),
        2 => OrderAdjustment.Split(1, _random.Next(2, 4)),
        3 => OrderAdjustment.Split(Chance(300) ? OrderAdjustment.RatioLimit : _random.Next(5, 40), _random.Next(1, 5)),
        <= 11 => _random.Next(3) switch
        {
            0 =>
            OrderAdjustment.Split(3, 2),
            1 => OrderAdjustment.Split(2, 1),
            _ => OrderAdjustment.Split(5, 4)
        },
        12 => OrderAdjustment.Dividend(_centre - _random.Next(1, Profile.Spread)),
        _ => OrderAdjustment.Dividend(_random.Next(1, 4)),
    };

    private TradingPhase NextPhase(TradingPhase phase)
    {
        if (Chance(80))
            return (TradingPhase)_random.Next(8);
        TradingPhase[] ways = phase switch
        {
            TradingPhase.Closed => [TradingPhase.PreOpen],
            TradingPhase.PreOpen => [TradingPhase.Opening],
            TradingPhase.Opening =>
                [TradingPhase.Continuous, TradingPhase.Continuous, TradingPhase.Continuous, TradingPhase.Halt],
            TradingPhase.Continuous =>
                [
                    TradingPhase.Volatility, TradingPhase.Volatility, TradingPhase.Closing, TradingPhase.Halt,
                    TradingPhase.Closed],
            TradingPhase.Volatility =>
                [
                    TradingPhase.Continuous, TradingPhase.Continuous, TradingPhase.Continuous, TradingPhase.Closing,
                    TradingPhase.Halt],
            TradingPhase.Closing => [TradingPhase.Closed, TradingPhase.Closed, TradingPhase.Halt],
            _ => [
                TradingPhase.Opening, TradingPhase.Volatility, TradingPhase.Volatility, TradingPhase.Closing,
                TradingPhase.Closed],
        };
        return ways[_random.Next(ways.Length)];
    }

    private BookRules Rules()
    {
        var band = Profile.BandsOn * 10;
        var edges = Chance(100);
        return new BookRules
        {
            MinPriceTicks = edges ? Math.Max(Chance(100) ? 0 : 1, _centre - 8) : 1,
            MaxPriceTicks = edges ? _centre + _random.Next(Chance(100) ? -12 : 0, 12) : Instrument.PriceTicksLimit,
            ProtectionTicks = Chance(300) ? _random.Next(5) : null,
            StaticBandBasisPoints = Chance(band / 2) ? Width(Profile.BandTicks + 4) : null,
            DynamicBandBasisPoints = Chance(band) ? Width(Profile.BandTicks) : null,
            DynamicBandMode = Chance(600) ? BandMode.Auction : BandMode.Reject,
            AuctionCollarBasisPoints = Chance(band) ? Width(1) : null,
            MaxExtensions = Chance(10) ? -1 : _random.Next(3),
        };
    }

    /// <summary>Returns about this number of ticks of the centre, in basis points.</summary>
    private int Width(int ticks) => Chance(10)
        ? 10_000
        : (int)Math.Min(9_999, ((ticks + _random.Next(5)) * 10_000L / _centre) + _random.Next(2));

    private FullCommand List(ReferenceBook book, long time)
    {
        var kind = Chance(5) ? (OrderListKind)_random.Next(5) : (OrderListKind)_random.Next(1, 4);
        var legs = new List<NewOrder>();
        var side = Side();
        if (kind != OrderListKind.OneCancelsOther)
            legs.Add(Chance(950) ? Limit(book, side) : Order(book));
        if (kind == OrderListKind.OneTriggersOther)
            legs.Add(Order(book));
        if (kind != OrderListKind.OneTriggersOther)
            AddPair(book, legs, legs.Count > 0 && Chance(900) ? Other(side) : Side());
        // Mostly one owner, and children no larger than the parent.
        for (var leg = 1; leg < legs.Count; leg++)
        {
            legs[leg] = Chance(900) ? legs[leg] with { Account = legs[0].Account, Owner = legs[0].Owner } : legs[leg];
        }

        return new FullCommand(FullVerb.SubmitList, time) { Kind = kind, Legs = [.. legs] };
    }

    private void AddPair(ReferenceBook book, List<NewOrder> legs, Side side)
    {
        var around = book.LastPriceTicks == 0 || Chance(100) ? _centre : book.LastPriceTicks;
        var away = side == Instruments.Side.Sell ? 1 : -1;
        var lots = legs.Count > 0 && Chance(700) ? legs[0].QuantityLots : Lots();
        var stopType = _random.Next(5) switch
        {
            0 or 1 => OrderType.Stop,
            2 or 3 => OrderType.StopLimit,
            _ => _random.Next(2) == 0 ? OrderType.TrailingStop : OrderType.TrailingStopLimit,
        };
        var limit = Chance(700)
            ? Limit(book, side) with { PriceTicks = Valid(around + (away * _random.Next(Chance(100) ? -2 : 1, 6))) }
            : Stop(book, side, _random.Next(2) == 0 ? OrderType.TakeProfit : OrderType.TakeProfitLimit);
        var stop = Stop(book, side, stopType);
        if (stop.Conditions is { TriggerTicks: not null } asked)
            stop = stop with
            {
                Conditions = asked with
                {
                    TriggerTicks = Valid(around - (away * _random.Next(Chance(100) ? -2 : 1, 6))),
                },
            };
        limit = limit with { QuantityLots = lots, Conditions = Fitting(limit.Conditions, lots) };
        stop = stop with { QuantityLots = Chance(980) ? lots : Lots(), Conditions = Fitting(stop.Conditions, lots) };
        stop = Chance(900) ? stop with { Account = limit.Account, Owner = limit.Owner } : stop;
        legs.AddRange(Chance(500) ? [limit, stop] : [stop, limit]);
    }

    private static OrderConditions? Fitting(OrderConditions? asked, long lots) => asked is null ? null : asked with
    {
        DisplayLots = asked.DisplayLots is { } display ? Math.Min(display, lots) : null,
        MinimumLots = asked.MinimumLots is { } minimum ? Math.Min(minimum, lots) : null,
    };

    private FullCommand Amend(ReferenceBook book, long time)
    {
        var id = Id(book);
        var known = book.TryGetOrder(id, out var order);
        var total = known ? order.TotalLots : Lots();
        var amendment = new Amendment
        {
            PriceTicks = Chance(350) ? Price(known ? order.Side : Side()) : null,
            TotalLots = Chance(500) ? Math.Max(Chance(20) ? -1 : 0, total + _random.Next(-4, 4)) : null,
            DisplayLots = Chance(Profile.Display) ? _random.Next(Chance(30) ? 0 : 1, 6) : null,
            TriggerTicks = known && order.Place is Stay.Armed or Stay.Pending && Chance(350) ? Near() : null,
            TrailTicks = known && order.Place is Stay.Armed or Stay.Pending && Chance(150) ? _random.Next(1, 6) : null,
            TrailBasisPoints = known && order.Place is Stay.Armed or Stay.Pending && Chance(100) ? Width(1) : null,
            ExpiryNanos = Chance(40) ? _time + _random.Next(-2, 60) : null,
            ExpectedLeavesLots = Chance(60) ? (known && Chance(700) ? order.LeavesLots : Lots()) : null,
        };
        return new FullCommand(FullVerb.Amend, time) { OrderId = id, Amendment = amendment };
    }

    private NewOrder Order(ReferenceBook book)
    {
        var side = Side();
        var type = Profile.Types.Draw(_random);
        var order = type switch
        {
            OrderType.Limit => Limit(book, side),
            OrderType.Market => Market(side),
            OrderType.Pegged => Pegged(side),
            _ => Stop(book, side, type),
        };
        return Chance(Profile.Wild) ? Wild(order) : order;
    }

    private NewOrder Plain(Side side, OrderType type, TimeInForce time, long price, OrderConditions? asked = null)
    {
        var owner = _random.Next(100) < Profile.OwnerlessPercent ? 0 : _random.Next(1, Profile.Owners + 1);
        var selfTrade =
            _random.Next(100) < Profile.SelfTradePercent ? (SelfTradePrevention)_random.Next(1, 7) : default;
        var expiry = time == TimeInForce.GoodTillDate
            ? _time + (Chance(40) ? -_random.Next(2) : _random.Next(1, 60))
            : (long?)null;
        if (expiry is not null)
            asked = (asked ?? new OrderConditions()) with { ExpiryNanos = expiry };
        if (asked == new OrderConditions())
            asked = null;
        return new NewOrder(_random.Next(1, 6), side, type, time, false, price, Lots(), owner, selfTrade, asked);
    }

    /// <summary>Returns a time in force of an order that may rest.</summary>
    private TimeInForce Lasting() => Chance(Profile.Dates)
        ? Chance(600) ? TimeInForce.GoodTillDate : TimeInForce.Day
        : TimeInForce.GoodTillCancel;

    private NewOrder Limit(ReferenceBook book, Side side)
    {
        var order = Plain(side, OrderType.Limit, Lasting(), Price(side));
        var asked = order.Conditions ?? new OrderConditions();
        // One instruction at most, mostly.
        if (Chance(Profile.AllOrNone))
            asked = asked with { AllOrNone = true };
        else if (Chance(Profile.Hidden))
            asked = asked with { Hidden = true };
        else if (Chance(Profile.Display))
            asked = asked with { DisplayLots = 1 + _random.NextInt64(Math.Min(5, order.QuantityLots)) };
        else if (Chance(Profile.MinimumLots))
            asked = asked with { MinimumLots = 1 + _random.NextInt64(order.QuantityLots) };
        else if (Chance(Profile.PostOnly))
            return order with
            {
                PostOnly = true,
                Conditions = Chance(500) ? asked with { Slide = true } : order.Conditions,
            };
        if (Profile.Hidden > 0 && Chance(40))
            asked = asked with { DoNotReduce = true };
        if (asked.ExpiryNanos is null && Chance(120))
            order = order with { TimeInForce = AtOnce(asked) };
        else if (asked.ExpiryNanos is null && !asked.AllOrNone && asked.MinimumLots is null
            && Chance(AuctionChance(book)))
            order = order with { TimeInForce = Chance(500) ? TimeInForce.AtTheOpening : TimeInForce.AtTheClose };
        return order with { Conditions = asked == new OrderConditions() ? null : asked };
    }

    private TimeInForce AtOnce(OrderConditions asked) =>
        (asked.Hidden || asked.DisplayLots is not null) && Chance(950) ? TimeInForce.GoodTillCancel
        : asked.MinimumLots is null && Chance(400) ? TimeInForce.FillOrKill
        : TimeInForce.ImmediateOrCancel;

    private int AuctionChance(ReferenceBook book) =>
        book.Phase is TradingPhase.PreOpen or TradingPhase.Opening or TradingPhase.Closing
            ? Math.Min(500, Profile.Auctions * 3)
            : Profile.Auctions / 2;

    private NewOrder Market(Side side)
    {
        var time = _random.Next(20) switch
        {
            < 12 => TimeInForce.ImmediateOrCancel,
            < 15 => TimeInForce.GoodTillCancel,
            15 => TimeInForce.Day,
            16 or 17 => TimeInForce.FillOrKill,
            18 => Chance(Profile.Auctions * 5) ? TimeInForce.AtTheOpening : TimeInForce.GoodTillCancel,
            _ => Chance(Profile.Auctions * 5) ? TimeInForce.AtTheClose : TimeInForce.GoodTillCancel,
        };
        var order = Plain(side, OrderType.Market, time, Chance(Math.Max(Profile.Protections, 30)) ? Near() : 0);
        var asked = new OrderConditions { ProtectionTicks = Chance(Profile.Protections) ? _random.Next(5) : null };
        if (Chance(Profile.Amounts) && time is TimeInForce.ImmediateOrCancel or TimeInForce.GoodTillCancel)
        {
            if (order.SelfTrade == SelfTradePrevention.Decrement && Chance(950))
                order = order with { SelfTrade = SelfTradePrevention.ExpireMaker };
            return order with
            {
                QuantityLots = 0,
                Conditions = asked with { Amount = 1 + _random.NextInt64(_centre * 20) },
            };
        }

        if (Chance(Profile.MinimumLots) && time == TimeInForce.ImmediateOrCancel)
            asked = asked with { MinimumLots = 1 + _random.NextInt64(order.QuantityLots) };
        else if (Chance(Profile.AllOrNone / 3) && time == TimeInForce.ImmediateOrCancel)
            asked = asked with { AllOrNone = true };
        return order with { Conditions = asked == new OrderConditions() ? null : asked };
    }

    private NewOrder Pegged(Side side)
    {
        var peg = (PegReference)_random.Next(1, 4);
        var asked = new OrderConditions
        {
            Peg = peg,
            PegOffsetTicks = _random.Next(peg == PegReference.Market ? 1 : 0, 4),
            Hidden = Chance(150),
        };
        var time = !asked.Hidden && Chance(80) ? TimeInForce.ImmediateOrCancel : Lasting();
        return Plain(side, OrderType.Pegged, time, Chance(300) ? Near() : 0, asked);
    }

    private NewOrder Stop(ReferenceBook book, Side side, OrderType type)
    {
        var takes = type is OrderType.TakeProfit or OrderType.TakeProfitLimit;
        var trails = type is OrderType.TrailingStop or OrderType.TrailingStopLimit;
        var limited = type is OrderType.StopLimit or OrderType.TakeProfitLimit or OrderType.TrailingStopLimit;
        var reference = _random.Next(10) switch
        {
            < 6 =>
            TriggerReference.Last,
            < 8 => TriggerReference.Quote,
            _ => TriggerReference.Mark
        };
        var around = reference == TriggerReference.Last && book.LastPriceTicks != 0 ? book.LastPriceTicks : _centre;
        var up = side == Instruments.Side.Buy != takes;
        var distance = _random.Next(Chance(100) ? -2 : 1, Profile.Spread - 1);
        var inTicks = Chance(600);
        var asked = new OrderConditions
        {
            TriggerReference = reference,
            TriggerTicks = trails ? null : Valid(up ? around + distance : around - distance),
            TrailTicks = trails && inTicks ? _random.Next(1, 5) : null,
            TrailBasisPoints = trails && !inTicks ? Math.Max(1, Width(1)) : null,
            ActivationTicks = trails && Chance(250) ? Near() : null,
            LimitOffsetTicks = type == OrderType.TrailingStopLimit ? _random.Next(4) : null,
            ProtectionTicks = !limited && Chance(200) ? _random.Next(5) : null,
            Hidden = limited && Chance(Profile.Hidden / 2),
            DoNotReduce = !trails && Chance(40),
        };
        if (limited && !asked.Hidden && Chance(Profile.Display / 2))
            asked = asked with { DisplayLots = 1 };
        var time = limited && !asked.Hidden && asked.DisplayLots is null && Chance(Profile.StopsAtOnce)
            ? _random.Next(2) == 0 ? TimeInForce.ImmediateOrCancel : TimeInForce.FillOrKill
            : Lasting();
        var price = type == OrderType.TrailingStopLimit
            ? (Chance(300) ? Near() : 0)
            : limited ? Price(side) : Chance(100) ? Near() : 0;
        var order = Plain(side, type, time, price, asked);
        var lasts = time is not (TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill);
        return limited && lasts && Chance(Math.Max(Profile.PostOnly, Profile.StopsAtOnce))
            ? order with { PostOnly = true }
            : order;
    }

    /// <summary>Returns the order with something invalid or unusual.</summary>
    private NewOrder Wild(NewOrder order)
    {
        var asked = order.Conditions ?? new OrderConditions();
        return _random.Next(26) switch
        {
            0 => order with { Side = (Side)_random.Next(4) },
            1 => order with { Type = (OrderType)_random.Next(12) },
            2 => order with { TimeInForce = (TimeInForce)_random.Next(9) },
            3 => order with { SelfTrade = (SelfTradePrevention)_random.Next(8) },
            4 => order with { QuantityLots = BadNumber(Instrument.QuantityLotsLimit) },
            5 => order with { PriceTicks = BadNumber(Instrument.PriceTicksLimit) },
            6 => order with { PostOnly = !order.PostOnly },
            7 => order with { Conditions = asked with { AllOrNone = !asked.AllOrNone } },
            8 => order with { Conditions = asked with { Hidden = !asked.Hidden } },
            9 => order with { Conditions = asked with { DisplayLots = _random.Next(-1, 20) } },
            10 => order with { Conditions = asked with { MinimumLots = _random.Next(-1, 20) } },
            11 => order with { Conditions = asked with { Slide = !asked.Slide } },
            12 => order with { Conditions = asked with { TriggerTicks = Chance(500) ? Near() : BadNumber(1L << 47) } },
            13 => order with { Conditions = asked with { TriggerReference = (TriggerReference)_random.Next(4) } },
            14 => order with { Conditions = asked with { TrailTicks = BadNumber(1L << 47) } },
            15 => order with { Conditions = asked with { TrailBasisPoints = _random.Next(-1, 3) * 5_000 } },
            16 => order with { Conditions = asked with { ActivationTicks = BadNumber(1L << 47) } },
            17 => order with { Conditions = asked with { LimitOffsetTicks = BadNumber(1L << 47) } },
            18 => order with { Conditions = asked with { Peg = (PegReference)_random.Next(5) } },
            19 => order with { Conditions = asked with { PegOffsetTicks = BadNumber(1L << 47) } },
            20 => order with { Conditions = asked with { Amount = BadNumber(1L << 62) } },
            21 => order with { Conditions = asked with { ProtectionTicks = BadNumber(1L << 47) } },
            22 => order with { QuantityLots = 998 + _random.Next(5), Conditions = asked with { DisplayLots = 1 } },
            24 => order with { Conditions = asked with { DoNotReduce = true } },
            23 => order with { Conditions = asked with { ExpiryNanos = _time + _random.Next(-3, 30) } },
            _ => order with { Owner = long.MaxValue, Account = long.MinValue },
        };
    }

    private long BadNumber(long limit) => _random.Next(6) switch
    {
        0 => 0,
        1 => -1,
        2 => long.MinValue,
        3 => limit + 1,
        4 => limit,
        _ => 1,
    };

    private ReferenceFilter Filter() => new(
        Chance(400) ? _random.Next(1, 6) : null,
        Chance(400) ? _random.Next(0, Profile.Owners + 1) : null,
        Chance(300) ? Chance(30) ? 0 : Side() : null);

    private static ReferenceFilter Party(bool account, long number) =>
        account ? new(Account: number) : new(Owner: number);

    private long Id(ReferenceBook book)
    {
        if (_open.Count == 0 || Chance(Profile.StaleIds))
            return _random.Next(6) switch
            {
                0 => 0,
                1 => -1,
                2 => book.LastOrderId + 1,
                3 => long.MaxValue,
                _ => 1 + _random.NextInt64(book.LastOrderId + 1),
            };
        return _open[_random.Next(_open.Count)];
    }

    private long Total(ReferenceBook book, long id, int from, int to) =>
        book.TryGetOrder(id, out var order)
            ? order.TotalLots + _random.Next(from, to + 1)
            : _random.Next(-1, Profile.Lots);

    private Side Side() => (Side)_random.Next(1, 3);

    private static Side Other(Side side) => side == Instruments.Side.Buy ? Instruments.Side.Sell : Instruments.Side.Buy;

    private long Lots() => 1 + _random.Next(Chance(60) ? Profile.Lots * 4 : Profile.Lots);

    /// <summary>Returns a price, mostly slightly behind the centre, sometimes beyond it.</summary>
    private long Price(Side side)
    {
        if (Chance(Profile.Far))
            return _random.Next(3) switch
            {
                0 =>
                1,
                1 => Instrument.PriceTicksLimit,
                _ => 1 + _random.NextInt64(Instrument.PriceTicksLimit)
            };
        var away = _random.Next(-Profile.Spread / 2, Profile.Spread);
        return Valid(side == Instruments.Side.Buy ? _centre - away : _centre + away);
    }

    private long Near() => Valid(_centre + _random.Next(-Profile.Spread, Profile.Spread + 1));

    private static long Valid(long price) => Math.Clamp(price, 1, Instrument.PriceTicksLimit);

    /// <summary>Returns true with a probability in per mille.</summary>
    private bool Chance(int perMille) => _random.Next(1_000) < perMille;
}
