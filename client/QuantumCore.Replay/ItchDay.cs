using System.Buffers.Binary;
using System.Text;

namespace QuantumCore.Replay;

/// <summary>A single stock's part of a TotalView-ITCH 5.0 day file.</summary>
internal sealed class ItchDay
{
    private const int LongestTicker = 8;

    private readonly List<ItchMessage> _messages = [];
    private readonly int[] _counts = new int[byte.MaxValue + 1];

    // Tickers by locate code, as the eight-byte numbers found in messages.
    private readonly ulong[] _stocks = new ulong[ushort.MaxValue + 1];
    private readonly string _file;
    private readonly ulong? _wanted;
    private int _locate = -1;

    private ItchDay(string file, string? ticker) => (_file, _wanted) = (file, NumberOf(ticker));

    /// <summary>Messages about its orders, in sequence.</summary>
    internal IReadOnlyList<ItchMessage> Messages => _messages;

    /// <summary>Number of messages in the whole file, of all stocks.</summary>
    internal int Total { get; private set; }

    /// <summary>Number of those with an unknown type.</summary>
    internal int Unknown { get; private set; }

    /// <summary>True if the file starts with the event that starts a day, so no order can be older.</summary>
    internal bool BeginsWhole { get; private set; }

    /// <summary>True if the file has the event that ends a day.</summary>
    internal bool EndsWhole { get; private set; }

    /// <summary>Returns the number of messages about the stock, of one type.</summary>
    internal int Count(char type) => _counts[type];

    /// <summary>Reads a stock's part of a file. Of all other stocks only the tickers are kept.</summary>
    /// <param name="stream">File content, decompressed.</param>
    /// <param name="file">Name of the file, for error messages.</param>
    /// <param name="ticker">The stock; null to fail with a list of the stocks in the file.</param>
    /// <param name="cancellation">Token that cancels the call: a whole day takes minutes.</param>
    /// <param name="layout">Framing of the messages.</param>
    /// <exception cref="FlowFormatException">The file is truncated or damaged, or a message is invalid.</exception>
    /// <exception cref="FlowTickerException">The file does not hold the stock.</exception>
    internal static ItchDay Read(
        Stream stream, string file, string? ticker, CancellationToken cancellation, ItchLayout layout = default)
    {
        var day = new ItchDay(file, ticker);
        var messages = new ItchStream(stream, file, layout, cancellation);
        while (messages.Next(out var message))
        {
            var type = (char)message[0];
            if (ItchMessage.Ticker(message) is { } stock)
                day.Learn(stock, ItchMessage.Locate(message), messages.Number);
            else if (type == 'S' && !day.GoesOn((char)message[11], messages.Number))
                break;

            if (ItchMessage.Locate(message) == day._locate)
                day.Take(type, message, messages.Number);
        }

        (day.Total, day.Unknown) = (messages.Number, messages.Unknown);
        return day._locate >= 0 ? day : throw new FlowTickerException(file, ticker, day.Stocks());
    }

    /// <summary>
    /// Records a stock's locate code. Directory messages come first. In a file that begins after them, orders and
    /// trades carry the ticker too.
    /// </summary>
    private void Learn(ulong stock, ushort locate, int number)
    {
        _stocks[locate] = stock;
        if (stock != _wanted)
            return;
        if (_locate >= 0 && _locate != locate)
            throw ItchMessage.Wrong(
                _file, number, $"{Text(stock)} has the locate code {locate}, and {_locate} before: these are two days");

        _locate = locate;
    }

    /// <summary>Handles a system event. Returns false if the directory is complete and lacks the stock.</summary>
    private bool GoesOn(char code, int number)
    {
        BeginsWhole |= code == 'O' && number == 1;
        EndsWhole |= code == 'C';
        return code != 'S' || _locate >= 0 || !Array.Exists(_stocks, static stock => stock != 0);
    }

    private void Take(char type, ReadOnlySpan<byte> message, int number)
    {
        _counts[type]++;
        if (type is 'A' or 'F' or 'E' or 'C' or 'X' or 'D' or 'U')
            _messages.Add(ItchMessage.Read(message, number, _file));
    }

    private List<string> Stocks() => [.. _stocks.Where(static stock => stock != 0).Select(Text)];

    /// <summary>Returns a ticker as eight bytes padded with spaces; null if it is not a ticker.</summary>
    private static ulong? NumberOf(string? ticker)
    {
        if (ticker is not { Length: >= 1 and <= LongestTicker } || !Ascii.IsValid(ticker))
            return null;

        Span<byte> letters = stackalloc byte[LongestTicker];
        letters.Fill((byte)' ');
        Encoding.ASCII.GetBytes(ticker, letters);
        return BinaryPrimitives.ReadUInt64BigEndian(letters);
    }

    private static string Text(ulong stock)
    {
        Span<byte> letters = stackalloc byte[LongestTicker];
        BinaryPrimitives.WriteUInt64BigEndian(letters, stock);
        return Encoding.Latin1.GetString(letters).TrimEnd();
    }
}
