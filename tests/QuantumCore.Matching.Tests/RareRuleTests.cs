using QuantumCore.Instruments;
using QuantumCore.Matching.Tests.Reference;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

/// <summary>Rules whose violation no other test would notice: limits of values, rare rejections.</summary>
public partial class RareRuleTests
{
    private const long TopPrice = Instrument.PriceTicksLimit;
    private const long TopLots = Instrument.QuantityLotsLimit;

    /// <summary>Order conditions with a single instruction each, with valid values.</summary>
    private static readonly Func<OrderConditions, OrderConditions>[] s_instructions =
    [
        terms => terms with { AllOrNone = true },
        terms => terms with { Hidden = true },
        terms => terms with { DisplayLots = 2 },
        terms => terms with { MinimumLots = 3 },
        terms => terms with { Slide = true },
        terms => terms with { TriggerTicks = 120 },
        terms => terms with { TriggerTicks = null },
        terms => terms with { TriggerReference = TriggerReference.Mark },
        terms => terms with { TrailTicks = 4 },
        terms => terms with { TrailTicks = null },
        terms => terms with { TrailBasisPoints = 100 },
        terms => terms with { ActivationTicks = 110 },
        terms => terms with { LimitOffsetTicks = 2 },
        terms => terms with { LimitOffsetTicks = null },
        terms => terms with { Peg = PegReference.Primary },
        terms => terms with { Peg = PegReference.Market },
        terms => terms with { Peg = PegReference.None },
        terms => terms with { PegOffsetTicks = 1 },
        terms => terms with { ProtectionTicks = 5 },
        terms => terms with { Amount = 500 },
        terms => terms with { ExpiryNanos = 99 },
    ];

