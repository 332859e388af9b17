using System.Buffers.Binary;

namespace QuantumCore.Replay;

/// <summary>
/// The messages of a file of TotalView-ITCH 5.0, whatever stands around them. They are looked at in one buffer where they lie: a day has
/// hundreds of millions, and nearly all are about other stocks.
/// </summary>
/// <param name="stream">The file, unpacked.</param>
/// <param name="file">Its name, for what is wrong with it.</param>
/// <param name="layout">What stands around each message.</param>
/// <param name="cancellation">Gives up.</param>
internal sealed class ItchStream(Stream stream, string file, ItchLayout layout, CancellationToken cancellation)
{
    private const int BufferLength = 1 << 20;

    private readonly byte[] _buffer = new byte[BufferLength];
    private int _at;
    private int _end;
    private int _skipped = layout.Skipped;

    /// <summary>Messages of the MoldUDP64 packet that are still to come.</summary>
    private int _inPacket;

    /// <summary>The number of the message that was read last, from 1.</summary>
    internal int Number { get; private set; }

    /// <summary>Messages of types that the specification does not have, passed over.</summary>
    internal int Unknown { get; private set; }

    /// <summary>The next message of a known type, without its length: as long as that type is, and gone when the next one is asked for. False at the end.</summary>
    /// <exception cref="FlowFormatException">The file ends within a message, or its length is not its type's.</exception>
    internal bool Next(out ReadOnlySpan<byte> message)
    {
        while (Frame(out message))
        {
            var length = ItchLayout.LengthOf(message[0]);
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
        for (; _skipped > 0 && Has(0); _skipped--)
            _at++;

        message = default;
        var length = layout.Framing switch
        {
            ItchFraming.Lengths => Prefixed(),
            ItchFraming.SoupBinTcp => OfSoup(),
            ItchFraming.MoldUdp64 => OfMold(),
            ItchFraming.None => OfType(),
        };
        if (length == 0)
            return false;

        if (!Has(length - 1))
            throw Wrong($"the file is cut off within it: {_end - _at} of {length} bytes are there");

        message = _buffer.AsSpan(_at, length);
        _at += length;
        return true;
    }

    /// <summary>The length of the next message, which stands before it; 0 at the end.</summary>
    private int Prefixed()
    {
        if (!Has(0))
            return 0;

        Count();
        if (!Has(ItchLayout.PrefixLength - 1))
            throw Wrong("the file is cut off within its length");

        var length = Take16();
        // A length of nothing is how such files end.
        return length == 0 && Has(0) ? throw Wrong("it is empty, which ends a file, and more follows") : length;
    }

    /// <summary>The length of the message in the next packet that has one: others keep a connection alive, or say who is connected.</summary>
    private int OfSoup()
    {
        while (Prefixed() is > 0 and var length)
        {
            if (!Has(length - 1))
                throw Wrong($"the file is cut off within its packet: {_end - _at} of {length} bytes are there");

            var letter = (char)_buffer[_at++];
            if (letter is 'S' or 'U' && length > 1)
                return length - 1;

            _at += length - 1;
            Number--;
            if (letter == 'Z')
                return 0;
        }

        return 0;
    }

    /// <summary>The length of the next message of a packet, or of the first one of the next packet that has any.</summary>
    private int OfMold()
    {
        while (_inPacket == 0)
        {
            if (!Has(0))
                return 0;
            if (!Has(ItchLayout.MoldHeader - 1))
                throw Wrong("the file is cut off within the header of the packet behind it");

            _at += ItchLayout.MoldHeader - 2;
            _inPacket = Take16();
            if (_inPacket == ItchLayout.MoldEnd)
                _inPacket = 0;
        }

        _inPacket--;
        Count();
        if (!Has(ItchLayout.PrefixLength - 1))
            throw Wrong("the file is cut off within its length");
        return Take16() is > 0 and var length ? length : throw Wrong("it is empty");
    }

    private int OfType()
    {
        if (!Has(0))
            return 0;

        Count();
        return ItchLayout.LengthOf(_buffer[_at]) is > 0 and var length
            ? length
            : throw Wrong($"'{(char)_buffer[_at]}' is no type of message, and without lengths nothing behind it can be found");
    }

    private void Count()
    {
        if (Number == int.MaxValue)
            throw Wrong("no day has so many messages");

        Number++;
    }

    private ushort Take16()
    {
        var number = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_at));
        _at += ItchLayout.PrefixLength;
        return number;
    }

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
}
