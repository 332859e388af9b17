using System.Buffers.Binary;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Contracts.Tests;

/// <summary>Bytes of a book's commands, as journals of each release have them.</summary>
public class BookCommandTests
{
    private static readonly RecordedTrade s_trade = new(
        new TradePlace(17, 2), 5,
        new MatchedTrade(Side.Sell, 15_000, 4, new(1001, 7, 70, 60), new(1002, 3, 30, -9), IsAuction: true));

    private static readonly (byte, long)[] s_values =
    [
        (70, 2), (71, 5), (72, 1001), (73, 7), (74, 70), (75, 2), (76, 60), (77, 1002), (78, 3), (79, 30), (80, -9),
        (81, 1), (50, 15_000), (51, 4),
    ];

    [Fact]
    public void Commands_have_the_bytes_of_every_release()
    {
        Same(new CancelOrders(1, [2], EndReason.User), Bytes(3, 1, 2, 1));
        Same(new CancelOrders(1, [2, 5, 4], EndReason.KillSwitch), Bytes(3, 1, 2, 21, (54, 5), (54, 4)));
        Same(new CancelAllOrders(1, 9, Together: true), Bytes(4, 1, 9, 1));
        Same(new CancelAllOrders(1, 9, Together: false), Bytes(4, 1, 9));
        Same(
            new AmendOpenOrder(1, 2, new ConditionChanges(3, 4, 5, 6, 7, 8)),
            Bytes(5, 1, 2, 0, (1, 3), (2, 4), (3, 5), (4, 6), (5, 7), (6, 8)));
        Same(new AmendOpenOrder(1, 2, new ConditionChanges(TriggerTicks: 4)), Bytes(5, 1, 2, 0, (2, 4)));
        Same(new ReduceOpenOrder(1, 2, 30), Bytes(6, 1, 2, 30));
        Same(new SetTradingPhase(TradingPhase.Halt), Bytes(7, value: 5));
        Same(
            new SetTradingPhase(
                TradingPhase.Halt, new PhasePlan(TradingPhase.Volatility, 50, 3), PhaseReason.Technical),
            Bytes(7, 0, 0, 5, (30, 3), (31, 50), (32, 3), (33, 4)));
        Same(
            new SetTradingPhase(TradingPhase.Halt, new PhasePlan(TradingPhase.Volatility, 50)),
            Bytes(7, 0, 0, 5, (30, 3), (31, 50)));
        Same(new SetMarkPrice(100), Bytes(8, value: 100));
        Same(new SetReferencePrice(100), Bytes(9, value: 100));
        Same(
            new SetBookRules(new RuleChanges(1, 2, 3, true, 4, 5, 6)),
            Bytes(10, 0, 0, 0, (20, 1), (21, 2), (22, 3), (23, 1), (24, 4), (25, 5), (26, 6)));
        Same(new AdvanceTime(), Bytes(11));
        Same(new BlockAccount(1001), Bytes(12, 1001));
        Same(new UnblockAccount(1001), Bytes(13, 1001));
        Same(new EndOrders(), Bytes(17, value: 23));
        Same(
            new SetTradeGroups(new(1001, 3), new(1002, 0)),
            Bytes(18, 0, 0, 0, (60, 1001), (61, 3), (60, 1002), (61, 0)));
        Same(AdjustOrders.Of(3, OrderAdjustment.EndsOrders), Bytes(19, 0, 3));
        Same(AdjustOrders.Of(3, OrderAdjustment.Split(3, 2)), Bytes(19, 0, 3, 0, (62, 3), (63, 2)));
        Same(AdjustOrders.Of(3, OrderAdjustment.Dividend(13)), Bytes(19, 0, 3, 0, (64, 13)));
    }

    [Fact]
    public void Changed_trades_have_the_bytes_of_every_release()
    {
        Same(s_trade.Change(0), Bytes(14, 0, 17, 0, s_values));
        Same(s_trade.Change(14_000, 50, -8), Bytes(15, 0, 17, 14_000, [.. s_values, (82, 50), (83, -8)]));
        Same(new BustTrade(null, 17), Bytes(14, 0, 17));
        Same(new CorrectTrade(null, 14_000, CoreNumber: 17), Bytes(15, 0, 17, 14_000));
    }

    [Fact]
    public void Quantities_and_holds_after_a_trade_are_not_in_the_command_that_changes_it()
    {
        var (taker, maker) = (s_trade.Trade.Taker, s_trade.Trade.Maker);
        var made = s_trade.Trade with
        {
            Taker = taker with { LeavesLots = 4, Hold = 5 },
            Maker = maker with { LeavesLots = 6, Hold = 7 },
        };
        Assert.Equal(s_trade, (s_trade with { Trade = made }).Change(0).Trade);
    }

