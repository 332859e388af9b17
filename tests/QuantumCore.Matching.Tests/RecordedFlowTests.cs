using QuantumCore.Bench.Flow;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Matching.Tests;

/// <summary>The book against the recorded fills of a real exchange.</summary>
public class RecordedFlowTests
{
    [Theory]
    [InlineData("AAPL_2012-06-21_50_1h.cmds.csv.gz", 3282, 4056, 7688)]
    [InlineData("AMZN_2012-06-21_5.cmds.csv.gz", 6578, 8922, 13929)]
    [InlineData("MSFT_2012-06-21_50_1000rows.cmds.csv.gz", 35, 110, 80)]
    [Trait("Suite", "Gate")]
    public void Every_fill_and_every_view_is_that_of_the_exchange(string name, int takers, int fills, int views)
    {
        var differences = new List<string>();
        var counts = OrderFlowReplay.Run(OrderFlowFile.Read(OrderFlowFiles.Find(name)), differences.Add);
        Assert.Empty(differences);
        Assert.Equal(new FlowCounts(takers, takers, fills, views, views), counts);
    }

    [Fact]
    public void A_difference_is_counted_and_told_with_its_line()
    {
        var (counts, differences) = Replay("""
            # a comment
            A,7,S,5,100,back,#note
            A,-1,S,5,101
            IOC,B,6,101,7:5@100|-1:2@101
            IOC,S,1,90,
            Q,101,4,90,0
            Q,101,3,90,0
            Q,101,4,90,1
            A,7,B,1,50
            X,-1,1
            D,-1,2
            D,7,1
            Q,0,0,0,0,5,0,5,0
            """);
        Assert.Equal(new FlowCounts(2, 1, 2, 4, 2), counts);
        Assert.Equal(
            [
                "line 4: expected 7:5@100|-1:2@101, got 7:5@100|-1:1@101",
                "line 7: Sell level 1 should be 3@101, is 4@101",
                "line 8: Buy level 1 should be 1@90, is 0@0",
                "line 11: order -1 should have 2 left and had 3",
            ],
            differences);
    }

    [Theory]
    [InlineData("A,1,B,5", "line 2: A has 3 fields, or an unknown last one")]
    [InlineData("A,1,B,5,100,front", "line 2: A has 5 fields, or an unknown last one")]
    [InlineData("A,x,B,5,100", "line 2: 'x' is no id")]
    [InlineData("A,1,b,5,100", "line 2: 'b' is no side (B or S)")]
    [InlineData("A,1,B,0,100", "line 2: '0' is no quantity")]
    [InlineData("A,1,B,5.5,100", "line 2: '5.5' is no quantity")]
    [InlineData("A,1,B,5,0", "line 2: '0' is no price")]
    [InlineData("A,1,B,5,99999999999999999999", "line 2: '99999999999999999999' is no price")]
    [InlineData("A,1,B,5,140737488355329", "line 2: '140737488355329' is no price")]
    [InlineData("A,9,B,5,100", "line 2: order 9 is in the book already")]
    [InlineData("X,1,5", "line 2: order 1 was never added")]
    [InlineData("X,9,6", "line 2: order 9 has 5 left, not 6")]
    [InlineData("D,9,4", "line 2: order 9 has 5 left, not 4")]
    [InlineData("D,9", "line 2: D has 1 fields, or an unknown last one")]
    [InlineData("IOC,B,5", "line 2: IOC has 2 fields, or an unknown last one")]
    [InlineData("IOC,B,5,100,9:5", "line 2: '9:5' is no fill (maker:qty@price)")]
    [InlineData("IOC,B,5,100,8:5@100", "line 2: order 8 was never added")]
    [InlineData("Q,1,2,3", "line 2: Q needs a price and a quantity of both sides for each level")]
    [InlineData("Q,1,-2,3,4", "line 2: '-2' is no quantity")]
    [InlineData("Z,1", "line 2: 'Z' is no command (A, X, D, IOC or Q)")]
    [InlineData("D,9,5\nD,9,5", "line 3: order 9 was taken out before")]
    public void A_malformed_line_is_named(string line, string message)
    {
        var refused = Assert.Throws<OrderFlowException>(() => Replay($"A,9,S,5,200\n{line}"));
        Assert.Equal(message, refused.Message);
    }

    [Fact]
    public void A_damaged_archive_is_refused_and_named()
    {
        var path = Path.Combine(Path.GetTempPath(), $"flow-{Environment.ProcessId}.cmds.csv.gz");
        try
        {
            File.WriteAllBytes(path, [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF, 0xFF]);
            Assert.Equal(1, Assert.Throws<OrderFlowException>(() => OrderFlowFile.Read(path)).Line);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static (FlowCounts Counts, List<string> Differences) Replay(string text)
    {
        var differences = new List<string>();
        return (OrderFlowReplay.Run(OrderFlowFile.Read(new StringReader(text)), differences.Add), differences);
    }
}
