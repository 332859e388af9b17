using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts.Tests;

/// <summary>
/// A record of every kind, and of every shape of a kind. Each has its golden bytes in a file of the same name. A sample
/// never changes after its release; a new shape gets a new sample.
/// </summary>
internal static class Samples
{
    private const long Time = 1_767_225_600_000_000_001;

    private static readonly Instrument s_instrument = new()
    {
        Symbol = "BTC-USD",
        Base = new Asset("BTC", 8),
        Quote = new Asset("USD", 2),
        PriceDecimals = 2,
        TickSize = 1,
        QuantityDecimals = 8,
        LotSize = 100_000_000,
        MinPriceTicks = 100,
        MaxPriceTicks = 100_000_000,
        MinQuantityLots = 1,
        MaxQuantityLots = 1_000_000,
        MinNotional = 500,
        MaxNotional = 1_000_000_000_000,
        MakerFeePpm = 400,
        TakerFeePpm = 1_000,
        ReferencePriceTicks = 9_000_000,
        ProtectionPpm = 50_000,
        MaxLevels = 100_000,
    };

    private static readonly SubmitOrder s_limit = new(
        1001, 7, "my-1", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, true, 15_000, 100, 400, 1_000);

    private static readonly SubmitOrder s_market = new(
        1002, 8, "x", Side.Sell, OrderType.Market, TimeInForce.ImmediateOrCancel, false, 14_250, 3, 0, 1_000_000);

    private static readonly SubmitOrder s_replacement = s_limit with
    {
        Number = 9,
        ClientOrderId = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        TimeInForce = TimeInForce.FillOrKill,
        PostOnly = false,
        ReplacesNumber = 7,
        ExpectedLeavesLots = 60,
    };

    private static readonly ClosedOrder s_closed = new(1001, 7, 3, Side.Buy, 15_000, EndReason.User, 40, 60);

    private static readonly TradeFill s_fill = new(3, 1001, 7, 15_000, 40, 240, 600, 60, 900_360);

    private static readonly TradeFill s_largest = new(
        long.MaxValue,
        AccountId.Last,
        long.MaxValue,
        Instrument.PriceTicksLimit,
        Instrument.QuantityLotsLimit,
        Instrument.NotionalLimit,
        Instrument.NotionalLimit,
        0,
        0);

    private static readonly SubmitOrder s_iceberg = s_limit with
    {
        Owner = 77,
        SelfTrade = SelfTradePrevention.Decrement,
        TimeInForce = TimeInForce.GoodTillDate,
        Conditions = EncodedConditions.From(new OrderConditions { DisplayLots = 10, ExpiryNanos = Time + 1 }),
    };

    private static readonly SubmitOrder s_named = s_iceberg with
    {
        Conditions = EncodedConditions.From(new OrderConditions { DisplayLots = 10, ListName = "both-1" }),
    };

    private static readonly SubmitOrder s_trailing = s_market with
    {
        Type = OrderType.TrailingStopLimit,
        TimeInForce = TimeInForce.GoodTillCancel,
        Conditions = EncodedConditions.From(new OrderConditions
        {
            Hidden = true,
            AllOrNone = true,
            MinimumLots = 2,
            Slide = true,
            TriggerTicks = 14_000,
            TriggerReference = TriggerReference.Mark,
            TrailTicks = 50,
            TrailBasisPoints = 125,
            ActivationTicks = 14_900,
            LimitOffsetTicks = 0,
            Peg = PegReference.Midpoint,
            PegOffsetTicks = 3,
            Amount = 1L << 62,
            ProtectionTicks = 0,
        }),
    };

    private static readonly StrategyTerms s_spread = new(
        -3_050, 0, [new StrategyLeg("AAPL", Side.Buy, 2), new StrategyLeg("MSFT", Side.Sell, 3)]);

    private static readonly SubmitOrder s_leg = s_limit with
    {
        Type = OrderType.Leg,
        PostOnly = false,
        Conditions = EncodedConditions.From(new OrderConditions { Strategy = s_spread }),
    };

