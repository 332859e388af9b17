using System.Buffers.Binary;
using System.Collections.Frozen;
using System.IO.Compression;
using System.Text;

namespace QuantumCore.Cli.Plots;

/// <summary>Palette colours.</summary>
internal enum Ink : byte
{
    Paper = 0,
    Grid = 1,
    Text = 2,
    Range = 3,
    Line = 4,
    Volume = 5,
}

/// <summary>
/// A palette image, written as PNG (RFC 2083: signature, header, palette, a deflated stream of lines, end). The
/// framework's deflate is all that a plot needs. Graphics libraries bring native code and need the machine's fonts.
/// </summary>
internal sealed class Picture(int width, int height)
{
    /// <summary>Distance between characters, in pixels.</summary>
    internal const int CharacterWidth = 12;

    /// <summary>Height of a character, in pixels.</summary>
    internal const int CharacterHeight = 14;

    private const int GlyphRows = 7;
    private const int GlyphColumns = 5;
    private const int Magnified = 2;

    private static readonly byte[] s_palette =
    [
        0xff, 0xff, 0xff, 0xe2, 0xe7, 0xee, 0x17, 0x20, 0x2b, 0x9f, 0xb8, 0xe4, 0x16, 0x59, 0xc7, 0x85, 0x92, 0xa3,
    ];

    // Seven rows of five dots each, two hexadecimal digits a row, the left dot the highest bit.
    private static readonly FrozenDictionary<char, byte[]> s_glyphs = Glyphs("""
        0 0E11131519110E  1 040C040404040E  2 0E11010204081F  3 1F02040201110E  4 02060A121F0202
        5 1F101E0101110E  6 0608101E11110E  7 1F010204080808  8 0E11110E11110E  9 0E11110F01020C
        A 0E11111F111111  B 1E11111E11111E  C 0E11101010110E  D 1C12111111121C  E 1F10101E10101F
        F 1F10101E101010  G 0E11101711110F  H 1111111F111111  I 0E04040404040E  J 0702020202120C
        K 11121418141211  L 1010101010101F  M 111B1515111111  N 11191513111111  O 0E11111111110E
        P 1E11111E101010  Q 0E11111115120D  R 1E11111E141211  S 0F10100E01011E  T 1F040404040404
        U 1111111111110E  V 11111111110A04  W 1111111515150A  X 11110A040A1111  Y 11110A04040404
        Z 1F01020408101F  . 00000000000C0C  , 000000000C0408  : 000C0C000C0C00  - 0000001F000000
        / 01010204081010  ( 02040808080402  ) 08040202020408  % 18190204081303  + 0004041F040400
        """);

    private readonly byte[] _pixels = new byte[width * height];

    /// <summary>Fills a rectangle, clipped to the picture.</summary>
    internal void Fill(int left, int top, int right, int bottom, Ink ink)
    {
        for (var y = Math.Max(top, 0); y <= Math.Min(bottom, height - 1); y++)
        {
            for (var x = Math.Max(left, 0); x <= Math.Min(right, width - 1); x++)
                _pixels[(y * width) + x] = (byte)ink;
        }
    }

    /// <summary>Draws a line two pixels thick, from left to right.</summary>
    internal void Line(int fromX, int fromY, int toX, int toY, Ink ink)
    {
        // Each column is as high as the line climbs in it, so that steep lines have no gaps.
        for (var x = fromX; x <= toX; x++)
        {
            var (y, next) = (At(x), At(Math.Min(x + 1, toX)));
            Fill(x, Math.Min(y, next), x, Math.Max(y, next) + 1, ink);
        }

        int At(int x) => toX == fromX ? toY : fromY + ((toY - fromY) * (x - fromX) / (toX - fromX));
    }

    /// <summary>Writes capital letters and digits; other characters become blanks.</summary>
    internal void Write(int left, int top, string text, Ink ink)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!s_glyphs.TryGetValue(char.ToUpperInvariant(text[i]), out var rows))
                continue;

            for (var dot = 0; dot < GlyphRows * GlyphColumns; dot++)
            {
                if ((rows[dot / GlyphColumns] >> (GlyphColumns - 1 - (dot % GlyphColumns)) & 1) == 0)
                    continue;

                var (x, y) = (left + (i * CharacterWidth) + (dot % GlyphColumns * Magnified),
                    top + (dot / GlyphColumns * Magnified));
                Fill(x, y, x + Magnified - 1, y + Magnified - 1, ink);
            }
        }
    }

    /// <summary>Returns the picture as the content of a PNG file.</summary>
    internal byte[] ToPng()
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);

        // Bit depth 8, colour type 3 (palette).
        (header[8], header[9]) = (8, 3);
        Chunk(file, "IHDR", header);
        Chunk(file, "PLTE", s_palette);
        using var deflated = new MemoryStream();
        using (var zlib = new ZLibStream(deflated, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(_pixels, y * width, width);
            }
        }

        Chunk(file, "IDAT", deflated.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static FrozenDictionary<char, byte[]> Glyphs(string table) => table
        .Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
        .Chunk(2)
        .ToFrozenDictionary(static pair => pair[0][0], static pair => Convert.FromHexString(pair[1]));

    private static void Chunk(MemoryStream file, string name, byte[] content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. content];
        file.Write(named);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(named));
        file.Write(number);
    }

    /// <summary>Returns the CRC-32 of PNG, computed bit by bit: a plot is about ten thousand bytes.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }

        return ~crc;
    }
}
