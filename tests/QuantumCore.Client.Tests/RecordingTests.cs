using System.IO.Compression;
using QuantumCore.Replay;
using QuantumCore.TestKit;

namespace QuantumCore.Client.Tests;

/// <summary>Reading recordings: command files, LOBSTER files, and errors of invalid ones.</summary>
public sealed class RecordingTests
{
    [Fact]
    public void A_command_file_becomes_commands()
    {
        var commands = Read(
            """
            # a comment
            A,-7,B,100,1500000,back,#init
            A,8,S,50,1500100
            X,-7,30,#unseen_cancel

            IOC,S,20,1499900,-7:20@1500000
            IOC,B,10,1400000,
            Q,1500100,50,1500000,50,9999999999,0,-9999999999,0
            D,8,50
            """);

        Assert.Equal([2, 3, 4, 6, 7, 8, 9], commands.Select(command => command.Line));
        Assert.Equal(new RestOrder(2, -7, OrderSide.Buy, 100, 1500000), commands[0]);
        Assert.Equal(new ReduceOrder(4, -7, 30), commands[2]);
        var take = Assert.IsType<AggressiveOrder>(commands[3]);
        Assert.Equal((OrderSide.Sell, 20L, 1499900L), (take.Side, take.Quantity, take.Limit));
        Assert.Equal([new RecordedFill(-7, 20, 1500000)], take.Fills);
        Assert.Empty(Assert.IsType<AggressiveOrder>(commands[4]).Fills);
        var row = Assert.IsType<BookCheck>(commands[5]);
        Assert.Equal(2, row.Depth);
        Assert.Equal([new RecordedLevel(1500100, 50)], row.Asks);
        Assert.Equal([new RecordedLevel(1500000, 50)], row.Bids);
        Assert.Equal(new WithdrawOrder(9, 8, 50), commands[6]);
    }

    /// <summary>Also if the cut leaves whole lines, or if only the checksum at the end is missing.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(200)]
    public void A_packed_file_that_was_cut_off_is_refused(int missing)
    {
        using var packed = new MemoryStream();
        using (var text = new StreamWriter(new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)))
        {
            for (var id = 1; id <= 5_000; id++)
                text.Write($"A,{id},B,{(id * 7919 % 900) + 1},{1_000_000 + (id * 7907 % 5_000)}\n");
        }

