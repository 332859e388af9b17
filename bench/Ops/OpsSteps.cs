using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Ops;

/// <summary>A record prepared for the book: 64 bytes.</summary>
internal struct OpsStep
{
    /// <summary>Entering order; without a side if there is none.</summary>
    public NewOrder Order;
    public OrderBook Book;

    /// <summary>Cancelled order, by the id its book assigns this round; 0 if there is none.</summary>
    public long Leaves;

    /// <summary>True if an order enters.</summary>
    public readonly bool Enters => Order.Side != 0;
}

/// <summary>Data of a step that the timed loop does not read.</summary>
/// <param name="Symbol">Index of its book.</param>
/// <param name="Id">File id of the entering order.</param>
/// <param name="Reference">Index of the cancelled order among those that entered its book, from 1; 0 if there is
/// none.</param>
internal readonly record struct OpsOrigin(ushort Symbol, uint Id, uint Reference);

/// <summary>A book with its order ids.</summary>
/// <param name="Book">The book.</param>
/// <param name="FileIds">
/// File ids of the orders that enter it, from 1; null if they are 1, 2, 3 … like the book's own.
/// </param>
internal record struct OpsBookUnderTest(OrderBook Book, uint[]? FileIds)
{
    /// <summary>Last id assigned by the book before the round. The round's ids count from it.</summary>
    public long FirstId { get; set; }

    /// <summary>Returns the file id of an order of this round.</summary>
    public readonly ulong FileId(long bookId) =>
        FileIds is null ? (ulong)(bookId - FirstId) : FileIds[bookId - FirstId];
}

/// <summary>Converts the records of a file to steps.</summary>
internal static class OpsSteps
{
    /// <summary>
    /// Checks all records and converts their references to the ids that the book will assign. A reference to an order
    /// that never entered that book becomes 0, which is never open, so its cancel is rejected like any other of a
    /// missing order.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="books">Books of its symbols.</param>
    /// <param name="origins">Origin of each step.</param>
    /// <exception cref="InvalidDataException">A record is invalid.</exception>
    public static OpsStep[] Prepare(OpsFile file, out OpsBookUnderTest[] books, out OpsOrigin[] origins)
    {
        // A file's ids may be sparse.
        var places = new Dictionary<uint, (ushort Symbol, uint BookId)>();
        var entered = new List<uint>[file.Symbols];
        for (var symbol = 0; symbol < entered.Length; symbol++)
            entered[symbol] = [0];

        origins = new OpsOrigin[file.Records.Length];
        for (var i = 0; i < origins.Length; i++)
        {
            ref readonly var record = ref file.Records[i];
            if (WhatIsWrong(in record, file) is { } wrong)
                throw new InvalidDataException($"Record {i}: {wrong}.");

            var known = record.Verb is OpsVerb.Cancel or OpsVerb.Replace
                && places.TryGetValue(record.Reference, out var place) && place.Symbol == record.Symbol
                ? place.BookId
                : 0;
            origins[i] = new OpsOrigin(record.Symbol, record.Id, known);
            if (record.Verb == OpsVerb.Cancel)
                continue;

            var ids = entered[record.Symbol];
            if (!places.TryAdd(record.Id, (record.Symbol, (uint)ids.Count)))
                throw new InvalidDataException($"Record {i}: order {record.Id} entered before.");
            ids.Add(record.Id);
        }

        var made = books = Array.ConvertAll(
            entered,
            ids => new OpsBookUnderTest(new OrderBook(maxLevels: int.MaxValue), IsCount(ids) ? null : ids.ToArray()));
        return Array.ConvertAll(
            file.Records, record => new OpsStep { Order = Order(in record), Book = made[record.Symbol].Book });
    }

    /// <summary>Sets the id of each step's cancelled order for this round.</summary>
    public static void Refer(OpsStep[] steps, OpsOrigin[] origins, OpsBookUnderTest[] books)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            ref readonly var origin = ref origins[i];
            ref var step = ref steps[i];
            step.Leaves = step.Enters && origin.Reference == 0 ? 0 : books[origin.Symbol].FirstId + origin.Reference;
        }
    }

    private static NewOrder Order(in OpsRecord record) => record.Verb == OpsVerb.Cancel
        ? default
        : new NewOrder(
            Account: 1,
            (Side)(record.Side + 1),
            record.Verb == OpsVerb.Market ? OrderType.Market : OrderType.Limit,
            record.Verb is OpsVerb.Market or OpsVerb.Immediate
                ? TimeInForce.ImmediateOrCancel
                : TimeInForce.GoodTillCancel,
            PostOnly: false,
            record.Verb == OpsVerb.Market ? 0 : record.PriceTicks,
            record.QuantityLots);

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