    private static readonly SubmitOrder s_otherLeg = s_leg with
    {
        Number = 8,
        ClientOrderId = "my-1.2",
        Side = Side.Sell,
        QuantityLots = 150,
        Conditions = EncodedConditions.From(new OrderConditions { Strategy = s_spread with { Leg = 1 } }),
    };

    private static readonly MatchedTrade s_trade = new(
        Side.Buy, 15_000, 40, new(1001, 7, 3, 600, 60, 900_360), new(1002, 8, 4, 240, 3, 12_000), true);

    private static readonly MatchPrevented s_prevented = new(
        Side.Buy, 15_000, 40, new(1001, 7, 3, 60), new(1002, 8, 2, 70), SelfTradePrevention.ExpireBoth, 9);

    private static readonly ImmutableArray<SettlementItem> s_settled =
        [new(1001, "AAPL", 0, [new(20_777, 1, 100), new(20_778, 2, -7)]), new(1002, "AAPL", 0, [new(20_777, 1, -93)])];

    private static readonly ImmutableArray<PayoutItem> s_items =
        [new PayoutItem(1001, 17, 100_000, "DE89 3704"), new PayoutItem(1002, 5, 1, "vault-7")];

    /// <summary>Records of a book's stream.</summary>
    public static IReadOnlyDictionary<string,
        BookRecord> Book
    { get; } = new Dictionary<string, BookRecord>(StringComparer.Ordinal)
    {
        ["book-i-defined"] = new InstrumentDefined(Time, EncodedInstrument.From(s_instrument)),
        ["book-o-rests"] = new OrderAccepted(Time, s_limit, 3, [], 100, EndReason.None, 1_501_500, null),
        ["book-o-trades"] = new OrderAccepted(
                Time, s_market, 4, [s_fill, s_fill with { MakerOrderId = 2 }], 0, EndReason.Protection, 0, null),
        ["book-o-replaces"] = new OrderAccepted(
                Time, s_replacement, 5, [s_fill], 0, EndReason.None, 0, s_closed with { Reason = EndReason.Replaced }),
        ["book-o-largest"] = new OrderAccepted(
                long.MaxValue, s_limit with { Account = AccountId.Last }, long.MaxValue, [s_largest], 0, EndReason.None,
                0, null),
        ["book-v-refused"] = new OrderVoided(Time, 1001, 7, RejectReason.PostOnlyWouldTake, s_limit),
        ["book-v-tombstone"] = new OrderVoided(Time, 1001, 7, RejectReason.Voided, null),
        ["book-c-closed"] = new OrdersClosed(Time, [s_closed, s_closed with { Number = 8, OrderId = 4 }]),
        ["book-k-all-closed"] = new AllClosed(Time, 1001, 12, [s_closed with { Reason = EndReason.MassCancel }]),
        ["book-k-nothing-open"] = new AllClosed(Time, 1001, 12, []),
        ["book-b-reduced"] = new OrderReduced(Time, 1001, 7, 3, Side.Buy, 15_000, 80, 20, 600_240),
        ["book-o-rebate"] = new OrderAccepted(
                Time, s_market with { MakerFeePpm = -1_000_000, MinimumFee = 7 }, 4,
                [s_fill with { MakerFee = -40 }, s_fill with { MakerFee = long.MinValue, TakerFee = -1 }], 0,
                EndReason.None, 0, null),
        ["book-x-rebate"] = new BookTurn(
                Time, new CancelAllOrders(1001, 0, Together: true), RejectReason.None, TradingPhase.Continuous,
                [new TradeMade(s_trade.At(15_000, -600, -1))], [], null),
        ["book-v-conditional"] = new OrderVoided(Time, 1001, 7, RejectReason.StopWouldTrigger, s_trailing),
        ["book-x-turn"] = new BookTurn(
                Time,
                new EnterOrderList(OrderListKind.OneCancelsOther, [s_iceberg, s_trailing]),
                RejectReason.None,
                TradingPhase.Volatility,
                [
                    new OrderOpened(1001, 7, 3, Side.Buy, 15_000, 40, 60, 900_360),
                    new TradeMade(s_trade),
                ],
                [new LevelState(Side.Sell, 15_000, 0, 0), new LevelState(Side.Buy, 14_999, 500, 3)],
                new IndicativeAuction(15_010, 120, -33)),
        ["book-x-prevented"] = new BookTurn(
                Time,
                new EnterOrder(s_iceberg),
                RejectReason.None,
                TradingPhase.Continuous,
                [
                    s_prevented,
                    new OrderEnded(1001, 7, 3, Side.Buy, EndReason.SelfTrade, 15_000, 40, 60),
                    s_prevented with
                    {
                        Owner = 0,
                        Mode = SelfTradePrevention.ExpireTaker,
                        Maker = s_prevented.Maker with { LostLots = 0 },
                    },
                ],
                [new LevelState(Side.Sell, 15_000, 0, 0)],
                null),
        ["book-x-stages"] = new BookTurn(
                Time,
                new EnterOrder(s_iceberg),
                RejectReason.None,
                TradingPhase.Continuous,
                [
                    new TradeMade(s_trade),
                    new OrderTriggered(1002, 3, 70, Side.Sell, 14_900, 15, 15),
                    new OrderActivated(1003, 2, 71, Side.Buy, 15_000, 10, 150_000),
                    new OrderEnded(
                        1003, 2, 71, Side.Buy, EndReason.List, 15_000, 0, 10, RejectReason.PriceBand),
                    s_prevented,
                    new OrderRefused(1001, 8, Side.Buy, 15_000, 10, RejectReason.StopWouldTrigger),
                ],
                [],
                null),
        ["book-x-operator"] = new BookTurn(
                Time,
                new SetBookRules(
                    new RuleChanges(DynamicBandBasisPoints: 300),
                    new RuleChanges(StaticBandBasisPoints: RuleChanges.Removed)),
                RejectReason.None,
                TradingPhase.Continuous,
                [],
                [],
                null),
        ["book-x-groups"] = new BookTurn(
                Time,
                new SetTradeGroups(new AccountTradeGroup(1001, 3)),
                RejectReason.None,
                TradingPhase.Continuous,
                [],
                [],
                null),
        ["book-x-split"] = new BookTurn(
                Time,
                new AdjustOrders(3, NewUnits: 3, OldUnits: 2, FallTicks: 0),
                RejectReason.None,
                TradingPhase.Halt,
                [
                    new OrderAdjusted(1001, 7, 70, Side.Sell, 10_000, 15_000, 5, 15, 15),
                    new OrderEnded(1002, 3, 71, Side.Buy, EndReason.CorporateAction, 9_000, 2, 8),
                ],
                [new LevelState(Side.Sell, 10_000, 15, 1), new LevelState(Side.Sell, 15_000, 0, 0)],
                null),
        ["book-x-dividend"] = new BookTurn(
                Time,
                new AdjustOrders(4, NewUnits: 0, OldUnits: 0, FallTicks: 13),
                RejectReason.None,
                TradingPhase.Continuous,
                [new OrderAdjusted(1001, 7, 70, Side.Buy, 10_487, 10_500, 0, 15, 157_428)],
                [new LevelState(Side.Buy, 10_500, 0, 0), new LevelState(Side.Buy, 10_487, 15, 1)],
                null),
        ["book-x-leg"] = new BookTurn(
                Time,
                new ActOnLegs(s_leg, [new CloseLegAct(3, EndReason.ImmediateOrCancel)]),
                RejectReason.None,
                TradingPhase.Continuous,
                [],
                [],
                null),
        ["book-x-cross"] = new BookTurn(
                Time,
                new ActOnLegs(null, [new CrossAct(3, 4, 15_000, 40)]),
                RejectReason.None,
                TradingPhase.Continuous,
                [new TradeMade(s_trade with { IsAuction = false })],
                [],
                null),
        ["book-i-in-group"] = new InstrumentDefined(
                Time, EncodedInstrument.From(s_instrument with { Group = "MAJORS" })),
        ["book-w-nothing-found"] = new NothingFound(Time, 1001, 77),
    };