        var folder = Directory.CreateTempSubdirectory("quantumcore-cut-");
        try
        {
            var path = Path.Combine(folder.FullName, "day.csv.gz");
            File.WriteAllBytes(path, packed.ToArray());
            Assert.Equal(
                5_000, OrderFlow.Open(path, cancellation: TestContext.Current.CancellationToken).Commands.Count);
            File.WriteAllBytes(path, packed.ToArray()[..^missing]);
            var refused = Assert.Throws<FlowFormatException>(
                () => OrderFlow.Open(path, cancellation: TestContext.Current.CancellationToken));
            Assert.Contains("it can't be unpacked, or is cut off", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("B,1,2", "unknown command 'B'")]
    [InlineData("A,1,B,100", "A has 5 to 7 fields, not 4")]
    [InlineData("A,1,U,100,1500000", ", column 3 (side): 'U' is not a side (B or S)")]
    [InlineData("A,1,B,0,1500000", "'0' is not a quantity")]
    [InlineData("A,1,B,-3,1500000", "'-3' is not a quantity")]
    [InlineData("A,1,B,1.5,1500000", ", column 4 (quantity): '1.5' is not a whole number")]
    [InlineData("A,1,B,100,0", "'0' is not a price")]
    [InlineData("A,one,B,100,1500000", "'one' is not a whole number")]
    [InlineData("A,1,B,100,1500000,front", "'front' is not a place in the queue")]
    [InlineData("A,1,B,99999999999999999999,1500000", "is not a whole number")]
    [InlineData("X,1", "X has 3 to 4 fields, not 2")]
    [InlineData("IOC,B,100,1500000,7@3:5:1", "is not a fill")]
    [InlineData("IOC,B,100,1500000,7", "'7' is not a fill")]
    [InlineData("Q,1,2,3", "four numbers")]
    public void A_bad_line_is_named(string line, string why)
    {
        var failure = Assert.Throws<FlowFormatException>(() => Read($"A,1,B,1,1\n{line}\nA,2,B,1,1"));

        Assert.StartsWith("day.csv, line 2", failure.Message, StringComparison.Ordinal);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("34200.1,1,7,100,1500000", "six fields")]
    [InlineData("34200.1,9,7,100,1500000,1", ", column 2 (type): '9' is an unknown event type; 1 to 7 are known")]
    [InlineData("34200.1,1,7,100,1500000,0", ", column 6 (direction): '0' is not a direction (1 or -1)")]
    [InlineData("time,1,7,100,1500000,1", ", column 1 (time): 'time' is not a time in seconds after midnight")]
    [InlineData("-1,1,7,100,1500000,1", ", column 1 (time): '-1' is not a time")]
    [InlineData("34200.1,1,7,100,150.5,1", ", column 5 (price): '150.5' is not a whole number")]
    [InlineData("34200.1,1,7,100,0,1", ", column 5 (price): '0' is not positive")]
    [InlineData("34200.1,4,6,101,1500000,1", ", column 4 (size): '101' of order 6 are taken, and 100 are left")]
    [InlineData("34200.1,1,7,0,1500000,1", ", column 4 (size): '0' is not positive")]
    [InlineData("34200.1,1,x,100,1500000,1", ", column 3 (id): 'x' is not a whole number")]
    public void A_bad_message_is_named(string line, string why)
    {
        using var text = new StringReader($"34200.0,1,6,100,1500000,1\n{line}\n");

        var failure = Assert.Throws<FlowFormatException>(() => LobsterReader.ReadMessages(text, "day_message_1.csv"));

        Assert.StartsWith("day_message_1.csv, line 2", failure.Message, StringComparison.Ordinal);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("day.csv", "A,1,B,1,1\n", RecordingFormat.Commands)]
    [InlineData("day.csv", "# of a day\r\n\r\nQ,1,2,3,4\r\n", RecordingFormat.Commands)]
    [InlineData("day_message_5.csv", "34200.1,1,7,100,1500000,1\n", RecordingFormat.Lobster)]
    [InlineData("day_orderbook_5.csv", "1500100,50,1500000,50\n", null)]
    [InlineData("readme.txt", "A day of Nasdaq.\n", null)]
    [InlineData("empty.csv", "", null)]
    [InlineData("no.zip", "A,1,B,1,1\n", null)]
    [InlineData("no.csv.gz", "A,1,B,1,1\n", null)]
    public void A_file_is_known_by_its_first_lines(string name, string text, RecordingFormat? format)
    {
        var folder = Directory.CreateTempSubdirectory("qc-recording");
        try
        {
            var path = Path.Combine(folder.FullName, name);
            File.WriteAllText(path, text);
            Assert.Equal(format, OrderFlow.Guess(path).Format);
            Assert.Null(OrderFlow.Guess(Path.Combine(folder.FullName, "nothing.csv")).Format);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_fill_with_somebody_else_is_one_difference_and_what_follows_is_compared()
    {
        var report = new ReplayReport();
        var audit = new FillAudit(report);
        audit.Compare(1, [new ExpectedFill("r.1.1", 10m, 5m)], [Taken("7-0")]);
        audit.Compare(2, [new ExpectedFill("r.2.1", 10m, 5m)], [Taken("9-0")]);
        audit.Compare(3, [new ExpectedFill("r.3.1", 10m, 5m)], [Taken("11-0")]);
        Assert.Equal((3, 0, 3), (report.Aggressive, report.AggressiveExact, audit.OpenFills));

        // The maker has the second fill but not the first, which was with another order.
        audit.Join([Made("9-0", "r.2.1")]);
        Assert.Equal((1, 1, 1), (report.AggressiveExact, report.DifferenceCount, audit.OpenFills));
        Assert.Equal("line 1: recorded r.1.1:10@5, the exchange somebody else:10@5", Assert.Single(report.Differences));
        audit.Join([Made("11-0", "r.3.1")]);
        Assert.True(audit.IsComplete);
        Assert.Equal(2, report.AggressiveExact);

        static OrderFill Taken(string trade) => new(trade, 5m, 10m, 0m, Liquidity.Taker);
        static AccountFill Made(string trade, string name) =>
            new(trade, "T", 1, name, OrderSide.Buy, 5m, 10m, 0m, Liquidity.Maker, default, 0);
    }

    [Fact]
    public void Executions_of_one_time_and_side_are_one_aggressive_order()
    {
        var flow = Convert(
            """
            1.0,1,10,100,1500000,1
            1.1,1,11,100,1499900,1
            1.2,1,12,100,1500100,-1
            1.3,4,10,100,1500000,1
            1.3,4,11,40,1499900,1
            1.4,4,12,10,1500100,-1
            1.5,5,0,10,1500000,1
            1.6,7,0,0,-1,-1
            1.7,2,11,10,1499900,1
            1.8,3,11,50,1499900,1
            """);

        Assert.Equal(
            [
                "rest 10", "rest 11", "rest 12", "Sell 140@1499900: 10:100@1500000 11:40@1499900",
                "Buy 10@1500100: 12:10@1500100", "reduce 11 by 10", "withdraw 11 of 50",
            ],
            flow.Commands.Select(FlowText.Of));
        Assert.Contains("1 executions of hidden orders and 1 halt", flow.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void An_order_touched_but_never_submitted_rests_where_its_id_stands_in_time()
    {
        var flow = Convert(
            """
            1.0,1,10,100,1500000,1
            1.1,1,20,100,1500000,1
            1.2,2,15,30,1500000,1
            1.3,3,15,20,1500000,1
            1.4,3,5,70,1500200,-1
            """);

        Assert.Equal(
            ["rest 5", "rest 10", "rest 15", "rest 20", "reduce 15 by 30", "withdraw 15 of 20", "withdraw 5 of 70"],
            flow.Commands.Select(FlowText.Of));
        Assert.Equal([70L, 100L, 50L, 100L], flow.Commands.OfType<RestOrder>().Select(order => order.Quantity));
    }

    [Fact]
    public void An_execution_out_of_priority_becomes_a_reduction_and_is_counted()
    {
        var flow = Convert(
            """
            1.0,1,10,100,1500000,1
            1.1,1,11,100,1500000,1
            1.2,4,11,100,1500000,1
            """);

        Assert.Equal(["rest 10", "rest 11", "withdraw 11 of 100"], flow.Commands.Select(FlowText.Of));
        Assert.StartsWith("1 aggressive orders", flow.Notes[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Quantity_in_the_book_file_without_a_message_rests_as_an_anonymous_order()
    {
        var flow = Convert(
            """
            1.0,5,0,10,1500000,1
            1.1,1,10,100,1500000,1
            1.2,1,11,100,1499900,1
            """,
            """
            1500200,70,1499800,30
            1500200,70,1500000,100
            1500200,50,1500000,80
            """);

        Assert.Equal(
            ["rest -1", "rest -2", "rest 10", "rest 11", "reduce 10 by 20", "reduce -2 by 20"],
            flow.Commands.Select(FlowText.Of));
        Assert.Equal([30L, 70L], flow.Commands.OfType<RestOrder>().Take(2).Select(order => order.Quantity));
    }

    [Fact]
    public void Cancelled_import_of_a_day_stops_early() =>
        Assert.Throws<OperationCanceledException>(
            () => Convert("1.0,1,10,100,1500000,1", cancellation: new CancellationToken(canceled: true)));

    [Fact]
    [Trait("Suite", "Gate")]
    public void A_whole_day_of_LOBSTER_imports_like_the_prepared_commands()
    {
        var raw = OrderFlow.Open(
            OrderFlowFiles.Find("LOBSTER_AMZN_2012-06-21_5.zip"), cancellation: TestContext.Current.CancellationToken);
        var prepared = OrderFlow.Open(
            OrderFlowFiles.Find("AMZN_2012-06-21_5.cmds.csv.gz"), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(("AMZN", "AMZN"), (raw.Ticker, prepared.Ticker));
        var expected = Aggressive(prepared);
        var imported = Aggressive(raw);
        var found = imported.ToHashSet(StringComparer.Ordinal);
        var same = expected.Count(found.Contains);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{same} of {expected.Count} prepared aggressive orders are among {imported.Count} imported; " +
            string.Join("; ", raw.Notes) + $"; {raw.Commands.OfType<BookCheck>().Count()} rows");
        Assert.InRange(same, expected.Count * 99 / 100, expected.Count);
        Assert.InRange(raw.Commands.OfType<BookCheck>().Count(), 10_000, 100_000);
    }

    private static List<string> Aggressive(OrderFlow flow) =>
        [.. flow.Commands.OfType<AggressiveOrder>().Select(FlowText.Of)];

    private static List<FlowCommand> Read(string text)
    {
        using var reader = new StringReader(text);
        return [.. CommandReader.Read(reader, "day.csv")];
    }

    private static OrderFlow Convert(string messages, string? rows = null, CancellationToken? cancellation = null)
    {
        using var messageText = new StringReader(messages);
        using var rowText = new StringReader(rows ?? "");
        return LobsterImport.Convert(
            "TEST",
            LobsterReader.ReadMessages(messageText, "messages"),
            rows is null ? null : LobsterReader.ReadRows(rowText, "rows"),
            cancellation ?? TestContext.Current.CancellationToken);
    }
}
