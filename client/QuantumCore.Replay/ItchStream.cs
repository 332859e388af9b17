using System.Buffers.Binary;

namespace QuantumCore.Replay;

/// <summary>
/// Reads the messages of a TotalView-ITCH 5.0 file in any framing. Messages are parsed in place in one buffer: a day
/// has hundreds of millions, and nearly all are about other stocks.
/// </summary>
/// <param name="stream">File content, decompressed.</param>
/// <param name="file">Name of the file, for error messages.</param>
/// <param name="layout">Framing of the messages.</param>
/// <param name="cancellation">Token that cancels the call.</param>
internal sealed class ItchStream(Stream stream, string file, ItchLayout layout, CancellationToken cancellation)
{
    private const int BufferLength = 1 << 20;

    private readonly byte[] _buffer = new byte[BufferLength];
    private int _at;
    private int _end;
    private int _skipped = layout.Skipped;

    /// <summary>Remaining messages of the MoldUDP64 packet.</summary>
    private int _inPacket;

    /// <summary>Number of the last message read, from 1.</summary>
    internal int Number { get; private set; }

    /// <summary>Number of messages skipped because the specification lacks their type.</summary>
    internal int Unknown { get; private set; }

    /// <summary>
    /// Reads the next message of a known type, without its length prefix. Returns false at the end. The span is valid
    /// until the next call.
    /// </summary>
    /// <exception cref="FlowFormatException">
    /// The file ends within a message, or a length does not fit its type.
    /// </exception>
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

    /// <summary>Returns the exception for an invalid message, the last one read.</summary>
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

    /// <summary>Returns the length prefix of the next message; 0 at the end.</summary>
    private int Prefixed()
    {
        if (!Has(0))
            return 0;

        Count();
        if (!Has(ItchLayout.PrefixLength - 1))
            throw Wrong("the file is cut off within its length");

        var length = Take16();
        // Such files end with a length of 0.
        return length == 0 && Has(0) ? throw Wrong("it is empty, which ends a file, and more follows") : length;
    }

    /// <summary>
    /// Returns the length of the message in the next data packet. Other packets are heartbeats or name the session.
    /// </summary>
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

    /// <summary>
    /// Returns the length of the next message of the packet, or of the first in the next packet with any.
    /// </summary>
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
            : throw Wrong(
                $"'{(char)_buffer[_at]}' is no type of message, and without lengths nothing behind it can be found");
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

    /// <summary>Returns true if the byte at an offset from the current position is available.</summary>
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
                throw ItchMessage.Wrong(
                    file, Number, $"what follows can't be unpacked, or the file is cut off: {broken.Message}");
            }
        }

        return true;
    }
}
