using System.IO.Compression;
using QuantumCore.Replay;
using QuantumCore.TestKit;

namespace QuantumCore.Client.Tests;

/// <summary>TotalView-ITCH 5.0 day files: conversion of each message, and errors of invalid files.</summary>
public sealed class ItchTests : IDisposable
{
    private const ushort Apple = 13;
    private const ushort Other = 14;

    /// <summary>A message of each type, field by field at the offsets of the specification's tables.</summary>
    private static readonly string[] s_golden =
    [
        "53 0000 0002 1F1AD635BD15 4F",
        "52 000D 0002 1F1AD635BD15 4141504C20202020 51 4E 00000064 4E 43 5A20 50 4E 4E 31 4E 00000000 4E",
        "48 000D 0002 1F1AD635BD15 4141504C20202020 54 20 20202020",
        "59 000D 0002 1F1AD635BD15 4141504C20202020 30",
        "4C 000D 0002 1F1AD635BD15 4649524D 4141504C20202020 59 4E 41",
        "56 0000 0002 1F1AD635BD15 0000000000989680 00000000007A1200 00000000004C4B40",
        "57 0000 0002 1F1AD635BD15 31",
        "4B 000D 0002 1F1AD635BD15 4141504C20202020 00008598 41 000F4240",
        "4A 000D 0002 1F1AD635BD15 4141504C20202020 0016E360 00186A00 00155CC0 00000001",
        "68 000D 0002 1F1AD635BD15 4141504C20202020 51 54",
        "41 000D 0002 1F1AD635BD15 0000000000010203 42 00000190 4141504C20202020 0016E360",
        "46 000D 0002 1F1AD635BD15 0000000000010204 53 0000012C 4141504C20202020 0016E7AC 4649524D",
        "45 000D 0002 1F1AD635BD15 0000000000010203 00000032 0000000000000A0B",
        "43 000D 0002 1F1AD635BD15 0000000000010203 0000000A 0000000000000A0C 59 0016E2FC",
        "58 000D 0002 1F1AD635BD15 0000000000010203 00000014",
        "55 000D 0002 1F1AD635BD15 0000000000010203 0000000000010205 000001F4 0016E2FC",
        "44 000D 0002 1F1AD635BD15 0000000000010204",
        "50 000D 0002 1F1AD635BD15 0000000000000000 42 00000064 4141504C20202020 0016E360 0000000000000A0D",
        "51 000D 0002 1F1AD635BD15 0000000000001829 4141504C20202020 0016E360 0000000000000A0E 4F",
        "42 000D 0002 1F1AD635BD15 0000000000000A0B",
        "49 000D 0002 1F1AD635BD15 0000000000000001 0000000000000002 42 4141504C20202020 0016E360 0016E361 0016E362 4F 4C",
        "4E 000D 0002 1F1AD635BD15 4141504C20202020 41",
        "4F 000D 0002 1F1AD635BD15 4141504C20202020 59 0016E360 0016E361 0016E362 00001F1AD635BD15 0016E363 0016E364",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qc-itch");

    public static TheoryData<int> Types => [.. Enumerable.Range(0, s_golden.Length)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_message_of_each_type_is_read_at_the_offsets_of_the_specification()
    {
        var file = new ItchFile();
        foreach (var message in s_golden)
            file.Message(Bytes(message));

        var flow = Open(file);

        Assert.Equal(
            [
                new RestOrder(11, 0x10203, OrderSide.Buy, 400, 1_500_000),
                new RestOrder(12, 0x10204, OrderSide.Sell, 300, 1_501_100),
                new ReduceOrder(14, 0x10203, 10), new ReduceOrder(15, 0x10203, 20), new WithdrawOrder(16, 0x10203, 320),
                new RestOrder(16, 0x10205, OrderSide.Buy, 500, 1_499_900), new WithdrawOrder(17, 0x10204, 300),
            ],
            flow.Commands.Where(command => command is not AggressiveOrder and not BookCheck));
        Assert.Equal(
            "Sell 50@1500000: 66051:50@1500000", FlowText.Of(Assert.Single(flow.Commands.OfType<AggressiveOrder>())));
        Assert.Equal("AAPL", flow.Ticker);
        Assert.Equal(
            "7 of 23 messages are of the stock's book; 1 executions of hidden orders, 1 crosses, 1 broken trades, 2 halts and resumptions and 1 imbalances are left out",
            flow.Notes[0]);
        Assert.Contains("no event that ends its day", flow.Notes[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_writer_of_these_tests_writes_what_the_specification_says()
    {
        var file = new ItchFile().Event('O').Directory(Apple, "AAPL").Action(Apple, "AAPL", 'T')
            .Add(Apple, 0x10203, 'B', 400, "AAPL", 1_500_000).Add(Apple, 0x10204, 'S', 300, "AAPL", 1_501_100, "FIRM")
            .Execute(Apple, 0x10203, 50, 0xa0b).ExecuteAt(Apple, 0x10203, 10, 1_499_900, 'Y', 0xa0c)
            .Cancel(Apple, 0x10203, 20)
            .Replace(Apple, 0x10203, 0x10205, 500, 1_499_900).Delete(Apple, 0x10204);
        var expected = new ItchFile();
        foreach (var at in (ReadOnlySpan<int>)[0, 1, 2, 10, 11, 12, 13, 14, 15, 16])
            expected.Message(Bytes(s_golden[at]));

        Assert.Equal(Convert.ToHexString(expected.ToArray()), Convert.ToHexString(file.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Wrong_message_length_is_named(int type)
    {
        var message = Bytes(s_golden[type]);
        var longer = Day().Message([.. message, 0]);
        var shorter = Day().Message(message.AsSpan(0, message.Length - 1)).Event('M');

        Refused(
            longer, 3, $"a message of type {(char)message[0]} has {message.Length} bytes, not {message.Length + 1}");
        Refused(
            shorter, 3, $"a message of type {(char)message[0]} has {message.Length} bytes, not {message.Length - 1}");
        Refused(Day().Bytes([0]), 3, "cut off within its length");
        Refused(
            Day().Bytes([0, (byte)message.Length]).Bytes(message.AsSpan(0, message.Length - 1)), 3,
            $"cut off within it: {message.Length - 1} of {message.Length}");
    }

    [Fact]
    public void A_replaced_order_goes_to_the_back_of_its_queue()
    {
        var day = Day().Add(Apple, 1, 'B', 100, "AAPL", 1_500_000).Add(Apple, 2, 'B', 100, "AAPL", 1_500_000)
            .Replace(Apple, 1, 3, 80, 1_500_000).Execute(Apple, 2, 100).Execute(Apple, 3, 50);

        Assert.Equal(
            ["rest 1", "rest 2", "withdraw 1 of 100", "rest 3", "Sell 150@1500000: 2:100@1500000 3:50@1500000"],
            Commands(day));

        // If it were met first, it would not have lost its priority.
        day = Day().Add(Apple, 1, 'B', 100, "AAPL", 1_500_000).Add(Apple, 2, 'B', 100, "AAPL", 1_500_000)
            .Replace(Apple, 1, 3, 80, 1_500_000).Execute(Apple, 3, 50);
        var flow = Open(day.Event('C'));
        Assert.Equal("reduce 3 by 50", FlowText.Of(flow.Commands.Last(command => command is not BookCheck)));
        Assert.StartsWith("1 aggressive orders were not", flow.Notes[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Execution_at_the_displayed_price_is_a_trade_and_at_another_price_a_reduction()
    {
        var day = Day().Add(Apple, 1, 'S', 100, "AAPL", 1_500_000).Add(Apple, 2, 'S', 100, "AAPL", 1_500_000)
            .ExecuteAt(Apple, 1, 40, 1_500_000, 'Y').ExecuteAt(Apple, 2, 30, 1_499_900, 'Y')
            .ExecuteAt(Apple, 2, 70, 1_500_000, 'N');

        Assert.Equal(
            ["rest 1", "rest 2", "Buy 40@1500000: 1:40@1500000", "reduce 2 by 30", "withdraw 2 of 70"], Commands(day));
        Assert.Equal(
            "1 executions in crosses and 1 at other prices than displayed: taken as reductions",
            Open(day.Event('C')).Notes[1]);
    }

    [Theory]
    [InlineData(0, "Sell 200@1500000: 1:100@1500000 2:100@1500000")]
    [InlineData(1, "Sell 100@1500000: 1:100@1500000|Sell 100@1500000: 2:100@1500000")]
    [InlineData(1L << 16, "Sell 100@1500000: 1:100@1500000|Sell 100@1500000: 2:100@1500000")]
    [InlineData(1L << 32, "Sell 100@1500000: 1:100@1500000|Sell 100@1500000: 2:100@1500000")]
    [InlineData(1L << 40, "Sell 100@1500000: 1:100@1500000|Sell 100@1500000: 2:100@1500000")]
    public void Executions_of_one_time_and_side_are_one_aggressive_order(long later, string expected)
    {
        var day = Day().Add(Apple, 1, 'B', 100, "AAPL", 1_500_000).Add(Apple, 2, 'B', 100, "AAPL", 1_500_000)
            .Add(Apple, 3, 'S', 100, "AAPL", 1_600_000);
        day.Execute(Apple, 1, 100).Hidden(Apple, 5, "AAPL", 1_500_000).Add(Other, 9, 'B', 7, "MSFT", 100)
            .Execute(Other, 9, 7);
        day.Time += later;
        day.Execute(Apple, 2, 100).Execute(Apple, 3, 10).Execute(Apple, 3, 20);

        Assert.Equal(
            [.. expected.Split('|'), "Buy 10@1600000: 3:10@1600000", "Buy 20@1600000: 3:20@1600000"],
            Commands(day)[3..]);
    }

    [Fact]
    public void A_stock_is_found_by_the_code_it_has_that_day()
    {
        foreach (var locate in (ReadOnlySpan<ushort>)[1, 7, 256, 65_535])
        {
            var other = (ushort)(locate ^ 0x100);
            var day = new ItchFile().Event('O').Directory(other, "AAPLW").Directory(locate, "AAPL").Event('S')
                .Add(other, 1, 'B', 100, "AAPLW", 1_500_000).Add(locate, 2, 'B', 100, "AAPL", 1_500_000)
                .Execute(other, 1, 100).Execute(locate, 2, 30).Event('C');

            Assert.Equal(["rest 2", "Sell 30@1500000: 2:30@1500000", "row"], Open(day).Commands.Select(FlowText.Of));
            Assert.Equal("rest 1", FlowText.Of(Open(day, "AAPLW").Commands[0]));
        }

        Refused(Day().Directory(99, "AAPL"), 3, "AAPL has the locate code 99, and 13 before");
    }

    [Fact]
    public void A_crossed_book_waits_for_its_cross()
    {
        // Orders gather while the stock is halted. Then the cross executes some, and the rest trades on.
        var day = Day().Add(Apple, 1, 'S', 100, "AAPL", 1_500_000).Action(Apple, "AAPL", 'H')
            .Add(Apple, 2, 'B', 150, "AAPL", 1_500_200).Add(Apple, 3, 'B', 50, "AAPL", 1_500_200)
            .Add(Apple, 4, 'B', 10, "AAPL", 1_499_900)
            .Cancel(Apple, 2, 20)
            .ExecuteAt(Apple, 2, 100, 1_500_100, 'N').ExecuteAt(Apple, 1, 100, 1_500_100, 'N')
            .Cross(Apple, 100, "AAPL", 1_500_100, 'H')
            .Action(Apple, "AAPL", 'T').Execute(Apple, 2, 30).Execute(Apple, 3, 50).Event('C');

        var flow = Open(day);
        Assert.Equal(
            [
                "rest 1", "rest 4", "withdraw 1 of 100", "rest 2", "rest 3", "row",
                "Sell 80@1500200: 2:30@1500200 3:50@1500200", "row"],
            flow.Commands.Select(FlowText.Of));
        Assert.Equal(
            "2 executions in crosses and 0 at other prices than displayed: taken as reductions", flow.Notes[1]);
        Assert.Equal(
            "2 orders came to a crossed book and wait until they would not trade, 0 executions of such are reductions; 1 book rows are not checked meanwhile",
            flow.Notes[3]);
        Assert.Equal(
            new BookCheck(16, 5, [new RecordedLevel(1_499_900, 10)], []).Bids,
            Assert.IsType<BookCheck>(flow.Commands[^1]).Bids);
    }

    [Fact]
    public void Orders_at_fractions_of_a_cent_are_left_out_unless_the_stock_trades_there()
    {
        var day = Day().Add(Apple, 1, 'B', 100, "AAPL", 1).Add(Apple, 2, 'B', 100, "AAPL", 1_500_000)
            .Replace(Apple, 1, 3, 50, 2).Cancel(Apple, 3, 10)
            .Execute(Apple, 2, 100).Delete(Apple, 3).Event('C');

        var flow = Open(day);
        Assert.Equal(["rest 2", "Sell 100@1500000: 2:100@1500000", "row"], flow.Commands.Select(FlowText.Of));
        Assert.Equal("2 orders at fractions of a cent, of which none was executed, are left out", flow.Notes[3]);

        day = Day().Add(Apple, 1, 'B', 100, "AAPL", 4_512).Add(Apple, 2, 'B', 100, "AAPL", 4_513)
            .Execute(Apple, 2, 100);
        Assert.Equal(["rest 1", "rest 2", "Sell 100@4513: 2:100@4513"], Commands(day));
    }

    [Fact]
    public void Book_row_shows_the_best_five_levels_after_aggressive_orders_and_ten_messages()
    {
        var day = Day();
        for (var i = 1; i <= 12; i++)
            day.Add(Apple, i, 'B', 10, "AAPL", (uint)(1_500_000 - (i * 100)));
        day.Add(Apple, 13, 'S', 30, "AAPL", 1_500_000).Execute(Apple, 1, 4);

        var rows = Open(day).Commands.OfType<BookCheck>().ToList();
        Assert.Equal([12, 16], rows.Select(row => row.Line));
        Assert.Equal([6, 10, 10, 10, 10], rows[1].Bids.Select(level => level.Quantity));
        Assert.Equal([new RecordedLevel(1_500_000, 30)], rows[1].Asks);
        Assert.Equal(5, rows[1].Depth);
    }

    [Fact]
    public void Without_a_ticker_or_with_one_that_is_not_there_the_stocks_are_named()
    {
        var day = new ItchFile().Event('O');
        for (var i = 0; i < 40; i++)
            day.Directory((ushort)(i + 1), $"S{i:00}");
        day.Event('S');

        var refused = Assert.Throws<FlowTickerException>(() => Open(day, null));
        Assert.Equal((null, 40, 10), (refused.Ticker, refused.Stocks, refused.Examples.Count));
        Assert.Equal(
            "day.NASDAQ_ITCH50 holds 40 stocks: name one by its ticker, such as S00, S01, S02, S03, S04, S05, S06, S07, S08, S09",
            refused.Message);

        // The directory is complete before the first order, so a missing stock needs no search to the end.
        refused = Assert.Throws<FlowTickerException>(() => Open(day.Bytes([0, 12]), "s20x"));
        Assert.Equal(
            "s20x is none of the 40 stocks of day.NASDAQ_ITCH50, such as S16, S17, S18, S19, S20, S21, S22, S23, S24, S25",
            refused.Message);
        Assert.Equal("S39", Assert.Throws<FlowTickerException>(() => Open(day, "TOO LONG A NAME")).Examples[^1]);
        Assert.Throws<FlowTickerException>(() => Open(new ItchFile().Event('O'), "AAPL"));
        Assert.Throws<FlowTickerException>(() => Open(new ItchFile().Add(Apple, 1, 'B', 1, "AAPL", 100), "AAP\u00c4"));

        File.WriteAllText(Path.Combine(_folder.FullName, "day.csv"), "A,1,B,1,100\n");
        refused = Assert.Throws<FlowTickerException>(
            () => OrderFlow.Open(Path.Combine(_folder.FullName, "day.csv"), "AAPL", cancellation: Token));
        Assert.Equal("day.csv is of one stock: AAPL can't be chosen from it", refused.Message);
    }

    [Fact]
    public void A_piece_of_a_day_is_read_as_far_as_it_goes()
    {
        var piece = new ItchFile().Execute(Apple, 5, 10).Add(Apple, 1, 'B', 100, "AAPL", 1_500_000)
            .Execute(Apple, 6, 10).Replace(Apple, 6, 7, 10, 1_500_000)
            .Delete(Apple, 7).Execute(Apple, 1, 10);
        var flow = Open(piece);

        Assert.Equal(
            ["rest 1", "Sell 10@1500000: 1:10@1500000"],
            flow.Commands.Where(command => command is not BookCheck).Select(FlowText.Of));
        Assert.Equal(
            "the file begins within the day: 3 messages of orders that it does not add are left out", flow.Notes[^1]);
    }

    [Fact]
    public void Message_of_an_unknown_type_is_skipped_by_its_length_and_counted()
    {
        var day = Day().Message("!future".Select(letter => (byte)letter).ToArray())
            .Add(Apple, 1, 'B', 100, "AAPL", 1_500_000).Message([1]).Event('C').Bytes([0, 0]);

        var flow = Open(day);
        Assert.Equal(["rest 1"], flow.Commands.Select(FlowText.Of));
        Assert.Equal("2 messages of unknown types are left out", flow.Notes[^1]);
        Refused(day.Event('C'), 7, "it is empty, which ends a file, and more follows");
    }

    [Fact]
    public void Invalid_message_is_named()
    {
        Refused(Resting().Add(Apple, 1, 'S', 10, "AAPL", 1_600_000), 4, "order 1 is there already");
        Refused(Resting().Replace(Apple, 1, 1, 0, 1_600_000), 4, "it has no shares");
        Refused(Resting().Replace(Apple, 1, 2, 10, 0), 4, "it has no price");
        Refused(Resting().Execute(Apple, 1, 101), 4, "101 of order 1 are taken, and 100 are left");
        Refused(Resting().Execute(Apple, 1, 60).Cancel(Apple, 1, 41), 5, "41 of order 1 are taken, and 40 are left");
        Refused(Resting().ExecuteAt(Apple, 1, 101, 1_500_100, 'Y'), 4, "101 of order 1 are taken");
        Refused(Resting().Execute(Apple, 1, 0), 4, "it has no shares");
        Refused(Day().Add(Apple, 1, 'X', 10, "AAPL", 1_600_000), 3, "'X' is no side");
        Refused(Day().Add(Apple, -1, 'B', 10, "AAPL", 1_600_000), 3, "63 bits");

        static ItchFile Resting() => Day().Add(Apple, 1, 'B', 100, "AAPL", 1_500_000);
    }

    [Fact]
    public void A_packed_file_is_known_by_its_bytes_and_a_broken_one_is_named()
    {
        var day = Day();
        for (var i = 1; i <= 5_000; i++)
            day.Add(Apple, i, 'B', (uint)((i * 7919 % 900) + 1), "AAPL", (uint)(1_000_000 + (i * 7907 % 5_000 * 100)));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(day.Event('C').ToArray());
        var bytes = packed.ToArray();

        Assert.Equal(5_000, Open(bytes, "AAPL", "day.gz").Commands.OfType<RestOrder>().Count());
        Assert.Equal(5_000, Open(bytes, "AAPL", "day").Commands.OfType<RestOrder>().Count());
        Assert.Contains(
            "the file is cut off",
            Assert.Throws<FlowFormatException>(() => Open(bytes[..^5_000], "AAPL", "day.gz")).Message,
            StringComparison.Ordinal);

        // The checksum is read last.
        bytes[^5] ^= 1;
        Assert.Contains(
            "what follows can't be unpacked",
            Assert.Throws<FlowFormatException>(() => Open(bytes, "AAPL", "day.gz")).Message, StringComparison.Ordinal);
        for (var at = bytes.Length / 2; at < (bytes.Length / 2) + 100; at++)
            bytes[at] = 0xff;
        Assert.Throws<FlowFormatException>(() => Open(bytes, "AAPL", "day.gz"));
    }

    [Fact]
    public void A_damaged_day_is_read_or_refused_and_nothing_else()
    {
        var whole = Day().Add(Apple, 1, 'B', 100, "AAPL", 1_500_000).Add(Apple, 2, 'S', 100, "AAPL", 1_500_100, "FIRM")
            .Execute(Apple, 1, 40).ExecuteAt(Apple, 2, 10, 1_500_000, 'N')
            .Add(Other, 3, 'B', 5, "MSFT", 100).Cancel(Apple, 1, 10).Replace(Apple, 1, 4, 300, 1_500_200)
            .Delete(Apple, 2).Hidden(Apple, 5, "AAPL", 1_500_000).Event('C').ToArray();
        var (read, refused) = (0, 0);
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var bytes = whole.AsSpan(0, seed % 5 == 0 ? random.Next(whole.Length) : whole.Length).ToArray();
            for (var changes = random.Next(4); changes > 0 && bytes.Length > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);

            try
            {
                ItchImport.Convert("AAPL", ItchDay.Read(new MemoryStream(bytes), "day", "AAPL", Token), "day", Token);
                read++;
            }
            catch (Exception error) when (error is FlowFormatException or FlowTickerException)
            {
                refused++;
            }
        }

        Assert.InRange(read, 750, 2_250);
        Assert.Equal(3_000, read + refused);
    }

    [Fact]
    public void Messages_of_other_stocks_cost_no_memory()
    {
        var block = new ItchFile();
        for (var i = 1; i <= 2_000; i++)
            block.Add(Other, i, 'B', 100, "MSFT", 100, "FIRM").Execute(Other, i, 60).Delete(Other, i);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var stream = new RepeatedStream(Day().Event('S').ToArray(), block.ToArray(), 200);
        var day = ItchDay.Read(stream, "day", "AAPL", Token);

        Assert.Equal((1_200_003, 0), (day.Total, day.Messages.Count));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    [Fact]
    public void Cancelled_reading_of_a_day_stops_early() =>
        Assert.Throws<OperationCanceledException>(
            () =>
                ItchDay.Read(new MemoryStream(Day().ToArray()), "day", "AAPL", new CancellationToken(canceled: true)));

    [Theory]
    [InlineData("MSFT_2012-06-21_50_1000rows.cmds.csv.gz", 35)]
    [InlineData("AMZN_2012-06-21_5.cmds.csv.gz", 6_578)]
    [InlineData("AAPL_2012-06-21_50_1h.cmds.csv.gz", 3_282)]
    [Trait("Suite", "Gate")]
    public void A_recorded_day_written_as_ITCH_imports_as_the_same_commands(string name, int aggressive)
    {
        var path = OrderFlowFiles.Find(name);
        using var text = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var day = ItchFile.Of(text.ReadToEnd().Split('\n'), "AMZN", 4_711, "MSFT");

        var imported = Open(day.ToArray(), "AMZN", "day.NASDAQ_ITCH50");
        Assert.Equal(Shapes(OrderFlow.Open(path, cancellation: Token)), Shapes(imported));
        Assert.Equal(aggressive, imported.Commands.OfType<AggressiveOrder>().Count());
        Assert.Equal(3, imported.Notes.Count);
        Assert.StartsWith("0 aggressive orders were not", imported.Notes[2], StringComparison.Ordinal);
    }

    /// <summary>
    /// Returns the commands with orders numbered by arrival; a removal of all of an order counts as its cancellation.
    /// </summary>
    private static List<string> Shapes(OrderFlow flow)
    {
        var numbers = new Dictionary<long, int>();
        var left = new Dictionary<long, long>();
        var next = 0;
        var shapes = new List<string>();
        foreach (var command in flow.Commands)
        {
            switch (command)
            {
                case RestOrder order:
                    (numbers[order.Id], left[order.Id]) = (++next, order.Quantity);
                    shapes.Add($"rest {next}: {order.Side} {order.Quantity}@{order.Price}");
                    break;
                case ReduceOrder order:
                    shapes.Add((left[order.Id] -= order.Quantity) == 0
                        ? $"out {numbers[order.Id]}"
                        : $"reduce {numbers[order.Id]} by {order.Quantity}");
                    break;
                case WithdrawOrder order:
                    shapes.Add($"out {numbers[order.Id]}");
                    break;
                case AggressiveOrder order:
                    foreach (var fill in order.Fills)
                        left[fill.MakerId] -= fill.Quantity;
                    shapes.Add(
                        $"{order.Side}: " + string.Join(
                            ' ', order.Fills.Select(fill => $"{numbers[fill.MakerId]}:{fill.Quantity}@{fill.Price}")));
                    break;
            }
        }

        return shapes;
    }

    private static ItchFile Day() => new ItchFile().Event('O').Directory(Apple, "AAPL");

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private List<string> Commands(ItchFile day) =>
        [.. Open(day.ToArray(), "AAPL", "day.NASDAQ_ITCH50").Commands.Where(command => command is not BookCheck)
            .Select(FlowText.Of)];

    private void Refused(ItchFile day, int message, string why)
    {
        var refused = Assert.Throws<FlowFormatException>(() => Open(day));
        Assert.StartsWith($"day.NASDAQ_ITCH50, message {message}: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    private OrderFlow Open(ItchFile day, string? ticker = "AAPL") => Open(day.ToArray(), ticker, "day.NASDAQ_ITCH50");

    private OrderFlow Open(byte[] bytes, string? ticker, string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, bytes);
        Assert.Equal(RecordingFormat.Itch50, OrderFlow.Guess(path).Format);
        return OrderFlow.Open(path, ticker, cancellation: Token);
    }

    /// <summary>A stream of a beginning, then the same block repeatedly.</summary>
    private sealed class RepeatedStream(byte[] beginning, byte[] block, int times) : MemoryStream
    {
        private long _at;

        public override int Read(byte[] buffer, int offset, int count)
        {
            var length = beginning.Length + ((long)block.Length * times);
            var read = 0;
            while (read < count && _at < length)
            {
                var (from, start) = _at < beginning.Length
                    ? (beginning, (int)_at)
                    : (block, (int)((_at - beginning.Length) % block.Length));
                var part = Math.Min(count - read, from.Length - start);
                from.AsSpan(start, part).CopyTo(buffer.AsSpan(offset + read));
                (read, _at) = (read + part, _at + part);
            }

            return read;
        }
    }
}
