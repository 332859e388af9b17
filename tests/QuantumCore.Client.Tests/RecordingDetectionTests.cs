using System.IO.Compression;
using System.Text;
using QuantumCore.Replay;

namespace QuantumCore.Client.Tests;

/// <summary>Detection of files, with its reason, also as rewritten by other programs.</summary>
public sealed class RecordingDetectionTests : IDisposable
{
    private const string Messages =
        "34200.017,1,10,100,1500000,1\n34200.018,1,11,50,1500100,-1\n34201,4,10,40,1500000,1\n34201,3,10,60,1500000,1\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qc-detect");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string, string> AsWritten => new()
    {
        { "a byte order mark", "\ufeff" + Messages },
        { "a row of names", "Time,Type,OrderID,Size,Price,Direction\n" + Messages },
        { "a mark and names in quotes",
            "\ufeff\"Time\",\"Event Type\",\"Order ID\",\"Size\",\"Price\",\"Direction\"\r\n" + Messages },
        { "times with an exponent", Messages.Replace("34201", "3.4201E4", StringComparison.Ordinal) },
        { "one time with an exponent", Messages.Replace("34201,4", "3.4201e+04,4", StringComparison.Ordinal) },
        { "a blank first line", "\n" + Messages },
        { "blank lines and spaces", " \r\n" + Messages.Replace("\n", " \r\n\r\n", StringComparison.Ordinal)
            .Replace(",", ", ", StringComparison.Ordinal) },
        { "quotation marks", Messages.Replace(",100,", ",\"100\",", StringComparison.Ordinal) },
        { "whole numbers with a fraction", Messages.Replace("1500000", "1500000.0", StringComparison.Ordinal)
            .Replace(",100,", ",100.00,", StringComparison.Ordinal) },
        { "whole numbers with an exponent", Messages.Replace("1500000", "1.5E+06", StringComparison.Ordinal) },
        { "semicolons and commas for points", Messages.Replace(',', ';').Replace('.', ',') },
        { "tabs", Messages.Replace(',', '\t') },
        { "more fields than there are", Messages.Replace(",1\n", ",1,null\n", StringComparison.Ordinal) },
    };

    [Theory]
    [MemberData(nameof(AsWritten))]
    public void A_LOBSTER_file_is_read_as_other_programs_write_it(string how, string text)
    {
        var flow = Open("day.csv", Encoding.UTF8.GetBytes(text));
        Assert.True(
            (string[])["rest 10", "rest 11", "Sell 40@1500000: 10:40@1500000", "withdraw 10 of 60"] is var expected
            && expected.SequenceEqual(flow.Commands.Select(FlowText.Of)),
            how);
        Assert.StartsWith("day.csv is read as lobster: 4 of its first ", flow.Reading, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_of_two_bytes_a_character_is_read() =>
        Assert.Equal(
            4,
            Open(
                "day.csv", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Messages)]).Commands.Count);

    [Fact]
    public void An_order_book_file_with_names_and_blank_lines_goes_with_its_messages()
    {
        Write(
            "day_orderbook_1.csv",
            "AskPrice1,AskSize1,BidPrice1,BidSize1\n9999999999,0,1500000,100\n\n1500100,50,1500000,100\n1500100,50,1500000,60\n1500100,50,-9999999999,0\n");
        var flow = Open(
            "day_message_1.csv", Encoding.UTF8.GetBytes("\ufeffTime,Type,OrderID,Size,Price,Direction\n" + Messages));
        Assert.Equal(4, flow.Commands.Count(command => command is not BookCheck));
    }

    [Theory]
    [InlineData(
        "34200.1,9,7,100,1500000,1\n34200.2,1,8,100,1500000,1\n",
        "line 1, column 2 (type): '9' is an unknown event type; 1 to 7 are known")]
    [InlineData("34200.1,1,7,100,1500000,1\n34200.2,1,8,100,1500000\n", "line 2: a message has six fields")]
    [InlineData(
        "\n34200.1,1,7,100,1500000,1\n34200.2,1,8,-100,1500000,1\n", "line 3, column 4 (size): '-100' is not positive")]
    [InlineData(
        "A,1,B,100,1500000\n34200.2,1,8,100,1500000,1\nA,2,B,100,1500000\n",
        "line 2, column 1 (command): unknown command '34200.2'")]
    public void A_line_that_is_wrong_is_an_error_of_the_format_that_most_lines_have(string text, string why)
    {
        var refused = Assert.Throws<FlowFormatException>(() => Open("day.csv", Encoding.UTF8.GetBytes(text)));
        Assert.StartsWith("day.csv, " + why, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("34200.1,1,7,100,1500000,1\n34200.2,4,7,101,1500000,1\n", 4)]
    [InlineData("34200.1,1,7,100,1500000,1\n34200.2,2,7,60,1500000,1\n34200.3,3,7,41,1500000,1\n", 4)]
    public void An_event_that_takes_more_of_an_order_than_it_has_is_refused(string text, int column)
    {
        var refused = Assert.Throws<FlowFormatException>(() => Open("day.csv", Encoding.UTF8.GetBytes(text)));
        Assert.Contains($"column {column} (size)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("of order 7 are taken, and", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("# nothing\n\n", "it holds comments and blank lines alone")]
    [InlineData(
        "A day of Nasdaq.\n",
        "none of its first 1 lines is a command (A, X, D, IOC, Q) or a LOBSTER message (time, type, id, size, price, direction); the first is 'A day of Nasdaq.'")]
    [InlineData(
        "1500100,50,1500000,50\n",
        "it reads as a LOBSTER order book file: replay the message file beside it (…_message_…)")]
    [InlineData("\0\u0001\0\u0002", "it is binary, and its messages are none of TotalView-ITCH 5.0")]
    public void A_file_that_is_no_recording_says_why_and_can_be_given_a_format(string text, string why)
    {
        var path = Write("day.csv", text);
        Assert.Equal(new RecordingGuess(null, why), OrderFlow.Guess(path));
        var refused = Assert.Throws<FlowFormatException>(() => OrderFlow.Open(path, cancellation: Token));
        Assert.Equal(
            $"day.csv: no format of recordings fits: {why}. Formats are commands, lobster, lobsterZip, itch50: name one if it is of it",
            refused.Message);
    }

    [Fact]
    public void A_format_that_is_named_counts_whatever_the_file_looks_like()
    {
        var path = Write("day.csv", "34200.1,1,7,100,1500000,1\n");
        var refused = Assert.Throws<FlowFormatException>(
            () => OrderFlow.Open(path, format: RecordingFormat.Commands, cancellation: Token));
        Assert.StartsWith(
            "day.csv, line 1, column 1 (command): unknown command", refused.Message, StringComparison.Ordinal);
        Assert.Equal(
            "day.csv is read as lobster: that was asked for",
            OrderFlow.Open(path, format: RecordingFormat.Lobster, cancellation: Token).Reading);
    }

    [Fact]
    public void A_packed_file_is_looked_into()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes("\ufeff\n" + Messages));
        Assert.Equal(4, Open("day.csv.gz", packed.ToArray()).Commands.Count);
    }

    [Fact]
    public void A_packet_capture_is_called_so()
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "day.pcap"), [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]);
        Assert.Contains(
            "packet capture", OrderFlow.Guess(Path.Combine(_folder.FullName, "day.pcap")).Why,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Fills_that_wait_to_be_compared_are_told_as_waiting()
    {
        var report = new ReplayReport { Orders = 7, Rows = 2, RowsEqual = 2 };
        Assert.Equal(
            "7 orders sent; no aggressive order was sent yet; 2 of 2 book rows equal; 0 orders/s", report.Progress());
        var audit = new FillAudit(report);
        audit.Compare(1, [new ExpectedFill("r.1.1", 10m, 5m)], [new OrderFill("7-0", 5m, 10m, 0m, Liquidity.Taker)]);
        audit.Compare(2, [new ExpectedFill("r.2.1", 10m, 5m)], [new OrderFill("9-0", 5m, 10m, 0m, Liquidity.Taker)]);
        Assert.Contains("; 2 aggressive orders wait to be compared; ", report.Progress(), StringComparison.Ordinal);

        audit.Join([Made("7-0", "r.1.1")]);
        Assert.Contains(
            "; all 1 aggressive orders compared so far are as recorded, 1 wait; ", report.Progress(),
            StringComparison.Ordinal);
        audit.Join([Made("9-0", "r.9.1")]);
        Assert.Contains(
            "; 1 of 2 aggressive orders compared so far are as recorded; ", report.Progress(),
            StringComparison.Ordinal);

        static AccountFill Made(string trade, string name) =>
            new(trade, "T", 1, name, OrderSide.Buy, 5m, 10m, 0m, Liquidity.Maker, default, 0);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private OrderFlow Open(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, bytes);
        return OrderFlow.Open(path, cancellation: Token);
    }
}
