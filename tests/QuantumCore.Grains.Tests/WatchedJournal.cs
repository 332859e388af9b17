using System.Reflection;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Tests;

#pragma warning disable CA1852 // What stands for the journal is made of it at run time.
/// <summary>A journal that intercepts reads: of AAPL's book, or of all streams.</summary>
internal class WatchedJournal : DispatchProxy
{
    private IJournalStore _store = null!;
    private Func<string, IAsyncEnumerable<JournalRecord>, IAsyncEnumerable<JournalRecord>> _watch = null!;

    public static IJournalStore Around(
        IJournalStore store, Func<IAsyncEnumerable<JournalRecord>, IAsyncEnumerable<JournalRecord>> watch) =>
        Around(store, (stream, records) => stream == "book/AAPL" ? watch(records) : records);

    public static IJournalStore Around(
        IJournalStore store, Func<string, IAsyncEnumerable<JournalRecord>, IAsyncEnumerable<JournalRecord>> watch)
    {
        var watched = Create<IJournalStore, WatchedJournal>();
        ((WatchedJournal)(object)watched)._store = store;
        ((WatchedJournal)(object)watched)._watch = watch;
        return watched;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var answer = targetMethod!.Invoke(_store, args);
        return targetMethod.Name == nameof(IJournalStore.ReadAsync)
            ? _watch((string)args![0]!, (IAsyncEnumerable<JournalRecord>)answer!)
            : answer;
    }
}
