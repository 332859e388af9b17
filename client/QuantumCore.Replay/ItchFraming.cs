using System.Buffers.Binary;

namespace QuantumCore.Replay;

/// <summary>Framing of each message of an ITCH file.</summary>
internal enum ItchFraming
{
    /// <summary>A two-byte big-endian length before each message (Nasdaq's BinaryFILE).</summary>
    Lengths = 0,

    /// <summary>SoupBinTCP packets: a length, a letter, and for data packets a message.</summary>
    SoupBinTcp = 1,

    /// <summary>MoldUDP64 packets: session, sequence, count, and that many length-prefixed messages.</summary>
    MoldUdp64 = 2,

    /// <summary>No framing: the type determines the length of a message.</summary>
    None = 3,
}

/// <summary>Layout of a file of ITCH messages.</summary>
/// <param name="Framing">Framing of the messages.</param>
/// <param name="Skipped">Bytes before the first whole message, if the file begins within one.</param>
internal readonly record struct ItchLayout(ItchFraming Framing, int Skipped = 0)
{
    /// <summary>Length of a message's length prefix, in bytes.</summary>
    internal const int PrefixLength = 2;

    /// <summary>Length of a MoldUDP64 packet's header, in bytes. The last two hold the message count.</summary>
    internal const int MoldHeader = 20;

    /// <summary>Message count of the MoldUDP64 packet that ends its session.</summary>
    internal const ushort MoldEnd = ushort.MaxValue;

    /// <summary>Number of consecutive messages that rules out coincidence.</summary>
    private const int Enough = 8;

    private const long DayNanos = 86_400_000_000_000;

    // The lengths of the specification, version 5.0. All begin with type (1), stock locate (2), tracking number (2) and
    // time (6).
    private static readonly byte[] s_lengths = Lengths(
        ('S', 12), ('R', 39), ('H', 25), ('Y', 20), ('L', 26), ('V', 35), ('W', 12), ('K', 28), ('J', 35), ('h', 21),
        ('A', 36), ('F', 40),
        ('E', 31), ('C', 36), ('X', 23), ('D', 19), ('U', 35), ('P', 44), ('Q', 40), ('B', 19), ('I', 50), ('N', 20),
        ('O', 48));

    /// <summary>Layout as a sentence.</summary>
    internal string Text => (Framing switch
    {
        ItchFraming.Lengths => "its messages stand behind their lengths of two bytes",
        ItchFraming.SoupBinTcp => "its messages are in packets of SoupBinTCP",
        ItchFraming.MoldUdp64 => "its messages are in packets of MoldUDP64",
        ItchFraming.None => "its messages follow one another without lengths",
    }) + (Skipped > 0 ? $", the first whole one after {Skipped} bytes" : "");

    /// <summary>Returns the length of a type's messages in bytes; 0 for an unknown type.</summary>
    internal static int LengthOf(byte type) => s_lengths[type];

    /// <summary>Returns the layout of a file with this beginning; null if its messages are not ITCH 5.0.</summary>
    /// <param name="beginning">Beginning of the file, decompressed.</param>
    /// <param name="isWhole">True if it is the whole file.</param>
    internal static ItchLayout? Of(ReadOnlySpan<byte> beginning, bool isWhole)
    {
        // The first message identifies a day file. The reader reports errors after it.
        if (beginning.Length > PrefixLength && LengthOf(beginning[PrefixLength]) is > 0 and var length
            && BinaryPrimitives.ReadUInt16BigEndian(beginning) == length)
        {
            return new ItchLayout(ItchFraming.Lengths);
        }

        foreach (var framing in (ReadOnlySpan<ItchFraming>)[
            ItchFraming.Lengths, ItchFraming.SoupBinTcp, ItchFraming.MoldUdp64, ItchFraming.None])
        {
            if (Fits(beginning, framing, isWhole, least: framing == ItchFraming.None ? 3 : 1))
                return new ItchLayout(framing);
        }

        // Cut out of a day by byte offset, as by `tail -c`: no message is longer than this.
        for (var skipped = 1; skipped <= PrefixLength + byte.MaxValue && skipped < beginning.Length; skipped++)
        {
            if (Fits(beginning[skipped..], ItchFraming.Lengths, isWhole, Enough))
                return new ItchLayout(ItchFraming.Lengths, skipped);
        }

        return null;
    }

    /// <summary>
    /// Returns true if the bytes are messages in this framing: enough of known types, or all there are.
    /// </summary>
    private static bool Fits(ReadOnlySpan<byte> bytes, ItchFraming framing, bool isWhole, int least)
    {
        // A file without framing could be text, but text has no zero byte.
        if (framing == ItchFraming.None && !bytes.Contains((byte)0))
            return false;

        var known = 0;
        while (!bytes.IsEmpty)
        {
            var fits = framing switch
            {
                ItchFraming.Lengths => Prefixed(ref bytes),
                ItchFraming.SoupBinTcp => SoupPacket(ref bytes),
                ItchFraming.MoldUdp64 => MoldPacket(ref bytes),
                ItchFraming.None => LengthOf(bytes[0]) is > 0 and var own ? Message(ref bytes, own) : -1,
            };
            if (fits < 0)
                return false;
            if (fits is null)
                return known >= least;
            known += fits.Value;
        }

        return known >= (isWhole ? Math.Min(least, 2) : least);
    }

    // Each method removes the first frame and returns its known messages: -1 if the frame is invalid, null if it is
    // truncated.
    private static int? Prefixed(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < PrefixLength)
            return null;

        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        bytes = bytes[PrefixLength..];
        return length > 0 ? Message(ref bytes, length) : bytes.IsEmpty ? 0 : -1;
    }

    private static int? SoupPacket(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= PrefixLength)
            return null;

        var (length, letter) = (BinaryPrimitives.ReadUInt16BigEndian(bytes) - 1, (char)bytes[PrefixLength]);
        bytes = bytes[(PrefixLength + 1)..];
        if (letter is 'S' or 'U' && length > 0)
            return Message(ref bytes, length);
        if (length < 0 || letter is not ('S' or 'U' or '+' or 'A' or 'J' or 'H' or 'Z' or 'L' or 'R' or 'O'))
            return -1;
        if (bytes.Length < length)
            return null;

        bytes = bytes[length..];
        return 0;
    }

    private static int? MoldPacket(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < MoldHeader)
            return null;
        if (bytes[..10].IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0)
            return -1;

        var count = BinaryPrimitives.ReadUInt16BigEndian(bytes[(MoldHeader - 2)..]);
        bytes = bytes[MoldHeader..];
        var known = 0;
        for (var i = 0; count != MoldEnd && i < count; i++)
        {
            if (bytes.Length < PrefixLength)
                return null;
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[PrefixLength..];
            if (Message(ref bytes, length) is not { } fits)
                return null;
            if (fits < 0)
                return -1;
            known += fits;
        }

        return known;
    }

    private static int? Message(ref ReadOnlySpan<byte> bytes, int length)
    {
        if (bytes.IsEmpty)
            return null;
        if (LengthOf(bytes[0]) is var own && own > 0 && own != length)
            return -1;
        if (bytes.Length < length)
            return null;

        var fits = own == 0 ? 0 : Time(bytes) < DayNanos ? 1 : -1;
        bytes = bytes[length..];
        return fits;
    }

    private static long Time(ReadOnlySpan<byte> message) =>
        ((long)BinaryPrimitives.ReadUInt16BigEndian(message[5..]) << 32)
            | BinaryPrimitives.ReadUInt32BigEndian(message[7..]);

    private static byte[] Lengths(params ReadOnlySpan<(char Type, int Length)> types)
    {
        var lengths = new byte[byte.MaxValue + 1];
        foreach (var (type, length) in types)
            lengths[type] = (byte)length;
        return lengths;
    }
}
