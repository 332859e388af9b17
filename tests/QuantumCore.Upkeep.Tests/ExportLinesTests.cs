using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep.Tests;

/// <summary>Lines of an export of records.</summary>
public class ExportLinesTests
{
    [Fact]
    public void A_general_record_has_its_command_and_its_steps_with_all_their_members()
    {
        var record = Written(new BookTurn(
            5,
            new AmendOpenOrder(1001, 7, new ConditionChanges(TriggerTicks: 90)),
            RejectReason.None,
            TradingPhase.Continuous,
            [
                new OrderChanged(1001, 7, 70, Side.Buy, 94, 0, 50, 5_000),
                new TradeMade(new(Side.Buy, 94, 4, new(1001, 7, 70, 30), new(1002, 5, 11, -9))),
            ],
            [],
            null));
        var (command, steps) = (record.GetProperty("command"), record.GetProperty("steps"));
        Assert.Equal("amendOpenOrder", TypeOf(command));
        Assert.Equal(7, command.GetProperty("number").GetInt64());
        Assert.Equal(90, command.GetProperty("changes").GetProperty("triggerTicks").GetInt64());
        Assert.Equal(["orderChanged", "tradeMade"], steps.EnumerateArray().Select(TypeOf));
        Assert.Equal(50, steps[0].GetProperty("leavesLots").GetInt64());
        Assert.Equal(-9, steps[1].GetProperty("trade").GetProperty("maker").GetProperty("fee").GetInt64());
    }

    [Fact]
    public void No_command_step_or_action_has_a_member_where_its_type_is_written()
    {
        Type[] families = [typeof(BookCommand), typeof(TurnStep), typeof(LegAct)];
        var types = typeof(BookCommand).Assembly.GetTypes()
            .Where(type => families.Any(family => family.IsAssignableFrom(type))).ToArray();
        Assert.True(types.Length > 40, $"{types.Length} types");
        Assert.All(types, type => Assert.Null(type.GetProperty("Type")));
    }

    [Fact]
    public void A_list_has_its_kind_and_its_orders()
    {
        var order = new SubmitOrder(
            1001, 7, "n7", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 100, 10, 0, 0);
        var command = Written(new BookTurn(
            5, new EnterOrderList(OrderListKind.OneTriggersOther, [order, order with { Number = 8 }]),
            RejectReason.None, TradingPhase.Continuous, [], [], null)).GetProperty("command");
        Assert.Equal("enterOrderList", TypeOf(command));
        Assert.Equal("oneTriggersOther", command.GetProperty("kind").GetString());
        Assert.Equal([7L, 8L], command.GetProperty("orders").EnumerateArray().Select(
            listed => listed.GetProperty("number").GetInt64()));
    }

    [Fact]
    public void Actions_of_legs_are_named()
    {
        var record = Written(new BookTurn(
            5, new ActOnLegs(null, [new CrossAct(3, 4, 100, 10), new EndPhaseAct()]), RejectReason.None,
            TradingPhase.Continuous, [], [], null));
        Assert.Equal(
            ["crossAct", "endPhaseAct"],
            record.GetProperty("command").GetProperty("acts").EnumerateArray().Select(TypeOf));
    }

    private static string? TypeOf(JsonElement of) => of.GetProperty("type").GetString();

    private static JsonElement Written(BookRecord record)
    {
        var to = new StringWriter();
        new ExportLines(to, csv: false).Record("book/AAPL", new JournalRecord(), record);
        return JsonDocument.Parse(to.ToString()).RootElement.GetProperty("record");
    }
}
