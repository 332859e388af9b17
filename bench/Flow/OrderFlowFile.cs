using System.Globalization;
using System.IO.Compression;
using QuantumCore.Instruments;

namespace QuantumCore.Bench.Flow;

/// <summary>A command file of recorded order flow: commands for a book, and its expected results.</summary>
/// <remarks>
/// Plain text or gzip, detected from the content. Lines: <c>A,id,B|S,qty,price[,back]</c> adds a resting order;
/// <c>X,id,qty</c> reduces it in place; <c>D,id,qty</c> cancels its remainder;
/// <c>IOC,B|S,qty,limit,maker:qty@price|…</c> takes, with the expected fills; <c>Q,ask,qty,bid,qty,…</c> is the
/// expected book, best level first. <c>#</c> starts a comment, as a line or as the last field.
/// </remarks>
public static class OrderFlowFile
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="OrderFlowException">A line is malformed; the message names it.</exception>
    public static List<FlowLine> Read(string path)
    {
        using var file = File.OpenRead(path);
        var zipped = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        if (!zipped)
            return Read(new StreamReader(file));

        using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        return Read(new StreamReader(unzipped));
    }

    /// <summary>Reads all lines.</summary>
    /// <exception cref="OrderFlowException">A line is malformed; the message names it.</exception>
    public static List<FlowLine> Read(TextReader text)
    {
        var lines = new List<FlowLine>();
        var ids = new FlowIds();
        for (var number = 1; NextLine(text, number) is { } line; number++)
        {
            var fields = Fields(line);
            if (fields.Length == 0)
                continue;

            var parsed = Parse(number, fields);
            ids.Check(parsed);
            lines.Add(parsed);
        }

        return lines;
    }

    private static string? NextLine(TextReader text, int number)
    {
        try
        {
            return text.ReadLine();
        }
        catch (InvalidDataException damage)
        {
            throw new OrderFlowException(number, $"the file cannot be unpacked from here: {damage.Message}", damage);
        }
    }

    private static string[] Fields(string line)
    {
        var fields = line.TrimEnd().Split(',');
        var comment = Array.FindIndex(fields, field => field.StartsWith('#'));
        if (comment >= 0)
            fields = fields[..comment];
        return fields is [""] ? [] : fields;
    }

    private static FlowLine Parse(int number, string[] fields) => fields switch
    {
        ["A", var id, var side, var lots, var price, .. [] or ["back"]] =>
            new AddLine(number, Id(number, id), SideOf(number, side), Lots(number, lots), Price(number, price)),
        ["X", var id, var lots] => new ReduceLine(number, Id(number, id), Lots(number, lots)),
        ["D", var id, var lots] => new CancelLine(number, Id(number, id), Lots(number, lots)),
        ["IOC", var side, var lots, var limit, .. var fills] when fills.Length <= 1 =>
            new TakeLine(number, SideOf(number, side), Lots(number, lots), Price(number, limit), Fills(number, fills)),
        ["Q", .. var levels] => new BookLine(number, Levels(number, levels)),
        ["A" or "X" or "D" or "IOC", ..] =>
            throw new OrderFlowException(number, $"{fields[0]} has {fields.Length - 1} fields, or an unknown last one"),
        _ => throw new OrderFlowException(number, $"'{Shown(fields[0])}' is no command (A, X, D, IOC or Q)"),
    };

    private static FlowFill[] Fills(int number, string[] fields)
    {
        if (fields is [] or [""])
            return [];

        return Array.ConvertAll(fields[0].Split('|'), fill =>
        {
            var at = fill.Split('@');
            var maker = at[0].Split(':');
            if (at.Length != 2 || maker.Length != 2)
                throw new OrderFlowException(number, $"'{Shown(fill)}' is no fill (maker:qty@price)");
            return new FlowFill(Id(number, maker[0]), Lots(number, maker[1]), Price(number, at[1]));
        });
    }

    private static FlowLevel[] Levels(int number, string[] fields)
    {
        if (fields.Length == 0 || fields.Length % 4 != 0)
            throw new OrderFlowException(number, "Q needs a price and a quantity of both sides for each level");

        var levels = new FlowLevel[fields.Length / 2];
        for (var i = 0; i < levels.Length; i++)
        {
            // An empty level may carry any price.
            var price = Number(number, fields[i * 2], "price", long.MinValue, long.MaxValue);
            var lots = Number(number, fields[(i * 2) + 1], "quantity", 0, long.MaxValue);
            levels[i] = new FlowLevel(i % 2 == 0 ? Side.Sell : Side.Buy, i / 2, price, lots);
        }

        return levels;
    }

    private static long Id(int number, string text) => Number(number, text, "id", long.MinValue, long.MaxValue);

    private static long Lots(int number, string text) =>
        Number(number, text, "quantity", 1, Instrument.QuantityLotsLimit);

    private static long Price(int number, string text) => Number(number, text, "price", 1, Instrument.PriceTicksLimit);

    private static long Number(int line, string text, string what, long lowest, long highest) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= lowest && number <= highest
            ? number
            : throw new OrderFlowException(line, $"'{Shown(text)}' is no {what}");

    private static Side SideOf(int number, string text) => text switch
    {
        "B" => Side.Buy,
        "S" => Side.Sell,
        _ => throw new OrderFlowException(number, $"'{Shown(text)}' is no side (B or S)"),
    };

    private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
