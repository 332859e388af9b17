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
        Assert.Equal("amendOpenOrder", command.GetProperty("kind").GetString());
        Assert.Equal(7, command.GetProperty("number").GetInt64());
        Assert.Equal(90, command.GetProperty("changes").GetProperty("triggerTicks").GetInt64());
        Assert.Equal(["orderChanged", "tradeMade"], steps.EnumerateArray().Select(Kind));
        Assert.Equal(50, steps[0].GetProperty("leavesLots").GetInt64());
        Assert.Equal(-9, steps[1].GetProperty("trade").GetProperty("maker").GetProperty("fee").GetInt64());
    }

    [Fact]
    public void Actions_of_legs_are_named()
    {
        var record = Written(new BookTurn(
            5, new ActOnLegs(null, [new CrossAct(3, 4, 100, 10), new EndPhaseAct()]), RejectReason.None,
            TradingPhase.Continuous, [], [], null));
        Assert.Equal(
            ["crossAct", "endPhaseAct"], record.GetProperty("command").GetProperty("acts").EnumerateArray().Select(Kind));
    }

    private static string? Kind(JsonElement of) => of.GetProperty("kind").GetString();

    private static JsonElement Written(BookRecord record)
    {
        var to = new StringWriter();
        new ExportLines(to, csv: false).Record("book/AAPL", new JournalRecord(), record);
        return JsonDocument.Parse(to.ToString()).RootElement.GetProperty("record");
    }
}
