using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>A book with all records it wrote.</summary>
internal sealed class JournaledBook
{
    private readonly string _folder = Directory.CreateTempSubdirectory("journaled").FullName;

    private int _histories;

    public JournaledBook() => Records.Add(Machine.Define(EncodedInstrument.From(Listed.Aapl), 1)!);

    public BookMachine Machine { get; } = new("AAPL");

    public List<BookRecord> Records { get; } = [];

    public BookTurn Last => (BookTurn)Records[^1];

    public static long LeftOf(BookMachine machine, long account, long number) =>
        machine.IsKnown(account, number, out var open, out _) && open is not null ? open.LeavesLots : 0;

    public void Submit(SubmitOrder order) => Note(Machine.Submit(order, Records.Count + 1));

    public void SubmitList(OrderListKind kind, params SubmitOrder[] orders) =>
        Note(Machine.SubmitList(kind, [.. orders], Records.Count + 1));

    public void Operate(BookCommand command)
    {
        Assert.Equal(RejectReason.None, Machine.Operate(command, Records.Count + 1, out var record));
        Note(record!);
    }

    public void CloseAll(long account, long floor, bool together = true) =>
        Note(Machine.CloseAll(account, floor, Records.Count + 1, together)!);

    public void CloseTogether(long account, EndReason reason, params long[] numbers) =>
        Note(Machine.CloseTogether(account, [.. numbers], reason, Records.Count + 1));

    public void Group(long group, params long[] accounts) =>
        Operate(Machine.CallForTradeGroups(accounts.ToDictionary(account => account, _ => group))!);

    public long LeftOf(long account, long number) => LeftOf(Machine, account, number);

    public BookMachine Replayed() => ReplayedTo(Records.Count);

    public BookMachine ReplayedTo(int count)
    {
        var machine = new BookMachine("AAPL");
        for (var i = 0; i < count; i++)
            machine.Replay(i + 1, BookRecordEncoding.Encode(Records[i]));
        return machine;
    }

    /// <summary>Returns a history of its records, after checking the invariants.</summary>
    public async Task<HistoryStore> ProjectedAsync(CancellationToken token)
    {
        var history = new HistoryStore(new SqliteHistory(Path.Combine(_folder, $"{_histories++}.db")));
        await history.InitializeAsync(token);
        Assert.True(
            await history.ApplyAsync(
                [new BookChunk(
                    "AAPL", 1,
                    [.. Records.Select(record => BookRecordEncoding.Decode(BookRecordEncoding.Encode(record)))])],
                token));
        Assert.Empty(await HistoryInvariants.CheckAsync(history, 0, null, token));
        return history;
    }

    public void Note(BookRecord record)
    {
        foreach (var account in record.TouchedAccounts())
            Machine.Chain(account);
        Records.Add(record);
    }
}