    /// <summary>Records of an account's stream.</summary>
    public static IReadOnlyDictionary<string, AccountRecord> Account { get; } =
        new Dictionary<string, AccountRecord>(StringComparer.Ordinal)
        {
            ["account-h-hold"] = new HoldPlaced(Time, "AAPL", s_limit, 0xFEDC_BA98_7654_3210, 1_501_500),
            ["account-h-replacement"] = new HoldPlaced(Time, "AAPL", s_replacement, ulong.MaxValue, 0),
            ["account-h-conditional"] = new HoldPlaced(Time, "AAPL", s_iceberg, 9, 1_501_500),
            ["account-l-list"] = new ListHeld(
                Time, "AAPL", [s_iceberg, s_trailing], 0xFEDC_BA98_7654_3210, [1_501_500, 0]),
            ["account-l-named"] = new ListHeld(Time, "AAPL", [s_named, s_trailing], 6, [1_501_500, 0]),
            ["account-l-strategy"] = new ListHeld(Time, "AAPL", [s_leg, s_otherLeg], 5, [1_501_500, 150]),
            ["account-j-refused"] = new KeyRefused(Time, "my-2", 17, RejectReason.InsufficientFunds),
            ["account-j-cancelled"] = new KeyRefused(Time, "my-3", 0, RejectReason.KeyCancelled),
            ["account-d-deposit"] = new Deposited(Time, "dep-1", "USD", 2, 100_000),
            ["account-n-cancel-all"] = new CancelAllMarked(Time, 12),
            ["account-t-transfer"] = new TransferredOut(Time, "move-1", 1002, "USD", 2, 100_000),
            ["account-e-transfer-ended"] = new TransferEnded(Time, 17),
            ["account-w-withdrawal"] = new Withdrawn(Time, "out-1", "USD", 2, 100_000, "DE89 3704 0044 0532 0130 00"),
            ["account-z-frozen"] = new AccountFrozen(Time, 12, Closes: false, "desk", "asked for"),
            ["account-z-killed"] = new AccountFrozen(Time, 12, Closes: true, "desk", ""),
            ["account-y-unfrozen"] = new AccountUnfrozen(Time, "desk", "asked for"),
            ["account-limits-set"] = new LimitsSet(
                Time,
                "AAPL",
                [
                    new(LimitKind.OrderQuantity, 500), new(LimitKind.OrderValue, 10_000_000),
                    new(LimitKind.OpenOrders, 20), new(LimitKind.Position, 0)],
                "desk",
                "new customer"),
            ["account-limits-none"] = new LimitsSet(Time, "AAPL", [], "desk", ""),
            ["account-limits-windows"] = new LimitsSet(
                Time,
                LimitScope.All,
                [
                    new(LimitKind.DuplicateWindow, 500), new(LimitKind.OrdersPerSecond, 20),
                    new(LimitKind.OrderBurst, 40)],
                "desk",
                ""),
            ["account-limits-kill"] = new LimitsSet(
                Time,
                LimitScope.All,
                [new(LimitKind.QuantityMultiple, 20), new(LimitKind.KillOrders, 500), new(LimitKind.KillWindow, 10)],
                "desk",
                ""),
            ["account-limits-money"] = new LimitsSet(
                Time, LimitScope.PaidIn("USD"),
                [new(LimitKind.DailyVolume, 100_000_000), new(LimitKind.DailyLoss, 5_025)], "desk", ""),
            ["account-v-volumes"] = new VolumesSet(
                Time, 20_777, [new("EUR", 5), new("USD", (Int128)long.MaxValue * 3)]),
            ["account-h-rebate"] = new HoldPlaced(
                Time, "AAPL", s_limit with { MakerFeePpm = -150, TakerFeePpm = 900, MinimumFee = 0 }, 1, 1_501_500),
            ["account-h-minimum-fee"] = new HoldPlaced(Time, "AAPL", s_limit with { MinimumFee = 250 }, 1, 1_501_750),
            ["account-kind-margin"] = new AccountKindSet(Time, "USD", 2, "desk", "asked for"),
            ["account-kind-isolated"] = new AccountKindSet(Time, "USD", 2, "desk", "asked for", "AAPL"),
            ["account-kind-cash"] = new AccountKindSet(Time, "", 0, "desk", ""),
            ["account-m-margin"] = new MarginReviewed(
                Time, MarginState.Called, 0, Time + 1, -5, (Int128)long.MaxValue * 3, 7,
                [new("AAPL", 15_000, MarkSource.Index, 12, Time - 1), new("MSFT", 1, MarkSource.Book, 13, Time)]),
            ["account-m-liquidating"] = new MarginReviewed(Time, MarginState.Liquidating, 12, 0, 1, 2, 3, []),
            ["account-q-step-ended"] = new LiquidationStepEnded(Time, "USD", 2, 19, 650_000, 3_250, 0),
            ["account-q-deficit"] = new LiquidationStepEnded(Time, "USD", 2, 0, 0, 0, 208_000),
            ["account-covered"] = new DeficitCovered(Time, "USD", 2, 17, 25_000, 183_000),
            ["account-share-paid"] = new DeficitSharePaid(Time, "USD", 2, 1001, 17, 34_000),
            ["account-interest"] = new InterestAccrued(
                Time, 20_777, "USD", 2, 360, (Int128)long.MaxValue * 5, 6, 10, 2),
            ["account-c-dividend"] = new CorporateActionEntered(
                Time, "aapl-q4", CorporateActionKind.CashDividend, "AAPL", 0, 101, "USD", 2, 12, 20_800),
            ["account-c-dividend-owed"] = new CorporateActionEntered(
                Time, "aapl-q4", CorporateActionKind.CashDividend, "AAPL", 0, -101, "USD", 2, -13, 0),
            ["account-c-symbol-change"] = new SymbolChanged(Time, "aapl-aplx", "AAPL", 0, 101, "APLX"),
            ["account-c-split"] = new SplitEntered(
                Time, "aapl-3-2", "AAPL", 0, 101, 50, 3, 2, 1_000_000_000_000, "USD", 2, 5_000),
            ["account-c-split-reverse"] = new SplitEntered(
                Time, "aapl-1-10", "AAPL", 0, 101, -91, 1, 10, 1_000_000_000_000, "USD", 2, 1_000),
            ["account-c-paid"] = new CorporateActionPaid(Time, "aapl-q4", "USD", 2, -13),
            ["account-r-reduction"] = new ReductionAsked(Time, "my-4", 19, 7, 40),
            ["account-r-reduction-of"] = new ReductionAsked(Time, "my-4", 19, 7, 40, "AAPL"),
        };

