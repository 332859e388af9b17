using System.Buffers.Binary;
using System.IO.Compression;
using QuantumCore.Replay;
using QuantumCore.TestKit;

namespace QuantumCore.Client.Tests;

/// <summary>Files of ITCH messages: framed, compressed and cut out of a day.</summary>
public sealed class ItchFramingTests : IDisposable
{
    private const ushort Apple = 13;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qc-itch-framing");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Framings => ["lengths", "soup", "mold", "none"];

    [Theory]
    [MemberData(nameof(Framings))]
    public void A_day_is_read_whatever_stands_around_its_messages(string framing)
    {
        var (plain, framed) = (Open(Day()), Framed(framing, Day()));
        var flow = Open(framed);
        Assert.Equal(Commands(plain), Commands(flow));
        Assert.Contains(framing switch
        {
            "soup" => "in packets of SoupBinTCP",
            "mold" => "in packets of MoldUDP64",
            "none" => "without lengths",
            _ => "behind their lengths of two bytes",
        }, flow.Reading, StringComparison.Ordinal);

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(framed);
        Assert.Equal(Commands(plain), Commands(Open(packed.ToArray())));
    }

    [Theory]
    [MemberData(nameof(Framings))]
    public void A_file_that_is_cut_off_is_named_by_its_message(string framing)
    {
        var framed = Framed(framing, Long());
        var refused = Assert.Throws<FlowFormatException>(() => Open(framed[..^30]));
        Assert.Contains(", message ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("cut off", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Wherever the cut is, one order rests for each that was added completely after it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(37)]
    [InlineData(38)]
    [InlineData(400)]
    public void A_file_cut_out_of_the_middle_of_a_day_is_read_from_its_first_whole_message_on(int cut)
    {
        var day = Long();
        var start = new ItchFile().Event('O').Directory(Apple, "AAPL").ToArray().Length;
        var flow = Open(day[(start + cut)..]);
        Assert.Equal(200 - ((cut + 37) / 38), flow.Commands.OfType<RestOrder>().Count());
        if (cut % 38 != 0)
            Assert.Contains(
                $"the first whole one after {38 - (cut % 38)} bytes", flow.Reading, StringComparison.Ordinal);
    }

    [Fact]
    public void A_day_with_gaps_is_read_and_says_so()
    {
        var flow = Open(new ItchFile().Event('O').Directory(Apple, "AAPL").Execute(Apple, 1, 10).Delete(Apple, 2)
            .Add(Apple, 3, 'B', 100, "AAPL", 1_500_000)
            .Execute(Apple, 3, 40).Execute(Apple, 1, 1).Event('C').ToArray());
        Assert.Equal(["rest 3", "Sell 40@1500000: 3:40@1500000"], Commands(flow));
        Assert.Equal("the file has gaps: 3 messages of orders that it does not add are left out", flow.Notes[^1]);
    }

    [Fact]
    public void A_text_is_no_file_of_messages()
    {
        foreach (var text in (ReadOnlySpan<string>)[
            "A,1,B,100,1500000\n", "34200.1,1,7,100,1500000,1\n", "Some words, and more of them, for a while.\n"])
        {
            var path = Path.Combine(_folder.FullName, "text");
            File.WriteAllText(path, string.Concat(Enumerable.Repeat(text, 100)));
            Assert.NotEqual(RecordingFormat.Itch50, OrderFlow.Guess(path).Format);
        }
    }

    private static byte[] Day() => new ItchFile().Event('O').Directory(Apple, "AAPL").Action(Apple, "AAPL", 'T')
        .Add(Apple, 1, 'B', 400, "AAPL", 1_500_000).Add(Apple, 2, 'S', 300, "AAPL", 1_501_100, "FIRM")
        .Execute(Apple, 1, 50).ExecuteAt(Apple, 1, 10, 1_499_900, 'Y').Cancel(Apple, 1, 20)
        .Replace(Apple, 1, 3, 500, 1_499_900).Delete(Apple, 2).Event('C').ToArray();

    private static byte[] Long()
    {
        var day = new ItchFile().Event('O').Directory(Apple, "AAPL");
        for (var i = 1; i <= 200; i++)
            day.Add(Apple, i, 'B', 10, "AAPL", (uint)(1_500_000 - (i * 100)));
        return day.ToArray();
    }

    /// <summary>Returns the messages of a length-prefixed file in another framing.</summary>
    private static byte[] Framed(string framing, byte[] file)
    {
        var framed = new List<byte>();
        if (framing == "soup")
            framed.AddRange([0, 31, (byte)'A', .. "SESSION001"u8, .. "                   1"u8, 0, 1, (byte)'H']);
        for (var (at, number) = (0, 0); at < file.Length; number++)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at));
            var message = file.AsSpan(at + 2, length);
            at += 2 + length;
            switch (framing)
            {
                case "lengths":
                    framed.AddRange([0, (byte)length, .. message]);
                    break;
                case "soup":
                    framed.AddRange([0, (byte)(length + 1), (byte)'S', .. message]);
                    if (number % 3 == 0)
                        framed.AddRange([0, 1, (byte)'H']);
                    break;
                case "mold":
                    framed.AddRange(
                        [.. "SESSION001"u8, 0, 0, 0, 0, 0, 0, 0, (byte)number, 0, 1, 0, (byte)length, .. message]);
                    if (number % 3 == 0)
                        framed.AddRange([.. "SESSION001"u8, 0, 0, 0, 0, 0, 0, 0, (byte)number, 0, 0]);
                    break;
                default:
                    framed.AddRange(message);
                    break;
            }
        }

        return [.. framed];
    }

    private static string[] Commands(OrderFlow flow) =>
        [.. flow.Commands.Where(command => command is not BookCheck).Select(FlowText.Of)];

    private OrderFlow Open(byte[] bytes)
    {
        var path = Path.Combine(_folder.FullName, "sample.itch");
        File.WriteAllBytes(path, bytes);
        Assert.Equal(RecordingFormat.Itch50, OrderFlow.Guess(path).Format);
        return OrderFlow.Open(path, "AAPL", cancellation: Token);
    }
}
