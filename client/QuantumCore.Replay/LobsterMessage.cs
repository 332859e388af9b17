using System.Collections.Immutable;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>Kinds of event in a LOBSTER message file.</summary>
internal enum LobsterEvent
{
    /// <summary>A limit order is submitted.</summary>
    Submit = 1,

    /// <summary>Part of an order is cancelled.</summary>
    Reduce = 2,

    /// <summary>The rest of an order is cancelled.</summary>
    Delete = 3,

    /// <summary>A visible order is executed.</summary>
    Execute = 4,

    /// <summary>A hidden order is executed.</summary>
    ExecuteHidden = 5,

    /// <summary>Cross trade of an auction.</summary>
    Cross = 6,

    /// <summary>Trading halts or resumes.</summary>
    Halt = 7,
}

/// <summary>A line of a LOBSTER message file: an event of a resting order.</summary>
/// <param name="Line">Line of the file, from 1. The order book file has a row for each message, with the book after
/// it.</param>
/// <param name="Time">Seconds after midnight. The events of one aggressive order share it.</param>
/// <param name="Event">Kind of event.</param>
/// <param name="Id">Id of the resting order.</param>
/// <param name="Quantity">Shares.</param>
/// <param name="Price">Dollars times 10,000.</param>
/// <param name="Side">Side of the resting order.</param>
internal sealed record LobsterMessage(
    int Line, decimal Time, LobsterEvent Event, long Id, long Quantity, long Price, OrderSide Side);

/// <summary>
/// Reads LOBSTER's two kinds of file, also as rewritten by other programs: with a header row, blank lines, semicolons
/// or tabs, quotation marks, or whole numbers with a fraction or an exponent.
/// </summary>
internal sealed class LobsterReader
{
    private const int MessageFields = 6;

    private static readonly string[] s_names = ["time", "type", "id", "size", "price", "direction"];

    private readonly string _file;

    /// <summary>Remaining quantity of each submitted order, by id.</summary>
    private readonly Dictionary<long, long> _left = [];

    private int _line;

    private LobsterReader(string file) => _file = file;

    /// <summary>Reads a message file.</summary>
    /// <exception cref="FlowFormatException">
    /// A line is not a message, or takes more of an order than is left.
    /// </exception>
    internal static List<LobsterMessage> ReadMessages(TextReader text, string file)
    {
        var reader = new LobsterReader(file);
        var messages = new List<LobsterMessage>();
        foreach (var fields in reader.Lines(text))
            messages.Add(reader.Message(fields));

        return messages;
    }

    /// <summary>Reads an order book file: a row for each message.</summary>
    /// <exception cref="FlowFormatException">A line is not a row of levels.</exception>
    internal static List<BookCheck> ReadRows(TextReader text, string file)
    {
        var reader = new LobsterReader(file);
        var rows = new List<BookCheck>();
        foreach (var fields in reader.Lines(text))
            rows.Add(reader.Row(fields));

        return rows;
    }

    /// <summary>Returns true if a line has the fields of a message, whatever its type.</summary>
    internal static bool IsMessage(string line)
    {
        var fields = Fields(line);
        return fields.Length >= MessageFields && FlowFields.TryDecimal(fields[0], out _)
            && fields[1..MessageFields].All(static field => FlowFields.TryWhole(field, out _))
            && FlowFields.TryWhole(fields[5], out var direction) && direction is 1 or -1;
    }

    /// <summary>Returns true if a line has numbers for levels, four for each.</summary>
    internal static bool IsRow(string line)
    {
        var fields = Fields(line);
        return fields.Length >= 4 && fields.Length % 4 == 0
            && fields.All(static field => FlowFields.TryWhole(field, out _));
    }

    /// <summary>Returns the fields of each non-empty line, without a header row.</summary>
    private IEnumerable<string[]> Lines(TextReader text)
    {
        var isFirst = true;
        while (text.ReadLine() is { } line)
        {
            _line++;
            if (string.IsNullOrWhiteSpace(line))
                continue;

            var fields = Fields(line);
            if (!isFirst || !IsHeader(fields))
                yield return fields;
            isFirst = false;
        }
    }