    /// <summary>Records of a payout's stream.</summary>
    public static IReadOnlyDictionary<string, PayoutRecord> Payout { get; } =
        new Dictionary<string, PayoutRecord>(StringComparer.Ordinal)
        {
            ["payout-q-batch"] = new BatchMade(Time, 2, s_items),
            ["payout-g-paid"] = new BatchPaid(Time, 2, 9, s_items),
            ["payout-f-refused"] = new BatchRefused(Time, 2, 9, s_items, "no such account"),
        };

    /// <summary>Records of a settlement venue's stream.</summary>
    public const long OperatorSequence = 7;

    public static IReadOnlyDictionary<string,
        AuditLine> Operators
    { get; } = new Dictionary<string, AuditLine>(StringComparer.Ordinal)
    {
        ["operators-act"] = new(
                OperatorSequence, Time, "tradeVoided", "AAPL", "desk", "trade 17-0, why clearly erroneous"),
        ["operators-act-bare"] = new(OperatorSequence, Time, "accountFrozen", "ACC-1001", "demo-admin", ""),
    };

    public static IReadOnlyDictionary<string, SettlementRecord> Settlement { get; } =
        new Dictionary<string, SettlementRecord>(StringComparer.Ordinal)
        {
            ["settlement-closed"] = SettlementClosed.Make(
                Time, 20_780, 2, [new("AAPL", 0, 17, 3), new("MSFT", 5, 9, 1)], s_settled),
            ["settlement-settled"] = new SettlementSettled(Time, 9, s_settled),
            ["settlement-buy-in"] = new SettlementBuyIn(
                Time, new BuyInRequest("buy-in-1", 1002, "AAPL", "desk", "four days"), 30),
            ["settlement-buy-in-days"] = new BuyInDaysSet(Time, new BuyInDaysRequest(3, "desk", "")),
            ["settlement-partial"] = new SettlementPartial(
                Time, 9, 20_783, s_settled, [new(1002, "AAPL", 30)],
                [
                    new(
                        1001, "AAPL", new("AAPL", 0), new("USD", 2), 20_780, 123, -1_845_000, 93, [new(20_777, 1, 30)],
                        [new(20_777, 1, -450_000)]),
                    new(
                        1002, "AAPL", new("AAPL", 0), new("USD", 2), 20_780, -123, 1_844_999, 93, [new(20_777, 1, -30)],
                        [new(20_777, 1, 449_999)]),
                ]),
        };

