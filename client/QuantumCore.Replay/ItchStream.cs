using System.Buffers.Binary;

namespace QuantumCore.Replay;

/// <summary>
/// The messages of a TotalView-ITCH 5.0 day file, each behind its length of two bytes, highest byte first. They are looked at in one buffer
/// where they lie: a day has hundreds of millions, and nearly all are about other stocks.
/// </summary>
/// <param name="stream">The file, unpacked.</param>
/// <param name="file">Its name, for what is wrong with it.</param>
/// <param name="cancellation">Gives up.</param>
internal sealed class ItchStream(Stream stream, string file, CancellationToken cancellation)
{
    private const int BufferLength = 1 << 20;
    private const int PrefixLength = 2;

    // The lengths of the specification, version 5.0. All begin with type (1), stock locate (2), tracking number (2) and time (6).
    private static readonly byte[] s_lengths = Lengths(
        ('S', 12), ('R', 39), ('H', 25), ('Y', 20), ('L', 26), ('V', 35), ('W', 12), ('K', 28), ('J', 35), ('h', 21), ('A', 36), ('F', 40),
        ('E', 31), ('C', 36), ('X', 23), ('D', 19), ('U', 35), ('P', 44), ('Q', 40), ('B', 19), ('I', 50), ('N', 20), ('O', 48));

    private readonly byte[] _buffer = new byte[BufferLength];
    private int _at;
    private int _end;

    /// <summary>The number of the message that was read last, from 1.</summary>
    internal int Number { get; private set; }

    /// <summary>Messages of types that the specification does not have, passed over.</summary>
    internal int Unknown { get; private set; }

    /// <summary>Whether a file begins like a day file: its first message has a known type and that type's length.</summary>
    internal static bool IsBeginning(ReadOnlySpan<byte> beginning) => beginning.Length > PrefixLength
        && s_lengths[beginning[PrefixLength]] is > 0 and var length && BinaryPrimitives.ReadUInt16BigEndian(beginning) == length;

    /// <summary>The next message of a known type, without its length: as long as that type is, and gone when the next one is asked for. False at the end.</summary>
    /// <exception cref="FlowFormatException">The file ends within a message, or its length is not its type's.</exception>
    internal bool Next(out ReadOnlySpan<byte> message)
    {
        while (Frame(out message))
        {
            var length = s_lengths[message[0]];
            if (length == message.Length)
                return true;
            if (length > 0)
                throw Wrong($"a message of type {(char)message[0]} has {length} bytes, not {message.Length}");

            Unknown++;
        }

        return false;
    }

    /// <summary>What is wrong with the message that was read last.</summary>
    internal FlowFormatException Wrong(string what) => ItchMessage.Wrong(file, Number, what);

    private bool Frame(out ReadOnlySpan<byte> message)
    {
        message = default;
        if (!Has(0))
            return false;

        if (Number == int.MaxValue)
            throw Wrong("no day has so many messages");

        Number++;
        if (!Has(PrefixLength - 1))
            throw Wrong("the file is cut off within its length");

        var length = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_at));
        _at += PrefixLength;
        if (length == 0)
            return EndOfSession();

        if (!Has(length - 1))
            throw Wrong($"the file is cut off within it: {_end - _at} of {length} bytes are there");

        message = _buffer.AsSpan(_at, length);
        _at += length;
        return true;
    }

    /// <summary>A length of nothing is how such files end.</summary>
    private bool EndOfSession() => Has(0) ? throw Wrong("it is empty, which ends a file, and more follows") : false;

    /// <summary>Whether the byte at so many from here is there.</summary>
    private bool Has(int offset) => _end - _at > offset || Fill(offset);

    private bool Fill(int offset)
    {
        _buffer.AsSpan(_at, _end - _at).CopyTo(_buffer);
        (_at, _end) = (0, _end - _at);
        while (_end <= offset)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var read = stream.Read(_buffer, _end, _buffer.Length - _end);
                if (read == 0)
                    return false;

                _end += read;
            }
            catch (InvalidDataException broken)
            {
                throw ItchMessage.Wrong(file, Number, $"what follows can't be unpacked, or the file is cut off: {broken.Message}");
            }
        }

        return true;
    }

    private static byte[] Lengths(params ReadOnlySpan<(char Type, int Length)> types)
    {
        var lengths = new byte[byte.MaxValue + 1];
        foreach (var (type, length) in types)
            lengths[type] = (byte)length;
        return lengths;
    }
}
