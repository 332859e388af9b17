using System.Globalization;
using System.Text;

namespace QuantumCore.TestKit;

/// <summary>
/// Writes TotalView-ITCH 5.0 day files, field by field as the specification lists them. Shares nothing with the reader.
/// </summary>
public sealed class ItchFile
{
    private readonly List<byte> _bytes = [];

    /// <summary>Nanoseconds since midnight of the next message.</summary>
    public long Time { get; set; } = 34_200_123_456_789;

    /// <summary>Tracking number of all messages.</summary>
    public ushort Tracking { get; set; } = 2;

    /// <summary>Returns the file so far.</summary>
    public byte[] ToArray() => [.. _bytes];

    /// <summary>Returns a command flow as a day of one stock, with another one beside it.</summary>
    /// <param name="lines">Lines of a command file: adds, reductions, cancels and aggressive orders; others are
    /// skipped.</param>
    /// <param name="ticker">Ticker of the stock.</param>
    /// <param name="locate">Locate code of the stock.</param>
    /// <param name="beside">Another stock that trades beside it, message for message, under the next locate
    /// code.</param>
    public static ItchFile Of(IEnumerable<string> lines, string ticker, ushort locate, string beside)
    {
        var day = new ItchFile();
        day.Event('O').Directory((ushort)(locate + 1), beside).Directory(locate, ticker).Event('S').Event('Q');
        var references = new Dictionary<string, long>(StringComparer.Ordinal);
        var next = 1_000L;
        foreach (var line in lines)
        {
            var fields = line.Split(',');
            if (fields[0] is not ("A" or "X" or "D" or "IOC"))
                continue;

            day.Time += 1_000;
            day.Other((ushort)(locate + 1), beside, ref next);
            if (fields[0] == "A")
                day.Add(
                    locate, references[fields[1]] = next++, fields[2][0],
                    uint.Parse(fields[3], CultureInfo.InvariantCulture), ticker,
                    uint.Parse(fields[4], CultureInfo.InvariantCulture));
            else if (fields[0] == "X")
                day.Cancel(locate, references[fields[1]], uint.Parse(fields[2], CultureInfo.InvariantCulture));
            else if (fields[0] == "D")
                day.Delete(locate, references[fields[1]]);
            else
                day.Executions(locate, fields[4], references, beside, ref next);
        }

        return day.Event('M').Event('E').Event('C');
    }

    /// <summary>Adds S, a system event.</summary>
    public ItchFile Event(char code) => Put(Message('S', 0).Letter(code));

    /// <summary>Adds R, a stock of the directory.</summary>
    public ItchFile Directory(ushort locate, string ticker) => Put(Message('R', locate).Word(ticker, 8)
        .Letter('Q').Letter('N').Number(100, 4).Letter('N').Letter('C').Word("Z", 2).Letter('P').Letter('N').Letter('N')
        .Letter('1').Letter('N').Number(0, 4).Letter('N'));

    /// <summary>Adds H, a trading action: T trades, H halts.</summary>
    public ItchFile Action(ushort locate, string ticker, char state) =>
        Put(Message('H', locate).Word(ticker, 8).Letter(state).Letter(' ').Word("", 4));

    /// <summary>Adds A, a new order; F with a firm.</summary>
    public ItchFile Add(
        ushort locate, long reference, char side, uint shares, string ticker, uint price, string? firm = null)
    {
        var fields = Message(firm is null ? 'A' : 'F', locate).Number(reference, 8).Letter(side).Number(shares, 4)
            .Word(ticker, 8).Number(price, 4);
        return Put(firm is null ? fields : fields.Word(firm, 4));
    }

    /// <summary>Adds E, an execution at the displayed price.</summary>
    public ItchFile Execute(ushort locate, long reference, uint shares, long match = 7) =>
        Put(Message('E', locate).Number(reference, 8).Number(shares, 4).Number(match, 8));

    /// <summary>Adds C, an execution at another price.</summary>
    public ItchFile ExecuteAt(ushort locate, long reference, uint shares, uint price, char printable, long match = 7) =>
        Put(Message('C', locate).Number(reference, 8).Number(shares, 4).Number(match, 8).Letter(printable)
            .Number(price, 4));

    /// <summary>Adds X, a partial cancellation.</summary>
    public ItchFile Cancel(ushort locate, long reference, uint shares) =>
        Put(Message('X', locate).Number(reference, 8).Number(shares, 4));

    /// <summary>Adds D, a deletion.</summary>
    public ItchFile Delete(ushort locate, long reference) => Put(Message('D', locate).Number(reference, 8));

    /// <summary>Adds U, a replacement.</summary>
    public ItchFile Replace(ushort locate, long reference, long newReference, uint shares, uint price) =>
        Put(Message('U', locate).Number(reference, 8).Number(newReference, 8).Number(shares, 4).Number(price, 4));

    /// <summary>Adds P, an execution of a hidden order.</summary>
    public ItchFile Hidden(ushort locate, uint shares, string ticker, uint price) =>
        Put(Message('P', locate).Number(0, 8).Letter('B').Number(shares, 4).Word(ticker, 8).Number(price, 4)
            .Number(8, 8));

    /// <summary>Adds Q, a cross.</summary>
    public ItchFile Cross(ushort locate, long shares, string ticker, uint price, char type) =>
        Put(Message('Q', locate).Number(shares, 8).Word(ticker, 8).Number(price, 4).Number(9, 8).Letter(type));

    /// <summary>A message as it is, behind its length.</summary>
    public ItchFile Message(ReadOnlySpan<byte> message)
    {
        _bytes.Add((byte)(message.Length >> 8));
        _bytes.Add((byte)message.Length);
        return Bytes(message);
    }

    /// <summary>Bytes as they are.</summary>
    public ItchFile Bytes(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    private void Executions(
        ushort locate, string fills, Dictionary<string, long> references, string beside, ref long next)
    {
        foreach (var fill in fills.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = fill.Split(':', '@');
            Execute(locate, references[parts[0]], uint.Parse(parts[1], CultureInfo.InvariantCulture), next++);
            Other((ushort)(locate + 1), beside, ref next);
        }
    }

    /// <summary>Another stock's orders at the same time, some of them executed.</summary>
    private void Other(ushort locate, string ticker, ref long next)
    {
        Add(locate, next, 'B', 100, ticker, 10_000, next % 3 == 0 ? "FIRM" : null);
        if (next % 2 == 0)
            Execute(locate, next, 60);
        Delete(locate, next);
        next++;
    }

    private ItchFile Put(Fields fields) => Message(fields.ToArray());

    private Fields Message(char type, ushort locate) =>
        new Fields().Letter(type).Number(locate, 2).Number(Tracking, 2).Number(Time, 6);

    /// <summary>
    /// The fields of a message, one after the other: numbers with the highest byte first, words filled up with spaces.
    /// </summary>
    private sealed class Fields
    {
        private readonly List<byte> _bytes = [];

        public Fields Letter(char letter)
        {
            _bytes.Add((byte)letter);
            return this;
        }

        public Fields Word(string word, int length)
        {
            _bytes.AddRange(Encoding.ASCII.GetBytes(word.PadRight(length)));
            return this;
        }

        public Fields Number(long number, int length)
        {
            for (var shift = 8 * (length - 1); shift >= 0; shift -= 8)
                _bytes.Add((byte)((number >> shift) & 0xff));
            return this;
        }

        public byte[] ToArray() => [.. _bytes];
    }
}