    /// <summary>Records of the catalog's stream.</summary>
    public static IReadOnlyDictionary<string, CatalogRecord> Catalog { get; } =
        new Dictionary<string, CatalogRecord>(StringComparer.Ordinal)
        {
            ["catalog-listed"] = new InstrumentListed(Time, EncodedInstrument.From(s_instrument)),
            ["catalog-key"] = new KeyAdded(Time, new ApiKey(new string('a', 64), 1001, false, true, "Alice (demo)")),
            ["catalog-owner"] = new OwnerSet(Time, new OwnedAccount(1001, "Alice")),
            ["catalog-holidays"] = new HolidaysSet(
                Time, 20_779, new HolidaysRequest("MAIN", [20_780, 20_813], "desk", "mourning")),
            ["catalog-action-announced"] = new CorporateActionAnnounced(
                Time,
                new CorporateActionRequest(
                    "aapl-q4", CorporateActionKind.CashDividend, "AAPL", 20_790, 20_800, 12_500_000, "desk",
                    "fourth quarter"),
                Time + 1),
            ["catalog-symbol-change-announced"] = new CorporateActionAnnounced(
                Time, new CorporateActionRequest(
                    "aapl-aplx", CorporateActionKind.SymbolChange, "AAPL", 20_800, 0, 1, "desk", "new name",
                    NewSymbol: "APLX", NewAsset: "APLX"), Time + 1),
            ["catalog-split-announced"] = new CorporateActionAnnounced(
                Time,
                new CorporateActionRequest(
                    "aapl-3-2", CorporateActionKind.Split, "AAPL", 0, 0, 1_000_000_000_000, "desk", "", 3, 2),
                Time),
            ["catalog-action-closed"] = new CorporateActionClosed(
                Time, "aapl-q4", new CorporateSums(3, (Int128)long.MaxValue * 2, 5, 7, 8, 1)),
            ["catalog-action-begun"] = new CorporateActionBegun(Time, "aapl-q4"),
            ["catalog-action-ended"] = new CorporateActionEnded(Time, "aapl-q4"),
            ["catalog-breaker"] = new MarketStopped(Time, new BreakerUse(20_458, 2, "desk")),
            ["catalog-owner-blocked"] = new OwnerBlocked(Time, new OwnerBlock("acme", true, "desk", "runs wild")),
            ["catalog-pin"] = new BookPinned(
                Time, new BookPinRequest("AAPL", "east", "desk", "beside its market maker")),
            ["catalog-owner-limits"] = new OwnerLimitsSet(
                Time,
                new OwnerLimitsRequest(
                    new OwnerLimits(
                        "acme", "AAPL", [new(LimitKind.Position, 1_000), new(LimitKind.OrderQuantity, 50)],
                        [new(1_001, 3), new(1_002, 1)]),
                    "desk", "group")),
            ["catalog-limits"] = new EveryonesLimitsSet(
                Time, new LimitsRequest("AAPL", [new(LimitKind.OpenOrders, 200)], "desk", "queue")),
            ["catalog-fees"] = new FeesScheduled(
                Time, new FeesRequest(
                    new FeeSchedule("USD", [new(0, 200, 1_000), new(100_000_000, -100, 500)], 0), "desk", "spring")),
            ["catalog-margin-terms"] = new MarginTermsSet(Time, new MarginTermsRequest(
                "AAPL",
                EncodedMarginTerms.From(new MarginTerms
                {
                    Long = new MarginTable([new(5_000_000, 500_000, 250_000), new(long.MaxValue, 600_000, 300_000)]),
                    Short = MarginTable.Flat(500_000, 300_000, 500),
                    CheapBelowTicks = 500,
                    CheapShort = MarginTable.Flat(1_000_000, 1_000_000, 250),
                    LendableLots = 10_000,
                    BorrowPpm = 30_000,
                    ImpactLots = 100,
                    SpreadLimitPpm = 20_000,
                    StepLots = 5_000,
                }),
                "desk",
                "new")),
            ["catalog-margin-terms-grouped"] = new MarginTermsSet(Time, new MarginTermsRequest(
                "AAPL",
                EncodedMarginTerms.From(new MarginTerms { Long = MarginTable.Flat(500_000, 250_000), Group = "TECH" }),
                "desk", "")),
            ["catalog-margin-group"] = new MarginGroupSet(
                Time, new MarginGroupRequest("TECH", 750_000, "desk", "spring")),
            ["catalog-margin-policy"] = new MarginPolicySet(Time, new MarginPolicyRequest(
                "USD",
                EncodedMarginPolicy.From(
                    new MarginPolicy { LoanPpm = 52_500, CallSeconds = 172_800, LiquidationPpm = 700_000 }),
                "desk", "")),
            ["catalog-locate"] = new LocateSet(Time, new LocateRequest("AAPL", 1001, 100, "desk", "asked for")),
            ["catalog-insured"] = new LiquidationInsured(
                Time, new LiquidationClaim(1001, 17, "USD", 3_250, 208_000), 25_000, 183_000),
            ["catalog-margin-policy-sharing"] = new MarginPolicySet(Time, new MarginPolicyRequest(
                "USD",
                EncodedMarginPolicy.From(new MarginPolicy { LoanPpm = 52_500, SharesOut = true, Skin = 100_000 }),
                "desk", "")),
            ["catalog-insured-shared"] = new LiquidationInsured(
                Time, new LiquidationClaim(1001, 17, "USD", 0, 208_000), 25_000, 183_000, 83_000),
            ["catalog-deficit-shared"] = new DeficitShared(Time, 1001, 17, [new(1002, 49_000), new(1005, 34_000)]),
            ["catalog-deficit-ended"] = new DeficitEnded(Time, 1001, 17),
            ["catalog-signing-key"] = new KeyAdded(Time, new ApiKey(
                new string('c', 64), 1001, false, false, "ACC-1001", KeyRights.Read,
                new SigningKey(SigningScheme.HmacSha256, "c2VhbGVk"))),
            ["catalog-bound-key"] = new KeyAdded(Time, new ApiKey(
                new string('e', 64), 1001, false, false, "ACC-1001", Addresses: "10.0.0.0/8,::1/128")),
            ["catalog-user"] = new UserSet(
                Time, UserEvent.SignedUp, "zoë",
                new User("zoe", 1_000_001, UserRole.Customer, "aGFzaA==", "c2VhbGVk", false, true), "kept"),
            ["catalog-session"] = new SessionBegun(
                new UserSession(new string('d', 32), "zoe", Time, Time + 1, "::1", "Mozilla/5.0"), 58_000_000),
            ["catalog-code-used"] = new CodeUsed(Time, "zoe", 58_000_001),
            ["catalog-sessions-ended"] = new SessionsEnded(Time, "zoe", new string('d', 32), "desk"),
            ["catalog-signal-strategy"] = new SignalStrategySet(
                Time,
                new SignalStrategy(
                    "momentum", 1001, "c2VhbGVk", true, [new(1001, 100), new(1002, 50)], ["AAPL", "MSFT"],
                    SignalPolicy.Reverse, 60, 120, 5, 300, 90, true),
                "zoë"),
            ["catalog-signal-failed"] = new SignalFailed(new DeadSignal(
                0, "momentum", "k-1", Time, RejectReason.InsufficientFunds, "ACC-1001 InsufficientFunds",
                """{"key":"k-1"}""")),
            ["catalog-signals-paused"] = new SignalsPaused(Time, "momentum", Time + 1, ""),
            ["catalog-signal-dropped"] = new DeadSignalDropped(Time, 17, "desk"),
            ["catalog-admin-key"] = new KeyAdded(Time, new ApiKey(new string('b', 64), 0, true, false, "Überwachung")),
        };

    /// <summary>Instrument defined by the samples.</summary>
    public static Instrument Instrument => s_instrument;
}
