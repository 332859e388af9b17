using System.Collections.Immutable;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>Reads command files: a command or expectation per line, as data/README describes them.</summary>
internal sealed class CommandReader(string file)
{
    private int _line;
    private string[] _fields = [];

    /// <summary>Returns all commands of a file, in sequence. Comments and empty lines are skipped.</summary>
    /// <exception cref="FlowFormatException">A line is not a command.</exception>
    internal static IEnumerable<FlowCommand> Read(TextReader text, string file)
    {
        var reader = new CommandReader(file);
        while (text.ReadLine() is { } line)
        {
            reader._line++;
            if (line.AsSpan().Trim() is { IsEmpty: false } command && command[0] != '#')
                yield return reader.Parse(line);
        }
    }

    /// <summary>Returns true if a line begins like a command.</summary>
    internal static bool IsCommand(string line) => FlowFields.Split(line) is ["A" or "X" or "D" or "IOC" or "Q", _, ..];

    private FlowCommand Parse(string line)
    {
        _fields = FlowFields.Split(line);
        return _fields[0] switch
        {
            "A" => Rest(Demand(5, 7)),
            "X" => new ReduceOrder(_line, Number(Demand(3, 4), "id"), Quantity(2)),
            "D" => new WithdrawOrder(_line, Number(Demand(3, 4), "id"), Quantity(2)),
            "IOC" => Take(Demand(5, 6)),
            "Q" => Check(),
            _ => throw Wrong(0, "command", $"unknown command '{_fields[0]}'; A, X, D, IOC and Q are known"),
        };
    }

    private RestOrder Rest(int id)
    {
        if (_fields.Length > 5 && _fields[5] != "back" && _fields[5].Length > 0 && _fields[5][0] != '#')
            throw Wrong(5, "place", $"'{_fields[5]}' is not a place in the queue; only 'back' is known");

        return new RestOrder(_line, Number(id, "id"), Side(2), Quantity(3), Price(4));
    }

    private AggressiveOrder Take(int side)
    {
        var fills = ImmutableArray.CreateBuilder<RecordedFill>();
        foreach (var fill in _fields[4].Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = fill.Split(':', '@');
            if (parts.Length != 3)
                throw Wrong(4, "fills", $"'{fill}' is not a fill (maker:quantity@price)");

            fills.Add(
                new RecordedFill(
                    Number(parts[0], 4, "fills"), Positive(parts[1], 4, "fills", "quantity"),
                    Positive(parts[2], 4, "fills", "price")));
        }

        return new AggressiveOrder(_line, Side(side), Quantity(2), Price(3), fills.ToImmutable());
    }

    private BookCheck Check()
    {
        if (_fields.Length < 5 || _fields.Length % 4 != 1)
            throw Wrong("a book row has four numbers for each level: ask, quantity, bid, quantity");

        var bids = ImmutableArray.CreateBuilder<RecordedLevel>();
        var asks = ImmutableArray.CreateBuilder<RecordedLevel>();
        for (var at = 1; at < _fields.Length; at += 4)
        {
            AddLevel(asks, at, "ask");
            AddLevel(bids, at + 2, "bid");
        }

        return new BookCheck(_line, _fields.Length / 4, bids.ToImmutable(), asks.ToImmutable());
    }

    private void AddLevel(ImmutableArray<RecordedLevel>.Builder side, int at, string name)
    {
        var shown = Number(at + 1, $"{name} quantity");
        if (shown < 0)
            throw Wrong(at + 1, $"{name} quantity", $"'{_fields[at + 1]}' is not a quantity");

        if (shown > 0)
            side.Add(new RecordedLevel(Positive(_fields[at], at, name, "price"), shown));
    }

    /// <summary>Returns the index of the first field after the command, after checking the number of fields.</summary>
    private int Demand(int least, int most) => _fields.Length >= least && _fields.Length <= most
        ? 1
        : throw Wrong($"{_fields[0]} has {least} to {most} fields, not {_fields.Length}");

    private OrderSide Side(int at) => _fields[at] switch
    {
        "B" => OrderSide.Buy,
        "S" => OrderSide.Sell,
        _ => throw Wrong(at, "side", $"'{_fields[at]}' is not a side (B or S)"),
    };

    private long Quantity(int at) => Positive(_fields[at], at, "quantity", "quantity");

    private long Price(int at) => Positive(_fields[at], at, "price", "price");

    private long Positive(string text, int at, string name, string what) =>
        Number(text, at, name) is > 0 and var number ? number : throw Wrong(at, name, $"'{text}' is not a {what}");

    private long Number(int at, string name) => Number(_fields[at], at, name);

    private long Number(string text, int at, string name) =>
        FlowFields.TryWhole(text, out var number) ? number : throw Wrong(at, name, $"'{text}' is not a whole number");

    private FlowFormatException Wrong(int at, string name, string what) =>
        new(file, _line, what, column: at + 1, name: name);

    private FlowFormatException Wrong(string what) => new(file, _line, what);
}
