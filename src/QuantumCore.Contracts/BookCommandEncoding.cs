using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>
/// Encodes a book's commands as bytes: a verb, three numbers, orders, and named values. Numbers of verbs and names
/// never change.
/// </summary>
internal static class BookCommandEncoding
{
    public static void Write(ref RecordWriter to, BookCommand command)
    {
        var form = FormOf(command);
        to.Byte((byte)form.Verb);
        to.Count(form.Account);
        to.Count(form.Number);
        to.Fixed64(form.Value);
        to.Count(form.Orders.Length);
        foreach (var order in form.Orders)
        {
            OrderEncoding.Write(ref to, order);
        }

        to.Count(form.Values.Length);
        foreach (var (name, value) in form.Values)
        {
            to.Byte((byte)name);
            to.Fixed64(value);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">No command has these bytes.</exception>
    public static BookCommand Read(ref RecordReader from)
    {
        var verb = (BookVerb)from.Byte();
        var (account, number, value) = (from.Count(), from.Count(), from.Fixed64());
        var orders = from.Items(OrderEncoding.Read);
        var values = from.Items(static (ref from) => new NamedValue((ChangedValue)from.Byte(), from.Fixed64()));
        var form = new Form(verb, account, number, value)
        {
            Orders = orders,
            Values = values,
        };
        // A command keeps everything on record: what it would not write again has no meaning that this build knows.
        return CommandOf(form) is { } command && form.IsSame(FormOf(command))
            ? command
            : throw new InvalidDataException(
                $"{verb} of {account}#{number}, value {value}, {form.Orders.Length} orders and "
                + $"({string.Join(", ", form.Values)}) is no command of a book.");
    }

    private static Form FormOf(BookCommand command) => command switch
    {
        EnterOrder { Order: var order } enter =>
            new(BookVerb.Enter, order.Account, order.Number, enter.Continues ? 1 : 0) { Orders = [order] },
        EnterOrderList list =>
            new(BookVerb.EnterList, list.Orders[0].Account, 0, (long)list.Kind) { Orders = list.Orders },
        CancelOrders { Numbers: [var first, .. var others] } cancel =>
            new(BookVerb.Cancel, cancel.Account, first, (long)cancel.Reason)
            {
                Values = [.. others.Select(number => new NamedValue(ChangedValue.AlsoNumber, number))],
            },
        CancelAllOrders all => new(BookVerb.CancelAll, all.Account, all.Floor, all.Together ? 1 : 0),
        AmendOpenOrder amend =>
            new(BookVerb.Amend, amend.Account, amend.Number) { Values = ValuesOf(amend.Changes) },
        ReduceOpenOrder reduce => new(BookVerb.Reduce, reduce.Account, reduce.Number, reduce.TotalLots),
        SetTradingPhase set => new(BookVerb.SetPhase, Value: (long)set.Phase) { Values = ValuesOf(set) },
        SetMarkPrice set => new(BookVerb.SetMark, Value: set.PriceTicks),
        SetReferencePrice set => new(BookVerb.SetReference, Value: set.PriceTicks),
        SetBookRules set => new(BookVerb.SetRules)
        {
            Values = [.. set.Changes.SelectMany(static changes => ValuesOf(changes))],
        },
        AdvanceTime => new(BookVerb.AdvanceTime),
        BlockAccount block => new(BookVerb.Block, block.Account),
        UnblockAccount unblock => new(BookVerb.Unblock, unblock.Account),
        BustTrade { Trade: var trade } bust =>
            new(BookVerb.Bust, 0, trade?.Place.Sequence ?? bust.CoreNumber) { Values = ValuesOf(trade) },
        CorrectTrade { Trade: var trade } correct =>
            new(BookVerb.Correct, 0, trade?.Place.Sequence ?? correct.CoreNumber, correct.PriceTicks)
            {
                Values = trade is null ? [] :
                [
                    .. ValuesOf(trade),
                    new(ChangedValue.TakerFeeNow, correct.TakerFee), new(ChangedValue.MakerFeeNow, correct.MakerFee),
                ],
            },
        ActOnLegs legs => new(BookVerb.Act)
        {
            Orders = legs.Entering,
            Values = [.. legs.Acts.SelectMany(static act => ValuesOf(act))],
        },
        EndOrders => new(BookVerb.EndOrders, Value: (long)EndReason.CorporateAction),
        SetTradeGroups set => new(BookVerb.SetTradeGroups)
        {
            Values =
            [
                .. set.Accounts.SelectMany(of => (NamedValue[])
                    [new(ChangedValue.GroupedAccount, of.Account), new(ChangedValue.TradeGroup, of.Group)]),
            ],
        },
        AdjustOrders adjust =>
            new(BookVerb.AdjustOrders, 0, adjust.Action) { Values = ValuesOf(adjust.Adjustment) },
        _ => throw new ArgumentException($"{command} has no encoding.", nameof(command)),
    };

    /// <summary>Returns the command of a form; null if it has none.</summary>
    private static BookCommand? CommandOf(in Form form) => (form.Verb, form.Values) switch
    {
        (BookVerb.Enter, []) when form.Orders is [var order] => new EnterOrder(order, form.Value == 1),
        (BookVerb.EnterList, []) when form.Orders is [_, ..] =>
            new EnterOrderList((OrderListKind)Low(form.Value), form.Orders),
        (BookVerb.Cancel, var others) => new CancelOrders(
            form.Account, [form.Number, .. others.Select(static also => also.Value)], (EndReason)Low(form.Value)),
        (BookVerb.CancelAll, []) => new CancelAllOrders(form.Account, form.Number, form.Value == 1),
        (BookVerb.Amend, var changes) => new AmendOpenOrder(form.Account, form.Number, ConditionsOf(changes)),
        (BookVerb.Reduce, []) => new ReduceOpenOrder(form.Account, form.Number, form.Value),
        (BookVerb.SetPhase, var values) => PhaseOf((TradingPhase)Low(form.Value), values),
        (BookVerb.SetMark, []) => new SetMarkPrice(form.Value),
        (BookVerb.SetReference, []) => new SetReferencePrice(form.Value),
        (BookVerb.SetRules, var values) => new SetBookRules(RulesOf(values)),
        (BookVerb.AdvanceTime, []) => new AdvanceTime(),
        (BookVerb.Block, []) => new BlockAccount(form.Account),
        (BookVerb.Unblock, []) => new UnblockAccount(form.Account),
        (BookVerb.Bust, []) => new BustTrade(null, form.Number),
        (BookVerb.Bust, var values) => TradeOf(form.Number, values) is { } trade ? new BustTrade(trade) : null,
        (BookVerb.Correct, []) => new CorrectTrade(null, form.Value, CoreNumber: form.Number),
        (BookVerb.Correct, [.. var values, (_, var takerFee), (_, var makerFee)]) =>
            TradeOf(form.Number, values) is { } trade ? new CorrectTrade(trade, form.Value, takerFee, makerFee) : null,
        (BookVerb.Act, var values) when form.Orders.Length <= 1 && ActsOf(values.AsSpan()) is { } acts =>
            new ActOnLegs(form.Orders is [var order] ? order : null, acts),
        (BookVerb.EndOrders, []) => new EndOrders(),
        (BookVerb.SetTradeGroups, var values) => new SetTradeGroups(
            [.. values.Chunk(2).Select(static of => new AccountTradeGroup(of[0].Value, of[^1].Value))]),
        (BookVerb.AdjustOrders, var values) => AdjustmentOf(form.Number, values),
        _ => null,
    };

    private static ImmutableArray<NamedValue> ValuesOf(ConditionChanges changes) => Given(
        (ChangedValue.DisplayLots, changes.DisplayLots),
        (ChangedValue.TriggerTicks, changes.TriggerTicks),
        (ChangedValue.TrailTicks, changes.TrailTicks),
        (ChangedValue.TrailBasisPoints, changes.TrailBasisPoints),
        (ChangedValue.ExpiryNanos, changes.ExpiryNanos),
        (ChangedValue.WorstTicks, changes.WorstTicks));

    private static ConditionChanges ConditionsOf(ImmutableArray<NamedValue> values) => new(
        ValueOf(values, ChangedValue.DisplayLots),
        ValueOf(values, ChangedValue.TriggerTicks),
        ValueOf(values, ChangedValue.TrailTicks),
        unchecked((int?)ValueOf(values, ChangedValue.TrailBasisPoints)),
        ValueOf(values, ChangedValue.ExpiryNanos),
        ValueOf(values, ChangedValue.WorstTicks));

    private static ImmutableArray<NamedValue> ValuesOf(SetTradingPhase set) => Given(
        (ChangedValue.Next, (long?)set.Plan?.Phase),
        (ChangedValue.NextNanos, set.Plan?.AtNanos),
        (ChangedValue.NextLastsNanos, set.Plan is { LastsNanos: not 0 and var lasts } ? lasts : null),
        (ChangedValue.Why, set.Reason == PhaseReason.None ? null : (long)set.Reason));

    private static SetTradingPhase PhaseOf(TradingPhase phase, ImmutableArray<NamedValue> values) => new(
        phase,
        ValueOf(values, ChangedValue.Next) is { } next
            ? new PhasePlan(
                (TradingPhase)Low(next), ValueOf(values, ChangedValue.NextNanos) ?? 0,
                ValueOf(values, ChangedValue.NextLastsNanos) ?? 0)
            : null,
        (PhaseReason)Low(ValueOf(values, ChangedValue.Why) ?? 0));

    private static ImmutableArray<NamedValue> ValuesOf(RuleChanges changes) => Given(
        (ChangedValue.ProtectionTicks, changes.ProtectionTicks),
        (ChangedValue.StaticBand, changes.StaticBandBasisPoints),
        (ChangedValue.DynamicBand, changes.DynamicBandBasisPoints),
        (ChangedValue.DynamicBandAuction, changes.DynamicBandAuction is { } auctions ? auctions ? 1 : 0 : null),
        (ChangedValue.AuctionCollar, changes.AuctionCollarBasisPoints),
        (ChangedValue.MaxExtensions, changes.MaxExtensions),
        (ChangedValue.AuctionNanos, changes.AuctionNanos));

    /// <summary>Returns changes of rules: one, or several if the values do not ascend by name.</summary>
    private static ImmutableArray<RuleChanges> RulesOf(ImmutableArray<NamedValue> values)
    {
        var rules = ImmutableArray.CreateBuilder<RuleChanges>();
        for (var (from, to) = (0, 1); from < values.Length; to++)
        {
            if (to < values.Length && values[to].Name > values[to - 1].Name)
            {
                continue;
            }

            var changes = values[from..to];
            rules.Add(new RuleChanges(
                ValueOf(changes, ChangedValue.ProtectionTicks),
                ValueOf(changes, ChangedValue.StaticBand),
                ValueOf(changes, ChangedValue.DynamicBand),
                ValueOf(changes, ChangedValue.DynamicBandAuction) is { } auctions ? auctions == 1 : null,
                ValueOf(changes, ChangedValue.AuctionCollar),
                ValueOf(changes, ChangedValue.MaxExtensions),
                ValueOf(changes, ChangedValue.AuctionNanos)));
            from = to;
        }

        return rules.DrainToImmutable();
    }

    private static ImmutableArray<NamedValue> ValuesOf(RecordedTrade? recorded) =>
        recorded is not var (place, nanos, trade)
        ? []
        :
        [
            new(ChangedValue.TradeIndex, place.Index), new(ChangedValue.TradeNanos, nanos),
            new(ChangedValue.TakerAccount, trade.Taker.Account), new(ChangedValue.TakerNumber, trade.Taker.Number),
            new(ChangedValue.TakerOrder, trade.Taker.OrderId), new(ChangedValue.TakerSide, (long)trade.TakerSide),
            new(ChangedValue.TakerFee, trade.Taker.Fee), new(ChangedValue.MakerAccount, trade.Maker.Account),
            new(ChangedValue.MakerNumber, trade.Maker.Number), new(ChangedValue.MakerOrder, trade.Maker.OrderId),
            new(ChangedValue.MakerFee, trade.Maker.Fee), new(ChangedValue.InAuction, trade.IsAuction ? 1 : 0),
            new(ChangedValue.Price, trade.PriceTicks), new(ChangedValue.Lots, trade.QuantityLots),
        ];

    private static RecordedTrade? TradeOf(long sequence, ImmutableArray<NamedValue> values) => values is
        [
            (_, >= 0 and <= int.MaxValue and var index), (_, var nanos), (_, var taker), (_, var takerNumber),
            (_, var takerOrder), (_, ((long)Side.Buy or (long)Side.Sell) and var side), (_, var takerFee),
            (_, var maker), (_, var makerNumber), (_, var makerOrder), (_, var makerFee), (_, var auction),
            (_, > 0 and var price), (_, > 0 and var lots),
        ]
        ? new(
            new TradePlace(sequence, (int)index),
            nanos,
            new MatchedTrade(
                (Side)side, price, lots, new(taker, takerNumber, takerOrder, takerFee),
                new(maker, makerNumber, makerOrder, makerFee), auction == 1))
        : null;

    private static ImmutableArray<NamedValue> ValuesOf(LegAct act) => act switch
    {
        TakeQuotesAct take =>
        [
            new(take.IsOfPhase ? ChangedValue.Take : ChangedValue.TakeQuotes, take.OrderId),
            new(ChangedValue.Price, take.PriceTicks), new(ChangedValue.Lots, take.Lots),
        ],
        EndPhaseAct => [new(ChangedValue.EndPhase, 0)],
        CrossAct cross =>
        [
            new(ChangedValue.Cross, cross.OrderId), new(ChangedValue.Price, cross.PriceTicks),
            new(ChangedValue.Lots, cross.Lots), new(ChangedValue.Maker, cross.MakerId),
        ],
        SweepAct sweep => [new(ChangedValue.Sweep, sweep.OrderId), new(ChangedValue.Price, sweep.PriceTicks)],
        ProceedAct proceed => [new(ChangedValue.Proceed, proceed.OrderId)],
        CloseLegAct close => [new(ChangedValue.Close, close.OrderId), new(ChangedValue.Reason, (long)close.Reason)],
        _ => throw new ArgumentException($"{act} has no encoding.", nameof(act)),
    };

    /// <summary>Returns the actions, each of which is followed by its operands; null if one lacks them.</summary>
    private static ImmutableArray<LegAct>? ActsOf(ReadOnlySpan<NamedValue> values)
    {
        var acts = ImmutableArray.CreateBuilder<LegAct>();
        while (!values.IsEmpty)
        {
            LegAct? act = values switch
            {
                [(ChangedValue.Take or ChangedValue.TakeQuotes, var id), (_, var price), (_, var lots), ..] =>
                    new TakeQuotesAct(id, price, lots, values[0].Name == ChangedValue.Take),
                [(ChangedValue.EndPhase, _), ..] => new EndPhaseAct(),
                [(ChangedValue.Cross, var id), (_, var price), (_, var lots), (_, var maker), ..] =>
                    new CrossAct(id, maker, price, lots),
                [(ChangedValue.Sweep, var id), (_, var price), ..] => new SweepAct(id, price),
                [(ChangedValue.Proceed, var id), ..] => new ProceedAct(id),
                [(ChangedValue.Close, var id), (_, var reason), ..] => new CloseLegAct(id, (EndReason)Low(reason)),
                _ => null,
            };
            if (act is null)
            {
                return null;
            }

            acts.Add(act);
            values = values[ValuesOf(act).Length..];
        }

        return acts.DrainToImmutable();
    }

    private static ImmutableArray<NamedValue> ValuesOf(in OrderAdjustment adjustment) =>
        adjustment.IsSplit
            ? [new(ChangedValue.NewUnits, adjustment.NewUnits), new(ChangedValue.OldUnits, adjustment.OldUnits)]
        : adjustment.FallTicks != 0 ? [new(ChangedValue.FallTicks, adjustment.FallTicks)]
        : [];

    private static AdjustOrders AdjustmentOf(long action, ImmutableArray<NamedValue> values) => new(
        action, ValueOf(values, ChangedValue.NewUnits) ?? 0, ValueOf(values, ChangedValue.OldUnits) ?? 0,
        ValueOf(values, ChangedValue.FallTicks) ?? 0);

    private static ImmutableArray<NamedValue> Given(params ReadOnlySpan<(ChangedValue Name, long? Value)> values)
    {
        var given = ImmutableArray.CreateBuilder<NamedValue>();
        foreach (var (name, value) in values)
        {
            if (value is { } number)
            {
                given.Add(new NamedValue(name, number));
            }
        }

        return given.DrainToImmutable();
    }

    // A value that it leaves off is missed when the command is compared with its bytes.
    private static byte Low(long value) => unchecked((byte)value);

    private static long? ValueOf(ImmutableArray<NamedValue> values, ChangedValue name)
    {
        foreach (var value in values)
        {
            if (value.Name == name)
            {
                return value.Value;
            }
        }

        return null;
    }

    /// <summary>The parts of a command in journals; a command leaves out those that it does not have.</summary>
    private readonly record struct Form(BookVerb Verb, long Account = 0, long Number = 0, long Value = 0)
    {
        public ImmutableArray<SubmitOrder> Orders { get; init; } = [];

        public ImmutableArray<NamedValue> Values { get; init; } = [];

        public bool IsSame(in Form other) =>
            (Verb, Account, Number, Value) == (other.Verb, other.Account, other.Number, other.Value)
            && Orders.SequenceEqual(other.Orders) && Values.SequenceEqual(other.Values);
    }

    private readonly record struct NamedValue(ChangedValue Name, long Value);
}

/// <summary>Numbers of commands in journals.</summary>
internal enum BookVerb : byte
{
    Enter = 1, EnterList = 2, Cancel = 3, CancelAll = 4, Amend = 5, Reduce = 6, SetPhase = 7, SetMark = 8,
    SetReference = 9, SetRules = 10, AdvanceTime = 11, Block = 12, Unblock = 13, Bust = 14, Correct = 15, Act = 16,
    EndOrders = 17, SetTradeGroups = 18, AdjustOrders = 19,
}

/// <summary>
/// Numbers of the values of commands in journals. <see cref="BookCommandEncoding"/> tells what they are.
/// </summary>
internal enum ChangedValue : byte
{
    DisplayLots = 1, TriggerTicks = 2, TrailTicks = 3, TrailBasisPoints = 4, ExpiryNanos = 5, WorstTicks = 6,
    ProtectionTicks = 20, StaticBand = 21, DynamicBand = 22, DynamicBandAuction = 23, AuctionCollar = 24,
    MaxExtensions = 25, AuctionNanos = 26,
    Next = 30, NextNanos = 31, NextLastsNanos = 32, Why = 33,
    TakeQuotes = 40, Cross = 41, Sweep = 42, Proceed = 43, Close = 44, Take = 45, EndPhase = 46,
    Price = 50, Lots = 51, Maker = 52, Reason = 53, AlsoNumber = 54,
    GroupedAccount = 60, TradeGroup = 61,
    NewUnits = 62, OldUnits = 63, FallTicks = 64,
    TradeIndex = 70, TradeNanos = 71, TakerAccount = 72, TakerNumber = 73, TakerOrder = 74, TakerSide = 75,
    TakerFee = 76, MakerAccount = 77, MakerNumber = 78, MakerOrder = 79, MakerFee = 80, InAuction = 81,
    TakerFeeNow = 82, MakerFeeNow = 83,
}
