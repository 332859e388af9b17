using System.Buffers.Binary;
using System.Text;

namespace QuantumCore.Replay;

/// <summary>One stock's part of a day file of TotalView-ITCH 5.0.</summary>
internal sealed class ItchDay
{
    private const int LongestTicker = 8;

    private readonly List<ItchMessage> _messages = [];
    private readonly int[] _counts = new int[byte.MaxValue + 1];

    // By locate code, as the numbers that tickers are in messages.
    private readonly ulong[] _stocks = new ulong[ushort.MaxValue + 1];
    private readonly string _file;
    private readonly ulong? _wanted;
    private int _locate = -1;

    private ItchDay(string file, string? ticker) => (_file, _wanted) = (file, NumberOf(ticker));

    /// <summary>What happens to its orders, in sequence.</summary>
    internal IReadOnlyList<ItchMessage> Messages => _messages;

    /// <summary>Messages of the whole file, of all stocks.</summary>
    internal int Total { get; private set; }

    /// <summary>Of these, how many have types that nobody knows.</summary>
    internal int Unknown { get; private set; }

    /// <summary>Whether it begins with the event that begins a day: no order can be older.</summary>
    internal bool BeginsWhole { get; private set; }

    /// <summary>Whether it has the event that ends one.</summary>
    internal bool EndsWhole { get; private set; }

    /// <summary>The messages about the stock, of one type.</summary>
    internal int Count(char type) => _counts[type];

    /// <summary>Reads a stock's part of a file; of all other stocks nothing is kept but their tickers.</summary>
    /// <param name="stream">The file, unpacked.</param>
    /// <param name="file">Its name, for what is wrong with it.</param>
    /// <param name="ticker">The stock; null refuses with the stocks there are.</param>
    /// <param name="cancellation">Gives up: a whole day takes minutes.</param>
    /// <param name="layout">What stands around each message.</param>
    /// <exception cref="FlowFormatException">It is cut off or damaged, or a message makes no sense.</exception>
    /// <exception cref="FlowTickerException">There is no such stock.</exception>
    internal static ItchDay Read(Stream stream, string file, string? ticker, CancellationToken cancellation, ItchLayout layout = default)
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

    /// <summary>The directory comes first; orders and trades have the ticker, too, in a file that begins after it.</summary>
    private void Learn(ulong stock, ushort locate, int number)
    {
        _stocks[locate] = stock;
        if (stock != _wanted)
            return;
        if (_locate >= 0 && _locate != locate)
            throw ItchMessage.Wrong(_file, number, $"{Text(stock)} has the locate code {locate}, and {_locate} before: these are two days");

        _locate = locate;
    }

    /// <summary>A system event; false where the directory is complete and has not the stock.</summary>
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

    /// <summary>Eight bytes, filled up with spaces; null for what is no ticker.</summary>
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
