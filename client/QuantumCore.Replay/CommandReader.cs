using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>Reads command files: one command or expectation a line, as data/README describes them.</summary>
internal sealed class CommandReader(string file)
{
    private int _line;

    /// <summary>All commands of a file, in sequence. Comments and empty lines are left out.</summary>
    /// <exception cref="FlowFormatException">A line is not a command.</exception>
    internal static IEnumerable<FlowCommand> Read(TextReader text, string file)
    {
        var reader = new CommandReader(file);
        while (text.ReadLine() is { } line)
        {
            reader._line++;
            if (line.Length > 0 && line[0] != '#')
                yield return reader.Parse(line.TrimEnd('\r'));
        }
    }

    private FlowCommand Parse(string line)
    {
        var fields = line.Split(',');
        return fields[0] switch
        {
            "A" => Rest(Demand(fields, 5, 7)),
            "X" => Reduce(Demand(fields, 3, 4)),
            "D" => Withdraw(Demand(fields, 3, 4)),
            "IOC" => Take(Demand(fields, 5, 6)),
            "Q" => Check(fields),
            _ => throw Wrong($"unknown command '{fields[0]}'; A, X, D, IOC and Q are known"),
        };
    }

    private RestOrder Rest(string[] fields)
    {
        if (fields.Length > 5 && fields[5] != "back" && fields[5].Length > 0 && fields[5][0] != '#')
            throw Wrong($"'{fields[5]}' is not a place in the queue; only 'back' is known");

        return new RestOrder(_line, Id(fields[1]), Side(fields[2]), Quantity(fields[3]), Price(fields[4]));
    }

    private ReduceOrder Reduce(string[] fields) => new(_line, Id(fields[1]), Quantity(fields[2]));

    private WithdrawOrder Withdraw(string[] fields) => new(_line, Id(fields[1]), Quantity(fields[2]));

    private AggressiveOrder Take(string[] fields)
    {
        var fills = ImmutableArray.CreateBuilder<RecordedFill>();
        foreach (var fill in fields[4].Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = fill.Split(':', '@');
            if (parts.Length != 3)
                throw Wrong($"'{fill}' is not a fill (maker:quantity@price)");

            fills.Add(new RecordedFill(Id(parts[0]), Quantity(parts[1]), Price(parts[2])));
        }

        return new AggressiveOrder(_line, Side(fields[1]), Quantity(fields[2]), Price(fields[3]), fills.ToImmutable());
    }

    private BookCheck Check(string[] fields)
    {
        if (fields.Length < 5 || fields.Length % 4 != 1)
            throw Wrong("a book row has four numbers for each level: ask, quantity, bid, quantity");

        var bids = ImmutableArray.CreateBuilder<RecordedLevel>();
        var asks = ImmutableArray.CreateBuilder<RecordedLevel>();
        for (var at = 1; at < fields.Length; at += 4)
        {
            AddLevel(asks, fields[at], fields[at + 1]);
            AddLevel(bids, fields[at + 2], fields[at + 3]);
        }

        return new BookCheck(_line, fields.Length / 4, bids.ToImmutable(), asks.ToImmutable());
    }

    private void AddLevel(ImmutableArray<RecordedLevel>.Builder side, string price, string quantity)
    {
        var shown = Number(quantity);
        if (shown < 0)
            throw Wrong($"'{quantity}' is not a quantity");

        if (shown > 0)
            side.Add(new RecordedLevel(Price(price), shown));
    }

    private string[] Demand(string[] fields, int least, int most) =>
        fields.Length >= least && fields.Length <= most
            ? fields
            : throw Wrong($"{fields[0]} has {least} to {most} fields, not {fields.Length}");

    private OrderSide Side(string text) => text switch
    {
        "B" => OrderSide.Buy,
        "S" => OrderSide.Sell,
        _ => throw Wrong($"'{text}' is not a side (B or S)"),
    };

    private long Id(string text) => Number(text);

    private long Quantity(string text) =>
        Number(text) is > 0 and var number ? number : throw Wrong($"'{text}' is not a quantity");

    private long Price(string text) =>
        Number(text) is > 0 and var number ? number : throw Wrong($"'{text}' is not a price");

    private long Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong($"'{text}' is not a whole number");

    private FlowFormatException Wrong(string what) => new(file, _line, what);
}