    private static bool IsHeader(string[] fields) =>
        fields.Length >= 4 && fields.All(static field => field.Length == 0 || !FlowFields.TryDecimal(field, out _))
            && fields.Any(static field => field.Any(char.IsAsciiLetter));

    /// <summary>Returns a line's fields. Between semicolons a time may have a decimal comma.</summary>
    private static string[] Fields(string line)
    {
        if (!line.Contains(';', StringComparison.Ordinal))
            return FlowFields.Split(line, line.Contains(',', StringComparison.Ordinal) ? ',' : '\t');

        var fields = FlowFields.Split(line, ';');
        fields[0] = fields[0].Replace(',', '.');
        return fields;
    }

    private LobsterMessage Message(string[] fields)
    {
        if (fields.Length < MessageFields)
            throw Wrong($"a message has six fields: time, type, id, size, price, direction; here are {fields.Length}");
        if (!FlowFields.TryDecimal(fields[0], out var time) || time < 0)
            throw Wrong(fields, 0, "is not a time in seconds after midnight, such as 34200.017");

        var kind = (LobsterEvent)Math.Clamp(Number(fields, 1), 0, 8);
        if (!Enum.IsDefined(kind))
            throw Wrong(fields, 1, "is an unknown event type; 1 to 7 are known");

        var side = Number(fields, 5) switch
        {
            1 => OrderSide.Buy,
            -1 => OrderSide.Sell,
            _ => throw Wrong(fields, 5, "is not a direction (1 or -1)"),
        };
        var message =
            new LobsterMessage(_line, time, kind, Number(fields, 2), Number(fields, 3), Number(fields, 4), side);
        if (kind <= LobsterEvent.Execute && (message.Quantity <= 0 || message.Price <= 0))
            throw Wrong(fields, message.Quantity <= 0 ? 3 : 4, "is not positive");

        TakeFrom(message, fields);
        return message;
    }

    /// <summary>
    /// Subtracts an event's quantity from its order. An event that takes more than was submitted belongs to another
    /// file, or the file is damaged.
    /// </summary>
    private void TakeFrom(LobsterMessage message, string[] fields)
    {
        if (message.Event == LobsterEvent.Submit)
        {
            _left[message.Id] = message.Quantity;
        }
        else if (message.Event <= LobsterEvent.Execute && _left.TryGetValue(message.Id, out var left))
        {
            if (message.Quantity > left)
                throw Wrong(fields, 3, $"of order {message.Id} are taken, and {left} are left");
            _left[message.Id] = left - message.Quantity;
        }
    }

    private BookCheck Row(string[] fields)
    {
        if (fields.Length < 4 || fields.Length % 4 != 0)
            throw Wrong($"a row has four numbers for each level; here are {fields.Length}");

        var bids = ImmutableArray.CreateBuilder<RecordedLevel>();
        var asks = ImmutableArray.CreateBuilder<RecordedLevel>();
        for (var at = 0; at < fields.Length; at += 4)
        {
            AddLevel(asks, Number(fields, at, "ask"), Number(fields, at + 1, "ask size"));
            AddLevel(bids, Number(fields, at + 2, "bid"), Number(fields, at + 3, "bid size"));
        }

        return new BookCheck(_line, fields.Length / 4, bids.ToImmutable(), asks.ToImmutable());
    }

    /// <summary>Adds a level, unless it is empty: those carry a dummy price and no quantity.</summary>
    private static void AddLevel(ImmutableArray<RecordedLevel>.Builder side, long price, long quantity)
    {
        if (quantity > 0)
            side.Add(new RecordedLevel(price, quantity));
    }

    private long Number(string[] fields, int at, string? name = null) => FlowFields.TryWhole(fields[at], out var number)
        ? number
        : throw Wrong(fields, at, "is not a whole number", name);

    private FlowFormatException Wrong(string[] fields, int at, string what, string? name = null) =>
        new(_file, _line, $"'{fields[at]}' {what}", column: at + 1, name: name ?? s_names[at]);

    private FlowFormatException Wrong(string what) => new(_file, _line, what);
}