    [Fact]
    public void Actions_of_legs_have_the_bytes_of_every_release() => Same(
        new ActOnLegs(null, [
            new TakeQuotesAct(1, 2, 3), new TakeQuotesAct(1, 2, 3, IsOfPhase: false), new EndPhaseAct(),
            new CrossAct(1, 4, 2, 3), new SweepAct(1, 2), new ProceedAct(1), new CloseLegAct(1, EndReason.List)]),
        Bytes(
            16, 0, 0, 0, (45, 1), (50, 2), (51, 3), (40, 1), (50, 2), (51, 3), (46, 0), (41, 1), (50, 2), (51, 3),
            (52, 4), (42, 1), (50, 2), (43, 1), (44, 1), (53, 9)));

    /// <summary>Bytes that no release wrote, and what is wrong with them.</summary>
    public static TheoryData<string, byte[]> Nonsense => new()
    {
        { "no verb", Bytes(0) },
        { "a verb of a later release", Bytes(20) },
        { "no order", Bytes(1) },
        { "a list of none", Bytes(2, 1001, 0, 1) },
        { "a reason beyond its type", Bytes(3, 1, 2, 257) },
        { "another order by another name", Bytes(3, 1, 2, 1, (50, 5)) },
        { "neither one by one nor together", Bytes(4, 1, 9, 2) },
        { "a condition twice", Bytes(5, 1, 2, 0, (2, 4), (2, 4)) },
        { "basis points beyond their type", Bytes(5, 1, 2, 0, (4, 1L << 33)) },
        { "a rule of a book on an order", Bytes(5, 1, 2, 0, (21, 4)) },
        { "a phase beyond its type", Bytes(7, value: 256) },
        { "a plan without a time", Bytes(7, 0, 0, 5, (30, 3)) },
        { "a time without a plan", Bytes(7, 0, 0, 5, (31, 50)) },
        { "a mark of an account", Bytes(8, 1001, value: 100) },
        { "a mark with a rule", Bytes(8, 0, 0, 100, (21, 4)) },
        { "a condition of an order in a book's rules", Bytes(10, 0, 0, 0, (2, 4)) },
        { "an auction neither on nor off", Bytes(10, 0, 0, 0, (23, 2)) },
        { "a void trade with a price", Bytes(14, 0, 17, 14_000, s_values) },
        { "a trade without its lots", Bytes(14, 0, 17, 0, s_values[..^1]) },
        { "a trade of no side", Bytes(14, 0, 17, 0, [.. s_values.Select(of => of.Item1 == 75 ? (of.Item1, 3) : of)]) },
        { "a correction without its fees", Bytes(15, 0, 17, 14_000, s_values) },
        { "a sweep without its price", Bytes(16, 0, 0, 0, (42, 1)) },
        { "an operand without its action", Bytes(16, 0, 0, 0, (50, 1)) },
        { "another end of all orders", Bytes(17, value: 1) },
        { "a group without its account", Bytes(18, 0, 0, 0, (61, 3)) },
        { "an account without its group", Bytes(18, 0, 0, 0, (60, 1001)) },
        { "half of a split", Bytes(19, 0, 3, 0, (62, 3)) },
        { "a split and a dividend", Bytes(19, 0, 3, 0, (62, 3), (63, 2), (64, 1)) },
        { "a dividend of nothing", Bytes(19, 0, 3, 0, (64, 0)) },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public void Bytes_of_no_command_are_refused(string what, byte[] bytes)
    {
        Assert.NotEmpty(what);
        Assert.Throws<InvalidDataException>(() => BookRecordEncoding.Decode(bytes));
    }

    private static void Same(BookCommand command, byte[] bytes)
    {
        var turn = new BookTurn(0, command, RejectReason.None, TradingPhase.Continuous, [], [], null);
        Assert.Equal(Convert.ToHexStringLower(bytes), Convert.ToHexStringLower(BookRecordEncoding.Encode(turn)));
        Assert.Equal(Encoding.Describe(turn), Encoding.Describe(BookRecordEncoding.Decode(bytes)));
    }

    /// <summary>Returns the bytes of a general record without orders, steps and levels.</summary>
    private static byte[] Bytes(
        byte verb, int account = 0, byte number = 0, long value = 0, params (byte Name, long Value)[] values)
    {
        byte[] accountBytes = account < 128 ? [(byte)account] : [(byte)((account & 127) | 128), (byte)(account >> 7)];
        return
        [
            1, 8, .. Fixed(0), verb, .. accountBytes, number, .. Fixed(value), 0, (byte)values.Length,
            .. values.SelectMany(of => (byte[])[of.Name, .. Fixed(of.Value)]), 0, 0, 0, 0, 0,
        ];
    }

    private static byte[] Fixed(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }
}
