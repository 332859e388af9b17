using System.Globalization;
using QuantumCore.Bench.Scenarios;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Matching.Tests;

/// <summary>The notation of scenarios: meaning of each line, and detection of differences by the runner.</summary>
public class ScenarioNotationTests
{
    private const long Unknown = 1_000_000_000_000;

    [Fact]
    public void Every_scenario_of_the_rules_is_read()
    {
        var scenarios = ScenarioFile.Read(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Scenarios", "rules.txt")));
        Assert.Equal(
            Enumerable.Range(1, 59).Select(number => $"{number:00}"), scenarios.Select(scenario => scenario.Number));
        Assert.All(scenarios, scenario => Assert.Contains(scenario.Steps, step => step is BookStep));
    }

    [Theory]
    [InlineData("a S lim 5@101", OrderType.Limit, TimeInForce.GoodTillCancel, 101, 5)]
    [InlineData("kill B lim 5@101 ioc", OrderType.Limit, TimeInForce.ImmediateOrCancel, 101, 5)]
    [InlineData("a B lim 5@101 fok", OrderType.Limit, TimeInForce.FillOrKill, 101, 5)]
    [InlineData("a B lim 5@101 day", OrderType.Limit, TimeInForce.Day, 101, 5)]
    [InlineData("a B lim 5@101 opg", OrderType.Limit, TimeInForce.AtTheOpening, 101, 5)]
    [InlineData("a B lim 5@101 cls", OrderType.Limit, TimeInForce.AtTheClose, 101, 5)]
    [InlineData("a B lim 5@101 gtd=7", OrderType.Limit, TimeInForce.GoodTillDate, 101, 5)]
    [InlineData("a B lim 5@101 gtd=7 ioc", OrderType.Limit, TimeInForce.ImmediateOrCancel, 101, 5)]
    [InlineData("a B mkt 12", OrderType.Market, TimeInForce.GoodTillCancel, 0, 12)]
    [InlineData("a B mkt amt=1000", OrderType.Market, TimeInForce.GoodTillCancel, 0, 0)]
    [InlineData("a B lim 0@200 post", OrderType.Limit, TimeInForce.GoodTillCancel, 200, 0)]
    [InlineData("a B lim -1@200", OrderType.Limit, TimeInForce.GoodTillCancel, 200, -1)]
    [InlineData("a B stop 3 trig=101", OrderType.Stop, TimeInForce.GoodTillCancel, 0, 3)]
    [InlineData("a S stop 4@97 trig=98", OrderType.StopLimit, TimeInForce.GoodTillCancel, 97, 4)]
    [InlineData("a S tp 3 trig=105 ref=mark", OrderType.TakeProfit, TimeInForce.GoodTillCancel, 0, 3)]
    [InlineData("a S tp 3@104 trig=105", OrderType.TakeProfitLimit, TimeInForce.GoodTillCancel, 104, 3)]
    [InlineData("a S stop 3 trig=105 tp", OrderType.TakeProfit, TimeInForce.GoodTillCancel, 0, 3)]
    [InlineData("a S stop 3@104 trig=105 tp", OrderType.TakeProfitLimit, TimeInForce.GoodTillCancel, 104, 3)]
    [InlineData("a S stop 2 trail=3", OrderType.TrailingStop, TimeInForce.GoodTillCancel, 0, 2)]
    [InlineData("a S stop 2 trail=50bp act=9 loff=1", OrderType.TrailingStopLimit, TimeInForce.GoodTillCancel, 0, 2)]
    [InlineData("a S stop 2 trail=3 off=1", OrderType.TrailingStopLimit, TimeInForce.GoodTillCancel, 0, 2)]
    [InlineData("a B lim 3 peg=prim off=1", OrderType.Pegged, TimeInForce.GoodTillCancel, 0, 3)]
    [InlineData("a B lim 3 peg=mkt off=1 cap=101", OrderType.Pegged, TimeInForce.GoodTillCancel, 101, 3)]
    public void An_order_has_its_type_time_price_and_quantity(
        string text, OrderType type, TimeInForce time, long price, long quantity)
    {
        var terms = Order(text).Terms;
        Assert.Equal(
            (type, time, price, quantity), (terms.Type, terms.TimeInForce, terms.PriceTicks, terms.QuantityLots));
    }

    [Fact]
    public void An_order_has_its_conditions()
    {
        Assert.Null(Order("a S lim 5@101").Terms.Conditions);
        Assert.Equal(
            new OrderConditions
            {
                DisplayLots = 2,
                MinimumLots = 3,
                TriggerTicks = 4,
                TriggerReference = TriggerReference.Quote,
                TrailTicks = 5,
                ActivationTicks = 6,
                LimitOffsetTicks = 7,
                Peg = PegReference.Market,
                PegOffsetTicks = 8,
                Amount = 9,
                ProtectionTicks = 10,
                ExpiryNanos = 11,
                Hidden = true,
                AllOrNone = true,
                Slide = true,
            },
            Order(
                "a S lim 1@1 disp=2 min=3 trig=4 ref=bidask trail=5 act=6 loff=7 peg=mkt off=8 amt=9 prot=10 gtd=11 hid aon slide")
                .Terms.Conditions);
        Assert.Equal(Order("a S stop 2 trail=3 act=9 loff=1").Terms, Order("a S stop 2 trail=3 trig=9 off=1").Terms);
        Assert.Equal(50, Order("a S stop 5 trail=50bp").Terms.Conditions?.TrailBasisPoints);
        Assert.Equal(PegReference.Midpoint, Order("a S lim 5 peg=mid").Terms.Conditions?.Peg);
        Assert.Equal(TriggerReference.Last, Order("a S stop 5 trig=1 ref=last").Terms.Conditions?.TriggerReference);
        Assert.True(Order("a S lim 5@1 slide").Terms.PostOnly);
        Assert.True(Order("a S lim 5@1 post").Terms.PostOnly);
    }

    [Theory]
    [InlineData("taker", SelfTradePrevention.ExpireTaker)]
    [InlineData("maker", SelfTradePrevention.ExpireMaker)]
    [InlineData("both", SelfTradePrevention.ExpireBoth)]
    [InlineData("dec", SelfTradePrevention.Decrement)]
    [InlineData("newest", SelfTradePrevention.CancelNewest)]
    [InlineData("oldest", SelfTradePrevention.CancelOldest)]
    public void An_order_says_what_happens_when_it_meets_its_owner(string word, SelfTradePrevention mode)
    {
        var order = Order($"a S lim 1@1 own=U acc=V stp={word}");
        Assert.Equal((mode, "U", "V"), (order.Terms.SelfTrade, order.Owner, order.Account));
    }

    [Fact]
    public void Commands_reach_the_book_with_the_time_of_the_last_one()
    {
        var book = new ScriptedBook().Says().Enters(1).Enters(2).Enters(5);
        Assert.Empty(Run(book, """
            ### 1 all commands
            given a B lim 1@9 own=U; new b B lim 1@9 acc=W; oto L:c B lim 1@9 / d S lim 1@11 t=4
            > cancel d
              (none)
            > mass own=U side=B t=5
              (none)
            > mass acc=W
              (none)
            > kill own=U
              (none)
            > unblock own=U
              (none)
            > amend a qty=3 px=4 disp=2 trig=5 gtd=6 leaves=1 trail=3
              (none)
            > amend b trail=50bp
              (none)
            > amend zz qty=3 expected=2
              (none)
            > state HALT
              (none)
            > mark 104
              (none)
            > ref 99
              (none)
            > static 98
              (none)
            > last 97
              (none)
            > time 8
              (none)
            > bust 3
              (none)
            > correct 3 @101
              (none)
            > cancel L
              (none)
            """));
        object[] expected =
        [
            (4L, OrderListKind.OneTriggersOther, 2),
            (4L, 6L, EndReason.User),
            (5L, new ScenarioFilter(null, 1, Side.Buy), EndReason.MassCancel),
            (5L, new ScenarioFilter(2, null, null), EndReason.MassCancel),
            (5L, "block", new ScenarioFilter(null, 1, null)),
            (5L, "unblock", new ScenarioFilter(null, 1, null)),
            (5L, 1L, new Amendment
            {
                TotalLots =
                    3, PriceTicks = 4, DisplayLots = 2, TriggerTicks = 5, ExpiryNanos = 6, ExpectedLeavesLots = 1,
                TrailTicks = 3,
            }),
            (5L, 2L, new Amendment { TrailBasisPoints = 50 }),
            (5L, Unknown, new Amendment { TotalLots = 3, ExpectedLeavesLots = 2 }),
            (5L, TradingPhase.Halt),
            (5L, "mark", 104L),
            (5L, "static", 99L),
            (5L, "static", 98L),
            (5L, "last", 97L),
            (8L, "time"),
            (8L, "bust", 3L),
            (8L, "correct", 3L, 101L),
            (8L, 5L, EndReason.User),
        ];
        Assert.Equal(expected, book.Asked.Skip(3));
        var first = Assert.IsType<ValueTuple<long, NewOrder>>(book.Asked[1]);
        Assert.Equal((0, 1, 1), (first.Item1, first.Item2.Account, first.Item2.Owner));
        var second = Assert.IsType<ValueTuple<long, NewOrder>>(book.Asked[2]);
        Assert.Equal((0, 2, 0), (second.Item1, second.Item2.Account, second.Item2.Owner));
    }

    [Fact]
    public void The_set_up_reaches_the_book()
    {
        var book = new ScriptedBook();
        Assert.Empty(Run(book, """
            ### 1 set-up
            cfg last=1 static=2 mark=3 prot=4 stat=5 dyn=6 mode=auction collar=7 ext=8 min=9 max=10 state=OPENING
            > rules prot=0 mode=reject
              (none)
              ind - 0 0
            """));
        var rules = new BookRules
        {
            ProtectionTicks = 4,
            StaticBandBasisPoints = 5,
            DynamicBandBasisPoints = 6,
            DynamicBandMode = BandMode.Auction,
            AuctionCollarBasisPoints = 7,
            MaxExtensions = 8,
            MinPriceTicks = 9,
            MaxPriceTicks = 10,
        };
        object[] expected =
        [
            (0L, rules), (0L, "last", 1L), (0L, "static", 2L), (0L, "mark", 3L),
            (0L, TradingPhase.Closed), (0L, TradingPhase.PreOpen), (0L, TradingPhase.Opening),
            (0L, rules with { ProtectionTicks = 0, DynamicBandMode = BandMode.Reject }),
        ];
        Assert.Equal(expected, book.Asked);
    }

    public static TheoryData<BookEventKind, string> Kinds => new()
    {
        { BookEventKind.Accepted, "ack a @9" },
        { BookEventKind.Trade, "trade b a 4@9" },
        { BookEventKind.Rested, "rest a hidden 3@9" },
        { BookEventKind.Amended, "amend a 4@9 lose" },
        { BookEventKind.Ended, "can a 4 USER" },
        { BookEventKind.Refilled, "refill a 4@9" },
        { BookEventKind.Repriced, "reprice a 4>9" },
        { BookEventKind.Parked, "park a" },
        { BookEventKind.SelfTradePrevented, "stp a b 4 taker" },
        { BookEventKind.Triggered, "trig a 9" },
        { BookEventKind.Activated, "act a" },
        { BookEventKind.ListChanged, "(none)" },
        { BookEventKind.Uncrossed, "uncross 9 4" },
        { BookEventKind.AuctionTrade, "atrade a b 4@9" },
        { BookEventKind.Indicative, "ind 9 4 +3" },
        { BookEventKind.PhaseChanged, "state PREOPEN" },
        { BookEventKind.Extended, "ext 4" },
        { BookEventKind.Busted, "bust 1" },
        { BookEventKind.Corrected, "correct 1 @9" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_event_has_its_notation(BookEventKind kind, string text)
    {
        Assert.Contains(Kinds, row => row.Data.Item1 == kind);
        var end = kind == BookEventKind.Ended ? EndReason.User : EndReason.None;
        Assert.Empty(After(text, new BookEvent(kind, Side.Buy, end, 1, 2, 9, 4, 3, 0, detail: 1)));
    }

    [Fact]
    public void No_kind_of_event_is_without_notation() =>
        Assert.Equal(Enum.GetValues<BookEventKind>(), Kinds.Select(row => row.Data.Item1));

    [Theory]
    [InlineData(BookEventKind.Accepted, 0, 9, 4, "ack a")]
    [InlineData(BookEventKind.Rested, 0, 9, 4, "rest a 4@9")]
    [InlineData(BookEventKind.Rested, 1, 9, 0, "rest a 3@9 hidden")]
    [InlineData(BookEventKind.Rested, 1, 9, 0, "rest a hidden@9 3")]
    [InlineData(BookEventKind.Rested, 2, 9, 4, "rest a 3@MKT")]
    [InlineData(BookEventKind.Amended, 0, 9, 4, "amend a 4@9 keep")]
    [InlineData(BookEventKind.Amended, 0, 0, 4, "amend a 4@- keep")]
    [InlineData(BookEventKind.Repriced, 0, 98, 0, "reprice a ->98")]
    [InlineData(BookEventKind.Repriced, 0, 98, 0, "reprice a >98")]
    [InlineData(BookEventKind.Indicative, 0, 0, 0, "ind - 0 +3")]
    [InlineData(BookEventKind.PhaseChanged, 3, 0, 0, "state VOLATILITY")]
    [InlineData(BookEventKind.SelfTradePrevented, 4, 9, 4, "stp a b 4 dec")]
    public void Events_have_their_variants(BookEventKind kind, byte detail, long price, long lots, string text) =>
        Assert.Empty(After(text, new BookEvent(kind, Side.Buy, EndReason.None, 1, 2, price, lots, 3, 0, detail)));

    [Theory]
    [InlineData(EndReason.ImmediateOrCancel, 0, "exp a 4 IOC")]
    [InlineData(EndReason.Amount, 2, "exp a amt 4 AMOUNT")]
    [InlineData(EndReason.OneCancelsOther, 1, "can a 4 OCO")]
    [InlineData(EndReason.List, 1, "can a 4 LIST")]
    [InlineData(EndReason.List, 0, "exp a 4 LIST")]
    [InlineData(EndReason.AuctionEnd, 0, "exp a 4 AUCTION_END")]
    [InlineData(EndReason.KillSwitch, 0, "can a 4 KILL")]
    public void An_end_says_why(EndReason reason, byte detail, string text) => Assert.Empty(
        After(text, new BookEvent(BookEventKind.Ended, Side.Buy, reason, 1, 0, 9, 4, 0, 0, detail)));

    [Theory]
    [InlineData("ack a", "(none)")]
    [InlineData("(none)", "ack a")]
    [InlineData("ack a | ack a", "ack a")]
    [InlineData("ack b", "ack a")]
    [InlineData("ack a @9", "ack a")]
    public void Other_events_than_expected_are_a_difference_with_its_line(string expected, string got)
    {
        BookEvent[] events = got == "ack a"
            ? [new(BookEventKind.Accepted, Side.Buy, EndReason.None, 1, 0, 9, 4, 4, 0)]
            : [];
        var difference = Assert.Single(After(expected, events));
        Assert.Equal(
            (4, "> time 1", expected, got), (difference.Line, difference.What, difference.Expected, difference.Got));
    }

    [Theory]
    [InlineData("new x B lim 1@1", RejectReason.PostOnlyWouldTake, "rej x POST_ONLY_WOULD_TAKE")]
    [InlineData("new x B lim 1@1", RejectReason.InvalidQuantity, "rej x QUANTITY")]
    [InlineData("new x B lim 1@1", RejectReason.InvalidPrice, "rej x PRICE")]
    [InlineData("new x B lim 1@1", RejectReason.SymbolHalted, "rej x HALTED")]
    [InlineData("new x B lim 1@1", RejectReason.SymbolClosed, "rej x CLOSED")]
    [InlineData("new x B lim 1@1", RejectReason.NotInThisPhase, "rej x SESSION")]
    [InlineData("new x B lim 1@1", RejectReason.PegNoReference, "rej x PEG_NO_REFERENCE")]
    [InlineData("new x B lim 1@1 post fok", RejectReason.InvalidCombination, "rej x COMBINATION(PostOnly, FOK)")]
    [InlineData("new x B lim 1@1 post fok", RejectReason.InvalidCombination, "rej x COMBINATION(fok,postonly)")]
    [InlineData("new x B lim 1@1 post fok", RejectReason.InvalidCombination, "rej x COMBINATION")]
    [InlineData("amend a qty=3", RejectReason.InvalidCombination, "rej a COMBINATION(Trigger,Limit)")]
    [InlineData("amend a leaves=3", RejectReason.StaleLeaves, "rej a STALE")]
    [InlineData("oco L: x B lim 1@1 / y B stop 1 trig=3", RejectReason.ListPrices, "rej L LIST_PRICES")]
    [InlineData("cancel zz", RejectReason.UnknownOrder, "rej zz UNKNOWN_ORDER")]
    [InlineData("time 49", RejectReason.TimeRegression, "rej time TIME_REGRESSION")]
    [InlineData("state CLOSED", RejectReason.NotInThisPhase, "rej state SESSION")]
    [InlineData("state CLOSED", RejectReason.NotInThisPhase, "rej CLOSED SESSION")]
    [InlineData("bust 7", RejectReason.UnknownTrade, "rej 7 UNKNOWN_TRADE")]
    [InlineData("bust 7", RejectReason.UnknownTrade, "rej bust UNKNOWN_TRADE")]
    [InlineData(
        "replace atomic a with c B lim 5@102 post", RejectReason.PostOnlyWouldTake, "rej c POST_ONLY_WOULD_TAKE")]
    [InlineData("replace stop a with c B lim 5@102", RejectReason.OrderClosed, "rej a ORDER_CLOSED")]
    public void A_refusal_names_what_was_refused_and_why(string command, RejectReason reason, string expected) =>
        Assert.Empty(Run(new ScriptedBook().Says().Enters(1).Answers(reason), $"""
            ### 1 refusals
            given a B lim 1@9
            > {command}
              {expected}
            """));

    [Theory]
    [InlineData("rej x COMBINATION(PostOnly,IOC)")]
    [InlineData("rej y COMBINATION(PostOnly,FOK)")]
    [InlineData("rej x COMBINATION(PostOnly)")]
    [InlineData("rej x COMBINATIONS")]
    [InlineData("rej x PRICE")]
    public void Another_refusal_than_expected_is_a_difference(string expected) => Assert.Single(Run(
        new ScriptedBook().Says().Answers(RejectReason.InvalidCombination), $"""
        ### 1 refusals
        > new x B lim 1@1 post fok
          {expected}
        """));

    [Theory]
    [InlineData("amend s px=93", "amend s 5@95 keep", true)]
    [InlineData("amend s px=93", "amend s 5@93 keep", true)]
    [InlineData("amend s px=93", "amend s 5@94 keep", false)]
    [InlineData("amend s qty=4", "amend s 4@94 keep", true)]
    [InlineData("amend s px=93", "amend s 5@93 lose", false)]
    [InlineData("new x S lim 2@99", "ack x | trade p x 2@99 | act k | can k 2 LIST", true)]
    [InlineData("new x S lim 2@99", "ack x | trade p x 2@99 | exp k 2 LIST", true)]
    [InlineData("new x S lim 2@99", "ack x | trade p x 2@99 | act k", false)]
    [InlineData("new x S lim 2@98", "ack x | trade q x 2@98 | rest l 2@110", false)]
    public void Expectations_that_the_rules_leave_open_may_be_written_either_way(
        string command, string expected, bool isRight)
    {
        var bids = command.EndsWith("@98", StringComparison.Ordinal)
            ? "oto M: q B lim 2@98 / l S lim 2@110"
            : "oto L: p B lim 2@99 / k S lim 2@90 post";
        var differences = ScenarioRun.Of(ScenarioFile.Read($"""
            ### 1 either way
            given b B lim 1@90; {bids}; s S stop 5@94 trig=95
            > {command}
              {expected}
            """)[0], maxLevels => new CoreScenarioBook(maxLevels));
        Assert.Equal(isRight, differences.Count == 0);
    }

    [Fact]
    public void First_indicative_of_a_phase_may_be_omitted_if_the_auction_is_unchanged()
    {
        const string Lines = """
            ### 1 indicatives
            cfg state=OPENING last=100
            > time 5
              {0}
            > new a B lim 5@100
              ack a | rest a 5@100
            > new s S lim 5@100
              ack s | rest s 5@100 | ind 100 5 0
            > cancel s
              can s 5 USER{1}
            """;
        Assert.Empty(Played("ind - 0 0", " | ind - 0 0"));
        Assert.Empty(Played("(none)", " | ind - 0 0"));
        Assert.Single(Played("(none)", ""));
        Assert.Single(Played("ind 100 5 0", " | ind - 0 0"));

        static IReadOnlyList<ScenarioDifference> Played(params string[] events) => ScenarioRun.Of(
            ScenarioFile.Read(string.Format(CultureInfo.InvariantCulture, Lines, [.. events]))[0],
            maxLevels => new CoreScenarioBook(maxLevels));
    }

    [Fact]
    public void A_replacement_tells_both_halves()
    {
        var gone = new BookEvent(BookEventKind.Ended, Side.Buy, EndReason.Replaced, 1, 0, 9, 5, 0, 0);
        var entered = new BookEvent(BookEventKind.Accepted, Side.Buy, EndReason.None, 2, 0, 9, 5, 5, 0);
        var book = new ScriptedBook().Says().Enters(1)
            .Answers(RejectReason.PostOnlyWouldTake, events: gone)
            .Answers(RejectReason.OrderClosed, oldHalf: RejectReason.OrderClosed)
            .Answers(RejectReason.None, newId: 2, oldHalf: RejectReason.OrderClosed, entered)
            .Answers(RejectReason.InvalidPrice, oldHalf: RejectReason.OrderClosed);
        Assert.Empty(Run(book, """
            ### 1 replacements
            given a B lim 5@9
            > replace stop a with c B lim 5@102 post
              can a 5 REPLACED | rej c POST_ONLY_WOULD_TAKE
            > replace a with d B lim 5@9
              rej a ORDER_CLOSED
            > replace allow a with d B lim 5@9
              rej a ORDER_CLOSED | ack d
            > replace allow a with e B lim 5@9
              rej a ORDER_CLOSED | rej e PRICE
            """));
        Assert.Equal(
            [ReplaceMode.StopOnFailure, ReplaceMode.Atomic, ReplaceMode.AllowFailure, ReplaceMode.AllowFailure],
            book.Asked.OfType<(long, long, NewOrder, ReplaceMode)>().Select(asked => asked.Item4));
    }

    [Fact]
    public void A_call_phase_of_the_set_up_tells_its_first_indicative_once()
    {
        var indicative = new BookEvent(BookEventKind.Indicative, default, EndReason.None, 0, 0, 0, 0, 0, 0);
        var book = new ScriptedBook().Says().Says(indicative).Answers(RejectReason.InvalidPrice);
        Assert.Empty(Run(book, """
            ### 1 call
            cfg state=VOLATILITY
            > new a B lim 0@1
              rej a PRICE
            > time 1
              ind - 0 0
            > time 2
              (none)
            """));
    }

    [Fact]
    public void A_refusal_of_what_is_given_is_a_difference()
    {
        var difference = Assert.Single(Run(new ScriptedBook().Says().Answers(RejectReason.InvalidPrice), """
            ### 1 refused
            given a B lim 0@1
            """));
        Assert.Equal(("given a B lim 0@1", "rej a PRICE"), (difference.What, difference.Got));
    }

    [Theory]
    [InlineData(
        "= B MKT: m 4; 101: b 3; 100: i 4+6, h 5* | S - | armed s t | parked p | pend k | held c | state OPENING | last 7",
        true)]
    [InlineData(
        "= B @MKT: m 4*;  101: b 3+0 ; 100: i 4+6,h 5* | S - | held c | pending k | armed t s | parked p | state OPENING",
        true)]
    [InlineData(
        "= B MKT: m 4; 101: b 3; 100: i 4+6, h 5* | S - | armed s t | parked p | pend k | held c | state OPENING | last 8",
        false)]
    [InlineData("= B MKT: m 4; 101: b 3; 100: i 4+6, h 5* | S - | armed s t | parked p | pend k | held c", false)]
    [InlineData(
        "= B MKT: m 4; 101: b 3; 100: i 4+6, h 5* | S - | armed s | parked p | pend k | held c | state OPENING", false)]
    [InlineData(
        "= B MKT: m 4; 101: b 3; 100: h 5*, i 4+6 | S - | armed s t | parked p | pend k | held c | state OPENING",
        false)]
    [InlineData(
        "= B MKT: m 4; 101: b 3; 100: i 10, h 5* | S - | armed s t | parked p | pend k | held c | state OPENING",
        false)]
    public void A_book_is_compared_with_all_that_waits(string line, bool same)
    {
        var book = new ScriptedBook { LastPriceTicks = 7, Phase = TradingPhase.Opening }.Says();
        var names =
            "m B mkt 4; b B lim 3@101; i B lim 10@100 disp=4; h B lim 5@100 hid; s S stop 1 trig=1; t S stop 1 trig=1; "
            + "p B lim 1 peg=prim; k B lim 1@1; c B lim 1@1 cls";
        for (var id = 1; id <= 9; id++)
            book.Enters(id);
        book.Bids.AddRange([new(1, 0, 0, 4), new(2, 101, 3, 3), new(3, 100, 4, 10), new(4, 100, 0, 5)]);
        (book.Armed, book.Parked, book.Pending, book.Held) = ([5, 6], [7], [8], [9]);
        Assert.Equal(same, Run(book, $"### 1 book\ngiven {names}\n{line}").Count == 0);
    }

    [Fact]
    public void A_book_that_breaks_fails_its_scenario_only()
    {
        var scenario = Assert.Single(ScenarioFile.Read("### 1 breaks\n= B - | S -"));
        var difference = Assert.Single(ScenarioRun.Of(scenario, _ => new ScriptedBook { Armed = null! }));
        Assert.Equal((2, "the book broke"), (difference.Line, difference.What));
    }

    [Fact]
    public void A_book_that_cannot_be_made_fails_its_scenario_only()
    {
        var scenario = Assert.Single(ScenarioFile.Read("### 1 no levels\ncfg levels=0\n= B - | S -"));
        var difference = Assert.Single(ScenarioRun.Of(scenario, maxLevels => new CoreScenarioBook(maxLevels)));
        Assert.Equal((0, "the book broke"), (difference.Line, difference.What));
    }

    [Theory]
    [InlineData("", 1, "no scenario")]
    [InlineData("prose\nmore", 2, "no scenario")]
    [InlineData("###", 1, "a title has a number")]
    [InlineData("### 1 x\nwhat", 2, "neither cfg")]
    [InlineData("### 1 x\n  ack a", 2, "neither cfg")]
    [InlineData("### 1 x\ncfg last", 2, "'last' is not name=value")]
    [InlineData("### 1 x\ncfg last=x", 2, "'x' is no number")]
    [InlineData("### 1 x\ncfg lost=1", 2, "'lost=' is no setting")]
    [InlineData("### 1 x\ncfg mode=loud", 2, "'loud' is no mode")]
    [InlineData("### 1 x\ncfg state=LUNCH", 2, "'LUNCH' is no trading phase")]
    [InlineData("### 1 x\ncfg dyn=99999999999", 2, "'99999999999' is out of range")]
    [InlineData("### 1 x\ngiven a B", 2, "an order is")]
    [InlineData("### 1 x\ngiven a X lim 1@1", 2, "'a' is no command")]
    [InlineData("### 1 x\ngiven a B limit 1@1", 2, "'limit' is no order type")]
    [InlineData("### 1 x\n> new a X lim 1@1", 2, "'X' is no side")]
    [InlineData("### 1 x\n> new a B limit 1@1", 2, "'limit' is no order type")]
    [InlineData("### 1 x\n> new a B lim 1@z", 2, "'z' is no number")]
    [InlineData("### 1 x\n> new a B lim 1@1 quick", 2, "'quick' is no option")]
    [InlineData("### 1 x\n> new a B lim 1@1 mood=1", 2, "'mood=' is no option")]
    [InlineData("### 1 x\n> new a B lim 1@1 ref=moon", 2, "'moon' is no trigger reference")]
    [InlineData("### 1 x\n> new a B lim 1@1 peg=moon", 2, "'moon' is no peg")]
    [InlineData("### 1 x\n> new a B lim 1@1 stp=moon", 2, "'moon' is no self-trade")]
    [InlineData("### 1 x\n> new a B lim 1@1 own=", 2, "a name is missing")]
    [InlineData("### 1 x\n> cancel", 2, "'cancel' takes one word")]
    [InlineData("### 1 x\n> oco L: a B lim 1@1", 2, "'oco' has 2 orders")]
    [InlineData("### 1 x\n> kill", 2, "'kill' says whose")]
    [InlineData("### 1 x\n> mass x=1", 2, "'mass' has no 'x='")]
    [InlineData("### 1 x\n> amend", 2, "'amend' names an order")]
    [InlineData("### 1 x\n> amend a size=1", 2, "'amend' has no 'size='")]
    [InlineData("### 1 x\n> replace a b", 2, "'replace' is")]
    [InlineData("### 1 x\n> correct 1", 2, "'correct' is")]
    [InlineData("### 1 x\n> rules state=HALT", 2, "'rules' changes neither")]
    [InlineData("### 1 x\n> t=1", 2, "a command is missing")]
    [InlineData("### 1 x\n> time 1\n= B - | S -", 2, "no line of events")]
    [InlineData("### 1 x\n> time 1", 2, "no line of events")]
    [InlineData("### 1 x\n> time 1\n  ack", 3, "'ack' is no event")]
    [InlineData("### 1 x\n> time 1\n  trade a b 5", 3, "'5' is not quantity@price")]
    [InlineData("### 1 x\n> time 1\n  reprice a 5", 3, "'5' is not old>new")]
    [InlineData("### 1 x\n> time 1\n  (none)\ngiven a B lim 1@1", 4, "given stands before")]
    [InlineData("### 1 x\n= B - | S -\n# note\nprose\n= B - | S -", 5, "it belongs to no scenario")]
    [InlineData("### 1 x\n= B - | S -\n### 2 y\nwhat\n### 3 z\n= B - | S -", 4, "neither cfg")]
    [InlineData("### 1 x\n> time 1\n### 2 y\n= B - | S -", 2, "no line of events")]
    [InlineData("### 1 x\ncfg last=1 dyn=2 last=3", 2, "'last=' stands there twice")]
    [InlineData("### 1 x\ncfg last=1\ncfg last=1", 3, "'last=' stands there twice")]
    [InlineData("### 1 x\n> amend a qty=1 qty=2", 2, "'qty=' stands there twice")]
    [InlineData("### 1 x\n> mass own=U own=V", 2, "'own=' stands there twice")]
    [InlineData("### 1 x\n> new a B lim 1@1 ioc fok", 2, "the order has a time in force twice")]
    [InlineData("### 1 x\n> new a B lim 1@1 2@1", 2, "the order has a quantity twice")]
    [InlineData("### 1 x\n> new a B lim 1@1 @2", 2, "the order has a price twice")]
    [InlineData("### 1 x\n> new a B lim 1@1 peg=prim cap=2", 2, "the order has a price twice")]
    [InlineData("### 1 x\n> new a B lim 1@1 disp=1 disp=2", 2, "the order has 'disp=' twice")]
    [InlineData("### 1 x\n> new a B lim 1@1 tp", 2, "'tp' is of a stop")]
    [InlineData("### 1 x\n> new a B stop 1 trail=1 tp", 2, "'tp' is of a stop")]
    [InlineData("### 1 x\n> new a B lim 1 cap=2", 2, "'cap=' is of a peg")]
    [InlineData("### 1 x\n> new a B lim 1.5@1", 2, "'1.5' is no number")]
    [InlineData("### 1 x\n> new a B lim 99999999999999999999@1", 2, "'99999999999999999999' is no number")]
    [InlineData("### 1 x\n= B 100: | S -", 2, "'' is no order of a level")]
    [InlineData("### 1 x\n= B 100 a 5 | S -", 2, "'100 a 5' is no level")]
    [InlineData("### 1 x\n= B 100: a 1+2+3 | S -", 2, "'1+2+3' is not shown+reserve")]
    [InlineData("### 1 x\n= B - | T -", 2, "'T' is no part of a book")]
    public void Invalid_line_is_named(string text, int line, string problem)
    {
        var wrong = Assert.Throws<ScenarioFileException>(() => ScenarioFile.Read(text));
        Assert.Equal(line, wrong.Line);
        Assert.StartsWith($"line {line}: {problem}", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_line_fails_its_own_scenario_only()
    {
        var scenarios = ScenarioFile.ReadAll("""
            ### 1 fine
            = B - | S -
            ### 2 malformed
            > cancle a
              can a 1 USER
            > nor this
            ### 3 fine too
            = B - | S -
            ## A heading too early

            Words.
            > cancel a
              can a 1 USER
            ###
            ### 5 fine
            = B - | S -
            """);
        Assert.Equal(
            [("1", 0), ("2", 4), ("3", 12), ("?", 14), ("5", 0)],
            scenarios.Select(scenario => (scenario.Number, scenario.Problem?.Line ?? 0)));
    }

    [Fact]
    public void A_comment_may_stand_between_the_lines_of_a_scenario()
    {
        var scenario = Assert.Single(ScenarioFile.Read("""
            ### 1 with comments
            # the book
            given a B lim 1@9

            # what happens
            > cancel a
            # and its events
              can a 1 USER

            # and the end

            = B - | S -
            ## Heading

            Words.
            """));
        Assert.Single(scenario.Given);
        Assert.Equal([6, 12], scenario.Steps.Select(step => step.Line));
    }

    private static ScenarioOrder Order(string text)
    {
        var scenario = Assert.Single(ScenarioFile.Read($"### 1 order\ngiven {text}"));
        return Assert.IsType<NewCommand>(Assert.Single(scenario.Given)).Order;
    }

    private static IReadOnlyList<ScenarioDifference> Run(ScriptedBook book, string text) =>
        ScenarioRun.Of(Assert.Single(ScenarioFile.Read(text)), _ => book);

    /// <summary>
    /// Runs a command with these events, with orders a and b in the book, and returns the differences.
    /// </summary>
    private static IReadOnlyList<ScenarioDifference> After(string expected, params BookEvent[] events) =>
        Run(new ScriptedBook().Says().Enters(1).Enters(2).Says(events), $"""
            ### 1 events
            given a B lim 4@9; b S lim 4@9

            > time 1
              {expected}
            """);
}
