using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using QuantumCore.Cli.Plots;

namespace QuantumCore.Client.Tests;

/// <summary>Plots of qc, as text and as pictures that are decoded again.</summary>
public sealed class PlotTests
{
    private static readonly Plot s_climb = new("climb", [.. Enumerable.Range(0, 15).Select(i =>
        new PlotPoint($"at {i}", 100m + i, 100m + i, 100m + i, i))]);

    [Fact]
    public void A_climb_is_a_diagonal_with_its_prices_beside_it_and_its_volumes_below()
    {
        var lines = TextPlot.Draw(s_climb, 40).Split('\n');

        Assert.Equal(["climb", " 114 +              *", "     |             *", "     |            *"], lines[..4]);
        Assert.Equal([" 107 +       *", " 100 +*"], [lines[8], lines[15]]);
        Assert.Equal([" vol | ..::--==++**##", "      at 0      at 14"], lines[16..]);
    }

    [Fact]
    public void Points_that_share_a_column_are_its_range_and_its_volume_together()
    {
        var column = Assert.Single(
            new Plot(
                "all", [new("a", 3m, 5m, 4m, 1m), new("b", 2m, 4m, 2m, 10m), new("c", 2m, 9m, 8m, 100m)]).Columns(1));

        Assert.Equal(new PlotPoint("a", 2m, 9m, 8m, 111m), column);
    }

    [Fact]
    public void A_single_price_is_a_line_in_the_middle()
    {
        var lines = TextPlot.Draw(new Plot("flat", [new("a", 1.50m, 1.50m, 1.50m, 0m)]), 40).Split('\n');

        Assert.Equal(" 1.50 +*", lines[8]);
        Assert.All(lines[1..8].Concat(lines[9..17]), line => Assert.DoesNotContain('*', line));
    }

    [Fact]
    public void A_picture_is_a_PNG_whose_line_climbs_from_corner_to_corner()
    {
        var (width, height, pixels) = Read(PicturePlot.Draw(s_climb));

        Assert.Equal((960, 540), (width, height));
        var line = Enumerable.Range(0, width)
            .Select(x => (X: x, Y: Enumerable.Range(0, height).FirstOrDefault(y => pixels[y][x] == (byte)Ink.Line, -1)))
            .Where(place => place.Y >= 0).ToArray();
        Assert.True(line.Length > 700, "The line is not there.");
        Assert.Equal((390, 40), (line[0].Y, line[^1].Y));
        Assert.All(line.Zip(line.Skip(1)), pair => Assert.True(pair.Second.Y <= pair.First.Y, "The line falls."));

        // The title and both ends of its axis have labels.
        foreach (var row in new[] { 14, 514 })
            Assert.Contains(Enumerable.Range(row, 14), y => pixels[y].Contains((byte)Ink.Text));
    }

    /// <summary>Reads a PNG of the writer's kind, with code that shares nothing with it.</summary>
    private static (int Width, int Height, byte[][] Pixels) Read(byte[] png)
    {
        Assert.Equal([137, 80, 78, 71, 13, 10, 26, 10], png[..8]);
        var chunks = new Dictionary<string, byte[]>();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var name = Encoding.ASCII.GetString(png, at + 4, 4);
            chunks.Add(name, png[(at + 8)..(at + 8 + length)]);
            Assert.Equal(
                Crc(png.AsSpan(at + 4, length + 4)), BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 8 + length)));
            at += length + 12;
        }

        Assert.Equal(["IHDR", "PLTE", "IDAT", "IEND"], chunks.Keys);
        var header = chunks["IHDR"];
        Assert.Equal([8, 3, 0, 0, 0], header[8..]);
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header),
            BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)));
        using var inflated = new ZLibStream(new MemoryStream(chunks["IDAT"]), CompressionMode.Decompress);
        var pixels = new byte[height][];
        for (var y = 0; y < height; y++)
        {
            Assert.Equal(0, inflated.ReadByte());
            pixels[y] = new byte[width];
            inflated.ReadExactly(pixels[y]);
            Assert.All(pixels[y], pixel => Assert.InRange(pixel, 0, (chunks["PLTE"].Length / 3) - 1));
        }

        Assert.Equal(-1, inflated.ReadByte());
        return (width, height, pixels);
    }

    /// <summary>Returns the checksum by polynomial division, as on paper.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var remainder = 0u;
        var bits = bytes.Length * 8;
        for (var i = 0; i < bits + 32; i++)
        {
            var bit = i < bits ? (uint)(bytes[i / 8] >> (i % 8)) & 1 : 0;
            if (i < 32)
                bit ^= 1;
            var carry = remainder >> 31;
            remainder = (remainder << 1) | bit;
            if (carry == 1)
                remainder ^= 0x04C11DB7;
        }

        var reversed = 0u;
        for (var i = 0; i < 32; i++)
            reversed |= ((remainder >> i) & 1) << (31 - i);
        return ~reversed;
    }
}
