using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Ops;

/// <summary>What a step asks of the book.</summary>
internal enum OpsStepVerb : byte
{
    Submit,
    Cancel,
    Replace,
}

/// <summary>A record as the book takes it: 64 bytes.</summary>
internal struct OpsStep
{
    public NewOrder Order;
    public uint Id;

    /// <summary>The order that leaves: its place among those that entered its book, from 1.</summary>
    public uint Reference;
    public ushort Symbol;
    public OpsStepVerb Verb;
}

/// <summary>A book and the ids it gives.</summary>
/// <param name="Book">The book.</param>
/// <param name="FileIds">
/// The file's ids of the orders that enter it, from 1; null when they are 1, 2, 3 … like the book's own.
/// </param>
internal record struct OpsBookUnderTest(OrderBook Book, uint[]? FileIds)
{
    /// <summary>The id the book gave last before the round: what the round's ids count from.</summary>
    public long FirstId { get; set; }

    /// <summary>The file's id of an order of this round.</summary>
    public readonly ulong FileId(long bookId) =>
        FileIds is null ? (ulong)(bookId - FirstId) : FileIds[bookId - FirstId];
}

/// <summary>From the records of a file to steps.</summary>
internal static class OpsSteps
{
    /// <summary>
    /// Checks all records and lets each refer to an order by the id its book will give it. An order that did not enter
    /// that book before is 0, which is never open: to take it out is refused like any other that is not there.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="fileIds">For each book, the file's ids: see <see cref="OpsBookUnderTest"/>.</param>
    /// <exception cref="InvalidDataException">A record makes no sense.</exception>
    public static OpsStep[] Prepare(OpsFile file, out uint[]?[] fileIds)
    {
        // A file's ids may be few and far between.
        var places = new Dictionary<uint, (ushort Symbol, uint BookId)>();
        var entered = new List<uint>[file.Symbols];
        for (var symbol = 0; symbol < entered.Length; symbol++)
            entered[symbol] = [0];

        var steps = new OpsStep[file.Records.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            ref readonly var record = ref file.Records[i];
            if (WhatIsWrong(in record, file) is { } wrong)
                throw new InvalidDataException($"Record {i}: {wrong}.");

            steps[i] = Translate(in record);
            if (record.Verb is OpsVerb.Cancel or OpsVerb.Replace
                && places.TryGetValue(record.Reference, out var place) && place.Symbol == record.Symbol)
                steps[i].Reference = place.BookId;
            if (record.Verb == OpsVerb.Cancel)
                continue;

            var ids = entered[record.Symbol];
            if (!places.TryAdd(record.Id, (record.Symbol, (uint)ids.Count)))
                throw new InvalidDataException($"Record {i}: order {record.Id} entered before.");
            ids.Add(record.Id);
        }

        fileIds = Array.ConvertAll(entered, ids => IsCount(ids) ? null : ids.ToArray());
        return steps;
    }

    private static OpsStep Translate(in OpsRecord record) => new()
    {
        Order = new NewOrder(
            Account: 1,
            (Side)(record.Side + 1),
            record.Verb == OpsVerb.Market ? OrderType.Market : OrderType.Limit,
            record.Verb is OpsVerb.Market or OpsVerb.Immediate
                ? TimeInForce.ImmediateOrCancel
                : TimeInForce.GoodTillCancel,
            PostOnly: false,
            record.Verb == OpsVerb.Market ? 0 : record.PriceTicks,
            record.QuantityLots),
        Id = record.Id,
        Symbol = record.Symbol,
        Verb = record.Verb switch
        {
            OpsVerb.Cancel => OpsStepVerb.Cancel,
            OpsVerb.Replace => OpsStepVerb.Replace,
            OpsVerb.New or OpsVerb.Immediate or OpsVerb.Market => OpsStepVerb.Submit,
        },
    };

    private static bool IsCount(List<uint> ids)
    {
        var i = 0;
        while (i < ids.Count && ids[i] == i)
            i++;
        return i == ids.Count;
    }

    private static string? WhatIsWrong(in OpsRecord record, OpsFile file)
    {
        if (!Enum.IsDefined(record.Verb))
            return $"type {(byte)record.Verb} is unknown";
        if (record.Symbol >= file.Symbols)
            return $"symbol {record.Symbol} of {file.Symbols}";
        if (record.Side > 1)
            return $"side {record.Side} is unknown";
        return record.Id > file.MaxId || record.Reference > file.MaxId ? $"an id is above {file.MaxId}" : null;
    }
}