    public static TheoryData<OrderType> Types => [.. Enum.GetValues<OrderType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void Any_two_instructions_of_an_order_are_judged_by_the_book_as_by_its_reference(OrderType type)
    {
        foreach (var time in Enum.GetValues<TimeInForce>())
            foreach (var (postOnly, selfTrade) in new[]
                {
                (false, SelfTradePrevention.None), (true, SelfTradePrevention.None),
                (false, SelfTradePrevention.Decrement),
            })
            {
                for (var first = 0; first < s_instructions.Length; first++)
                {
                    for (var second = 0; second <= first; second++)
                    {
                        var terms = s_instructions[first](s_instructions[second](Usual(type, time)));
                        var lots = terms.Amount is null ? 10 : 0;
                        var order = new NewOrder(1, Buy, type, time, postOnly, 100, lots, 7, selfTrade, terms);
                        var expected = new ReferenceBook(9).Submit(0, order, out _);
                        var got = new OrderBook(9).Submit(0, order, out _);
                        Assert.True(expected == got, $"{order}: expected {expected}, got {got}");
                    }
                }
            }
    }

    /// <summary>Returns the conditions required by an order type.</summary>
    private static OrderConditions Usual(OrderType type, TimeInForce time) => new()
    {
        TriggerTicks = OrderRules.IsTriggered(type) && !OrderRules.IsTrailing(type) ? 130 : null,
        TrailTicks = OrderRules.IsTrailing(type) ? 3 : null,
        LimitOffsetTicks = type == OrderType.TrailingStopLimit ? 1 : null,
        Peg = type == OrderType.Pegged ? PegReference.Primary : PegReference.None,
        ExpiryNanos = time == TimeInForce.GoodTillDate ? 100 : null,
    };

    /// <summary>Bounds of a value of an order, and an order with such a value.</summary>
    private sealed record Bounds(RejectReason Beyond, long Lowest, long Highest, Func<long, NewOrder> Order);

    private static readonly Dictionary<string, Bounds> s_bounds = new()
    {
        ["limit"] = Price(1, TopPrice, ticks => Limit(Buy, 1, ticks)),
        ["quantity"] = Quantity(1, TopLots, lots => Limit(Buy, lots, 100)),
        ["amount"] = Quantity(1, OrderRules.AmountLimit, amount => With(Market(Buy, 0), new() { Amount = amount })),
        ["quantity beside an amount"] = Quantity(0, 0, lots => With(Market(Buy, lots), new() { Amount = 5 })),
        ["minimum"] = Quantity(1, 10, lots => With(Limit(Buy, 10, 100), new() { MinimumLots = lots })),
        ["display"] = Quantity(1, 10, lots => With(Limit(Buy, 10, 100), new() { DisplayLots = lots })),
        ["display of thousands"] = Quantity(
            2, 2_000, lots => With(Limit(Buy, 2_000, 100), new() { DisplayLots = lots })),
        ["peg offset"] = Price(
            0, TopPrice,
            ticks => With(Pegged(Buy, 1, 0), new() { Peg = PegReference.Primary, PegOffsetTicks = ticks })),
        ["protection"] = Price(0, TopPrice, ticks => With(Market(Buy, 1), new() { ProtectionTicks = ticks })),
        ["trigger"] = Price(1, TopPrice, ticks => Stop(Buy, 1, ticks)),
        ["trail"] = Price(1, TopPrice, ticks => Trailing(Buy, new() { TrailTicks = ticks })),
        ["trail in basis points"] =
            Price(1, OrderRules.BasisPointsLimit, points => Trailing(Buy, new() { TrailBasisPoints = (int)points })),
        ["activation"] = Price(1, TopPrice, ticks => Trailing(Buy, new() { TrailTicks = 1, ActivationTicks = ticks })),
        ["limit offset"] = Price(0, TopPrice, ticks =>
            Trailing(Buy, new() { TrailTicks = 1, LimitOffsetTicks = ticks }) with
            {
                Type = OrderType.TrailingStopLimit,
            }),
    };

    public static TheoryData<string> Values => [.. s_bounds.Keys];

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_at_its_limit_is_taken_and_one_beyond_it_is_refused(string value)
    {
        var bounds = s_bounds[value];
        foreach (var (number, expected) in new[]
            {
                (bounds.Lowest - 1, bounds.Beyond), (bounds.Lowest, RejectReason.None),
                (bounds.Highest, RejectReason.None), (bounds.Highest + 1, bounds.Beyond),
            })
        {
            var order = bounds.Order(number);
            Assert.Equal((number, expected), (number, OrderRules.Check(in order)));
            Assert.Equal((number, expected), (number, new OrderBook().Submit(0, order, out _)));
        }
    }

    [Fact]
    public void An_amended_value_has_the_limits_of_a_new_one()
    {
        NewOrder[] orders =
        [
            Limit(Buy, 10, 100), Pegged(Buy, 10, 90), Stop(Buy, 10, 130) with { PriceTicks = 140 },
            Stop(Buy, 10, 130) with { Type = OrderType.StopLimit, PriceTicks = 135 },
            Trailing(Buy, new() { TrailTicks = 5 }),
            Trailing(Buy, new() { TrailBasisPoints = 5 }),
        ];
        void Amends(long id, RejectReason expected, Amendment amendment)
        {
            var book = BookOf(orders);
            if (expected == RejectReason.None)
                Assert.Equal(expected, book.Amend(0, id, amendment));
            else
                ExpectRefusal(book, expected, b => b.Amend(0, id, amendment));
            Assert.Null(book.Audit());
        }

        void Between(long id, RejectReason beyond, long lowest, long highest, Func<long, Amendment> amendment)
        {
            Amends(id, beyond, amendment(lowest - 1));
            Amends(id, RejectReason.None, amendment(lowest));
            Amends(id, RejectReason.None, amendment(highest));
            Amends(id, beyond, amendment(highest + 1));
        }

        Between(1, RejectReason.InvalidPrice, 1, TopPrice, ticks => new() { PriceTicks = ticks });
        Between(1, RejectReason.InvalidQuantity, 0, TopLots, lots => new() { TotalLots = lots });
        Between(2, RejectReason.InvalidPrice, 0, TopPrice, ticks => new() { PriceTicks = ticks });
        Between(3, RejectReason.InvalidPrice, 0, TopPrice, ticks => new() { PriceTicks = ticks });
        Between(3, RejectReason.InvalidPrice, 1, TopPrice, ticks => new() { TriggerTicks = ticks });
        Between(4, RejectReason.InvalidPrice, 1, TopPrice, ticks => new() { PriceTicks = ticks });
        Between(5, RejectReason.InvalidPrice, 1, TopPrice, ticks => new() { TrailTicks = ticks });
        Between(
            6, RejectReason.InvalidPrice, 1, OrderRules.BasisPointsLimit,
            points => new() { TrailBasisPoints = (int)points });
    }

    [Fact]
    public void An_operators_prices_and_rules_have_limits()
    {
        var book = BookOf(Limit(Buy, 1, 100), Limit(Sell, 1, 100));
        void Between(RejectReason beyond, long lowest, long highest, Func<long, RejectReason> command)
        {
            Assert.Equal(beyond, command(lowest - 1));
            Assert.Equal(RejectReason.None, command(lowest));
            Assert.Equal(RejectReason.None, command(highest));
            Assert.Equal(beyond, command(highest + 1));
        }

        Between(RejectReason.InvalidPrice, 1, TopPrice, ticks => book.SetReference(0, ticks));
        Between(RejectReason.InvalidPrice, 1, TopPrice, ticks => book.SetMark(0, ticks));
        Between(RejectReason.InvalidPrice, 1, TopPrice, ticks => book.SetLast(0, ticks));
        Between(RejectReason.InvalidPrice, 1, TopPrice, ticks => book.Correct(0, 1, ticks));
        Between(RejectReason.UnknownTrade, 1, 1, number => book.Correct(0, number, 100));
        void Rule(long lowest, long highest, Func<long, BookRules> rules) =>
            Between(RejectReason.BadRequest, lowest, highest, value => book.SetRules(0, rules(value)));

        Rule(1, 200, ticks => new() { MinPriceTicks = ticks, MaxPriceTicks = 200 });
        Rule(200, TopPrice, ticks => new() { MinPriceTicks = 200, MaxPriceTicks = ticks });
        Rule(0, TopPrice, ticks => new() { ProtectionTicks = ticks });
        Rule(0, OrderRules.BasisPointsLimit, points => new() { StaticBandBasisPoints = (int)points });
        Rule(0, OrderRules.BasisPointsLimit, points => new() { DynamicBandBasisPoints = (int)points });
        Rule(0, OrderRules.BasisPointsLimit, points => new() { AuctionCollarBasisPoints = (int)points });
        Assert.Equal(RejectReason.BadRequest, book.SetRules(0, new() { DynamicBandMode = (BandMode)2 }));
        Assert.Equal(RejectReason.BadRequest, book.SetRules(0, new() { MaxExtensions = -1 }));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void Conditional_orders_fill_the_book_to_its_last_lot_and_no_farther()
    {
        var most = (int)(OrderBook.MaxConditionalLots / TopLots);
        var book = BookOf([.. Enumerable.Range(0, most - 1).Select(i => Hidden(Buy, TopLots, 50 + i))]);
        Assert.Equal(RejectReason.None, book.Submit(0, Hidden(Buy, TopLots - 2, 40), out var last));
        ExpectRefusal(book, RejectReason.Overflow, Hidden(Buy, 3, 30));
        Assert.Equal(RejectReason.None, book.Submit(0, Hidden(Buy, 2, 30), out var small));
        ExpectRefusal(book, RejectReason.Overflow, Hidden(Buy, 1, 30));
        ExpectRefusal(book, RejectReason.Overflow, b => b.Amend(0, small, new() { TotalLots = 3 }));

        // A leaving order makes room for its replacement.
        Assert.Equal(RejectReason.None, book.Replace(0, small, Hidden(Buy, 2, 31), out small));
        Assert.Equal(RejectReason.None, book.Amend(0, last, new() { TotalLots = TopLots - 3 }));
        Assert.Equal(RejectReason.None, book.Amend(0, small, new() { TotalLots = 3 }));
        ExpectRefusal(book, RejectReason.Overflow, b => b.Amend(0, small, new() { TotalLots = 4 }));
        // Plain orders are not counted.
        Assert.Equal(
            RejectReason.None,
            book.Submit(
                0, Limit(Buy, 5, 20) with { Owner = 1, SelfTrade = SelfTradePrevention.ExpireTaker }, out var plain));
        Assert.Equal(RejectReason.None, book.Amend(0, plain, new() { TotalLots = 6 }));

        // An iceberg makes room for its successor as well.
        Assert.Equal(RejectReason.None, book.Cancel(0, small, EndReason.User));
        var iceberg = With(Limit(Buy, 3, 33), new() { DisplayLots = 1 });
        Assert.Equal(RejectReason.None, book.Submit(0, iceberg, out var id));
        Assert.Equal(RejectReason.None, book.Replace(0, id, iceberg, out _));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void A_pair_of_legs_fills_the_book_to_its_last_lot_and_grows_by_two_at_a_time()
    {
        var most = (int)(OrderBook.MaxConditionalLots / TopLots);
        var book = BookOf(
            [.. Enumerable.Range(0, most - 1).Select(i => Hidden(Buy, TopLots, 50 + i)), Hidden(Buy, TopLots - 6, 40)]);
        NewOrder[] pair = [Limit(Sell, 2, 600), Stop(Sell, 2, 30)];
        Assert.Equal(RejectReason.None, book.SubmitList(0, OrderListKind.OneCancelsOther, pair, out var first));
        ExpectRefusal(book, RejectReason.Overflow, b => b.SubmitList(0, OrderListKind.OneCancelsOther, pair, out _));
        ExpectRefusal(book, RejectReason.Overflow, b => b.Amend(0, first, new() { TotalLots = 4 }));
        Assert.Equal(RejectReason.None, book.Amend(0, first, new() { TotalLots = 3 }));
        NewOrder[] chain = [Limit(Sell, 1, 600), Limit(Buy, 1, 20)];
        ExpectRefusal(book, RejectReason.Overflow, b => b.SubmitList(0, OrderListKind.OneTriggersOther, chain, out _));
        Assert.Equal(RejectReason.None, book.Cancel(0, most, EndReason.User));
        Assert.Equal(RejectReason.None, book.Submit(0, Hidden(Buy, TopLots - 8, 40), out _));
        Assert.Equal(RejectReason.None, book.SubmitList(0, OrderListKind.OneTriggersOther, chain, out _));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void A_level_takes_an_iceberg_that_fills_it_and_refuses_one_lot_more()
    {
        var plain = (int)(OrderBook.MaxLevelLots / TopLots);
        var book = BookOf([.. Enumerable.Repeat(Limit(Buy, TopLots, 50), plain - 1), Limit(Buy, TopLots - 5, 50)]);
        var iceberg = Limit(Buy, 6, 50) with { Conditions = new() { DisplayLots = 2 } };
        ExpectRefusal(book, RejectReason.Overflow, iceberg);
        Assert.Equal(RejectReason.None, book.Submit(0, iceberg with { QuantityLots = 5 }, out _));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void Post_only_does_not_slide_past_the_lowest_price_even_where_no_level_is_free()
    {
        var book = new OrderBook(maxLevels: 1);
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 1, 48), out _));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, 1, 50), out _));
        Assert.Equal(RejectReason.None, book.SetRules(0, new() { MinPriceTicks = 50 }));
        var slides = Limit(Buy, 1, 50, postOnly: true) with { Conditions = new() { Slide = true } };
        ExpectRefusal(book, RejectReason.InvalidPrice, slides);
        Assert.Equal(RejectReason.None, book.SetRules(0, new() { MinPriceTicks = 48, MaxPriceTicks = 50 }));
        ExpectRefusal(book, RejectReason.TooManyLevels, slides);
    }

    [Fact]
    public void A_list_has_as_many_legs_as_its_kind_says()
    {
        NewOrder target = Limit(Sell, 2, 60), stop = Stop(Sell, 2, 40);
        void Refused(OrderListKind kind, RejectReason expected, params NewOrder[] legs) =>
            ExpectRefusal(new OrderBook(), expected, b => b.SubmitList(0, kind, legs, out _));

        Refused((OrderListKind)99, RejectReason.BadRequest);
        Refused(OrderListKind.OneCancelsOther, RejectReason.BadRequest, target);
        Refused(OrderListKind.OneCancelsOther, RejectReason.BadRequest, target, stop, stop);
        Refused(OrderListKind.OneTriggersOneCancelsOther, RejectReason.BadRequest, target, stop);
        Refused(OrderListKind.OneCancelsOther, RejectReason.BadRequest, target with { Type = (OrderType)77 }, stop);
    }

    [Fact]
    public void One_cancels_other_needs_a_target_and_a_stop_on_one_side()
    {
        NewOrder target = Limit(Sell, 2, 60), stop = Stop(Sell, 2, 40), peg = Pegged(Sell, 2, 0);
        void Refused(NewOrder first, NewOrder second) => ExpectRefusal(
            new OrderBook(), RejectReason.InvalidCombination,
            b => b.SubmitList(0, OrderListKind.OneCancelsOther, [first, second], out _));

        Refused(target, Stop(Buy, 2, 80));
        Refused(target, stop with { QuantityLots = 3 });
        Refused(target, target);
        Refused(stop, stop);
        Refused(target, peg);
        Refused(peg, stop);
    }

    [Fact]
    public void A_parent_that_fills_or_kills_may_say_nothing_else()
    {
        var book = BookOf(Limit(Sell, 9, 50));
        var parent = FillOrKill(Buy, 2, 50);
        NewOrder[] bare = [parent with { Conditions = new() }, Limit(Sell, 2, 60)];
        ExpectRefusal(
            book, RejectReason.InvalidCombination,
            b => b.SubmitList(
                0, OrderListKind.OneTriggersOther,
                [ImmediateOrCancel(Buy, 2, 50) with { Conditions = new() { AllOrNone = true } }, Limit(Sell, 2, 60)],
                out _));
        Assert.Equal(RejectReason.None, book.SubmitList(0, OrderListKind.OneTriggersOther, bare, out _));
        Assert.Equal([(50, 7, 1), (60, 2, 1)], LevelsOf(book, Sell));
    }

    [Fact]
    public void A_child_that_is_blocked_or_expired_already_keeps_its_list_out()
    {
        var book = BookOf();
        Assert.Equal(RejectReason.None, book.Block(5, new() { Account = 66 }));
        NewOrder[] list = [Limit(Buy, 1, 50), Limit(Sell, 1, 60)];
        ExpectRefusal(
            book, RejectReason.AccountBlocked,
            b => b.SubmitList(5, OrderListKind.OneTriggersOther, [list[0], list[1] with { Account = 66 }], out _));
        ExpectRefusal(
            book, RejectReason.ExpiredAlready,
            b => b.SubmitList(5, OrderListKind.OneTriggersOther, [list[0], Dated(list[1], 5)], out _));
        Assert.Equal(
            RejectReason.None, book.SubmitList(5, OrderListKind.OneTriggersOther, [list[0], Dated(list[1], 6)], out _));
    }

    [Fact]
    public void A_dated_order_is_not_amended_to_end_at_once()
    {
        var book = BookOf(Dated(Limit(Buy, 1, 50), 10));
        ExpectRefusal(book, RejectReason.ExpiredAlready, b => b.Amend(4, 1, new() { ExpiryNanos = 4 }));
        Assert.Equal(RejectReason.None, book.Amend(4, 1, new() { ExpiryNanos = 5 }));
        Assert.Equal(5, book.NextExpiryNanos);
        Assert.Equal(RejectReason.None, book.AdvanceTime(5));
        Assert.Equal(0, book.OpenOrders);
    }

    [Fact]
    public void A_childs_minimum_is_also_the_least_it_can_be_reduced_to()
    {
        var book = new OrderBook();
        var child = Limit(Sell, 10, 60) with { Conditions = new() { MinimumLots = 5 } };
        Assert.Equal(
            RejectReason.None, book.SubmitList(0, OrderListKind.OneTriggersOther, [Limit(Buy, 1, 50), child], out _));
        ExpectRefusal(book, RejectReason.InvalidQuantity, b => b.Amend(0, 2, new() { TotalLots = 4 }));
        Assert.Equal(RejectReason.None, book.Amend(0, 2, new() { TotalLots = 5 }));
        Assert.Equal(RejectReason.None, book.Amend(0, 2, new() { TotalLots = 0 }));
        Assert.Equal(1, book.OpenOrders);
    }

    [Fact]
    public void Orders_that_ended_before_their_date_do_not_keep_the_others_from_theirs()
    {
        var book =
            BookOf(Limit(Buy, 1, 40), Dated(Limit(Buy, 1, 41), 900), Hidden(Buy, 1, 42), Dated(Limit(Buy, 1, 43), 500));
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(RejectReason.None, book.Submit(0, Dated(Limit(Buy, 1, 44), 300 + i), out var id));
            Assert.Equal(RejectReason.None, book.Cancel(0, id, EndReason.User));
        }

        Assert.Null(book.Audit());
        Assert.Equal(RejectReason.None, book.AdvanceTime(500));
        ExpectEvents(book, TakenOut(Buy, 4, 1, 43, EndReason.GoodTillDate));
        Assert.Equal(900, book.NextExpiryNanos);
        Assert.Equal(RejectReason.None, book.AdvanceTime(900));
        ExpectEvents(book, TakenOut(Buy, 2, 1, 41, EndReason.GoodTillDate));
        Assert.Equal(long.MaxValue, book.NextExpiryNanos);
    }

    [Theory]
    [InlineData(100, 0, 0, 100)]
    [InlineData(0, 90, 0, 90)]
    [InlineData(100, 90, 0, 100)]
    [InlineData(100, 100, 1, 100)]
    [InlineData(99, 100, 100, 99)]
    [InlineData(101, 100, 100, 101)]
    [InlineData(98, 100, 100, 0)]
    [InlineData(102, 100, 100, 0)]
    [InlineData(0, 0, 0, 0)]
    public void Market_orders_alone_trade_at_the_last_or_reference_price_in_the_collar(
        long last, long reference, int collar, long expected)
    {
        var book = new OrderBook();
        if (last != 0)
            Assert.Equal(RejectReason.None, book.SetLast(0, last));
        if (reference != 0)
            Assert.Equal(RejectReason.None, book.SetReference(0, reference));
        Assert.Equal(
            RejectReason.None,
            book.SetRules(0, new() { AuctionCollarBasisPoints = collar == 0 ? null : collar, MaxExtensions = 0 }));
        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Volatility));
        Assert.Equal(RejectReason.None, book.Submit(0, Market(Buy, 5) with { TimeInForce = TimeInForce.Day }, out _));
        Assert.Equal(RejectReason.None, book.Submit(0, Market(Sell, 5) with { TimeInForce = TimeInForce.Day }, out _));
        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Continuous));
        Assert.Equal(expected == 0 ? 0 : 1, book.LastTradeNumber);
        Assert.Equal(expected == 0 ? last : expected, book.LastPriceTicks);
        Assert.Null(book.Audit());
    }

    [Fact]
    public void Static_band_says_which_prices_it_takes_rounded_inward_and_takes_no_others()
    {
        var book = new OrderBook();
        Assert.Equal(RejectReason.None, book.SetReference(0, 999));
        Assert.Null(book.StaticBand);
        Assert.Equal(RejectReason.None, book.SetRules(0, new() { StaticBandBasisPoints = 123 }));
        // 986.7123 and 1011.2877.
        Assert.Equal(new PriceRange(987, 1_011), book.StaticBand);
        foreach (var (ticks, expected) in new[] { (986, RejectReason.PriceBand), (987, RejectReason.None),
            (1_011, RejectReason.None), (1_012, RejectReason.PriceBand) })
            Assert.Equal(expected, book.Submit(0, Limit(Buy, 1, ticks), out _));
        Assert.Equal(RejectReason.None, book.SetRules(0, new() { StaticBandBasisPoints = 0 }));
        Assert.Equal(new PriceRange(999, 999), book.StaticBand);
        Assert.Equal(RejectReason.None, book.SetRules(0, new()));
        Assert.Null(book.StaticBand);
    }

    [Fact]
    public void A_parked_peg_whose_return_is_cut_short_by_the_band_stays_parked_and_says_nothing()
    {
        var book = new OrderBook();
        Assert.Equal(RejectReason.None, book.SetLast(0, 100));
        Assert.Equal(
            RejectReason.None,
            book.SetRules(0, new() { DynamicBandBasisPoints = 100, DynamicBandMode = BandMode.Auction }));
        var midpoint = With(Pegged(Buy, 1, 0), new() { Peg = PegReference.Midpoint });
        foreach (var order in new[] { Hidden(Sell, 1, 112), Limit(Sell, 1, 120), midpoint, midpoint,
            Limit(Buy, 1, 110) })
            Assert.Equal(RejectReason.None, book.Submit(0, order, out _));

        // The first of them meets the hidden order, outside the band.
        Assert.Equal(TradingPhase.Volatility, book.Phase);
        Assert.DoesNotContain(book.Events.ToArray(), e => e.OrderId == 4);
        Assert.True(book.TryGetOrder(4, out var second));
        Assert.Equal(OrderPlace.Parked, second.Place);
        Assert.Null(book.Audit());
    }

    [Fact]
    public void A_resting_peg_whose_move_is_cut_short_by_the_band_is_told_to_be_parked()
    {
        var book = new OrderBook();
        Assert.Equal(RejectReason.None, book.SetLast(0, 100));
        Assert.Equal(
            RejectReason.None,
            book.SetRules(0, new() { DynamicBandBasisPoints = 100, DynamicBandMode = BandMode.Auction }));
        var midpoint = With(Pegged(Buy, 1, 0), new() { Peg = PegReference.Midpoint });
        foreach (var order in new[]
            {
                Hidden(Sell, 1, 104), Limit(Sell, 1, 130), Limit(Sell, 1, 110), Limit(Buy, 1, 90), midpoint, midpoint,
            })
            Assert.Equal(RejectReason.None, book.Submit(0, order, out _));
        Assert.Equal(RejectReason.None, book.Cancel(0, 3, EndReason.User));

        // The first of them follows to 110 and meets the hidden order, outside the band.
        Assert.Equal(TradingPhase.Volatility, book.Phase);
        Assert.Contains(book.Events.ToArray(), e => e is { Kind: BookEventKind.Parked, OrderId: 6 });
        Assert.DoesNotContain(book.Events.ToArray(), e => e is { Kind: BookEventKind.Repriced, OrderId: 6 });
        Assert.Null(book.Audit());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_trail_is_not_shortened_past_the_market_nor_changed_once_it_has_triggered(bool inTicks)
    {
        Amendment Trail(int percent) =>
            inTicks ? new() { TrailTicks = percent } : new() { TrailBasisPoints = percent * 100 };
        var book = new OrderBook();
        Assert.Equal(RejectReason.None, book.SetMark(0, 100));
        var terms = new OrderConditions
        {
            TrailTicks = inTicks ? 10 : null,
            TrailBasisPoints = inTicks ? null : 1_000,
            LimitOffsetTicks = 0,
            TriggerReference = TriggerReference.Mark,
        };
        var order = With(Limit(Sell, 1, 0) with { Type = OrderType.TrailingStopLimit }, terms);
        Assert.Equal(RejectReason.None, book.Submit(0, order, out var id));
        Assert.Equal(RejectReason.None, book.SetMark(0, 95));
        ExpectRefusal(book, RejectReason.StopWouldTrigger, b => b.Amend(0, id, Trail(4)));
        ExpectRefusal(book, RejectReason.StopWouldTrigger, b => b.Amend(0, id, Trail(5)));
        Assert.Equal(RejectReason.None, book.Amend(0, id, Trail(6)));
        Assert.Equal(RejectReason.None, book.SetMark(0, 94));
        Assert.Equal([(94, 1, 1)], LevelsOf(book, Sell));
        ExpectRefusal(book, RejectReason.InvalidCombination, b => b.Amend(0, id, Trail(7)));
    }

    [Fact]
    public void An_auction_without_any_reference_is_held_in_the_middle_of_the_prices_that_serve()
    {
        var book = new OrderBook();
        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Volatility));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 5, 111), out _));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, 5, 100), out _));
        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Continuous));
        Assert.Equal((1, 105), (book.LastTradeNumber, book.LastPriceTicks));
    }

    [Theory]
    [InlineData(TimeInForce.GoodTillCancel, OrderPlace.Parked)]
    [InlineData(TimeInForce.Day, OrderPlace.Parked)]
    [InlineData(TimeInForce.ImmediateOrCancel, null)]
    public void A_pegged_child_without_a_quote_to_follow_waits_for_one_unless_it_is_for_now_only(
        TimeInForce time, OrderPlace? place)
    {
        var book = new OrderBook();
        var child = Pegged(Sell, 1, 0) with { TimeInForce = time };
        Assert.Equal(
            RejectReason.None, book.SubmitList(0, OrderListKind.OneTriggersOther, [Limit(Buy, 1, 50), child], out _));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, 1, 50), out _));
        Assert.Equal(place is not null, book.TryGetOrder(2, out var order));
        if (place is not null)
            Assert.Equal(place, order.Place);
        else
            Assert.Contains(
                book.Events.ToArray(), e => e is { Kind: BookEventKind.Ended, OrderId: 2, EndReason: EndReason.List });
        Assert.Null(book.Audit());
    }
}
