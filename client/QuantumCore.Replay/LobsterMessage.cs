using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>Kinds of event in a LOBSTER message file.</summary>
internal enum LobsterEvent
{
    /// <summary>A limit order comes in.</summary>
    Submit = 1,

    /// <summary>Part of an order is cancelled.</summary>
    Reduce = 2,

    /// <summary>The rest of an order is cancelled.</summary>
    Delete = 3,

    /// <summary>A visible order is executed.</summary>
    Execute = 4,

    /// <summary>A hidden order is executed.</summary>
    ExecuteHidden = 5,

    /// <summary>An auction's cross trade.</summary>
    Cross = 6,

    /// <summary>Trading halts or resumes.</summary>
    Halt = 7,
}

/// <summary>One line of a LOBSTER message file: what happened to a resting order.</summary>
/// <param name="Line">Line of the file, from 1; the order book file's line of the same number shows the book after it.</param>
/// <param name="Time">Seconds after midnight, as written: events of one aggressive order share it.</param>
/// <param name="Event">What happened.</param>
/// <param name="Id">The resting order.</param>
/// <param name="Quantity">Shares.</param>
/// <param name="Price">Dollars times 10,000.</param>
/// <param name="Side">The resting order's side.</param>
internal sealed record LobsterMessage(
    int Line, string Time, LobsterEvent Event, long Id, long Quantity, long Price, OrderSide Side);

/// <summary>Reads LOBSTER's two kinds of file.</summary>
internal static class LobsterReader
{
    /// <summary>Reads a message file.</summary>
    /// <exception cref="FlowFormatException">A line is not a message.</exception>
    internal static List<LobsterMessage> ReadMessages(TextReader text, string file)
    {
        var messages = new List<LobsterMessage>();
        while (text.ReadLine() is { } line)
            messages.Add(ParseMessage(line, file, messages.Count + 1));

        return messages;
    }

    /// <summary>Reads an order book file: a row for each message.</summary>
    /// <exception cref="FlowFormatException">A line is not a row of levels.</exception>
    internal static List<BookCheck> ReadRows(TextReader text, string file)
    {
        var rows = new List<BookCheck>();
        while (text.ReadLine() is { } line)
            rows.Add(ParseRow(line, file, rows.Count + 1));

        return rows;
    }

    private static LobsterMessage ParseMessage(string text, string file, int line)
    {
        var fields = text.Split(',');
        if (fields.Length < 6)
            throw new FlowFormatException(file, line, "a message has six fields: time, type, id, size, price, direction");

        var kind = (LobsterEvent)Number(fields[1], file, line);
        if (!Enum.IsDefined(kind))
            throw new FlowFormatException(file, line, $"unknown event type '{fields[1]}'");

        var side = fields[5] switch
        {
            "1" => OrderSide.Buy,
            "-1" => OrderSide.Sell,
            _ => throw new FlowFormatException(file, line, $"'{fields[5]}' is not a direction (1 or -1)"),
        };
        var message = new LobsterMessage(
            line, fields[0], kind, Number(fields[2], file, line), Number(fields[3], file, line),
            Number(fields[4], file, line), side);
        return kind > LobsterEvent.Execute || (message.Quantity > 0 && message.Price > 0)
            ? message
            : throw new FlowFormatException(file, line, "size and price must be positive");
    }

    private static BookCheck ParseRow(string text, string file, int line)
    {
        var fields = text.Split(',');
        if (fields.Length < 4 || fields.Length % 4 != 0)
            throw new FlowFormatException(file, line, "a row has four numbers for each level");

        var bids = ImmutableArray.CreateBuilder<RecordedLevel>();
        var asks = ImmutableArray.CreateBuilder<RecordedLevel>();
        for (var at = 0; at < fields.Length; at += 4)
        {
            AddLevel(asks, Number(fields[at], file, line), Number(fields[at + 1], file, line));
            AddLevel(bids, Number(fields[at + 2], file, line), Number(fields[at + 3], file, line));
        }

        return new BookCheck(line, fields.Length / 4, bids.ToImmutable(), asks.ToImmutable());
    }

    /// <summary>Empty levels carry a dummy price and no quantity.</summary>
    private static void AddLevel(ImmutableArray<RecordedLevel>.Builder side, long price, long quantity)
    {
        if (quantity > 0)
            side.Add(new RecordedLevel(price, quantity));
    }

    private static long Number(string text, string file, int line) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FlowFormatException(file, line, $"'{text}' is not a whole number");
}
