using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Orders;

/// <summary>
/// Last sequence of each book that each account has been shown, so that its next read includes it. A convenience of
/// this process: bounded, lost at its end, never needed for correctness of money.
/// </summary>
/// <remarks>
/// Two generations: if the young one is full, the old one is dropped, so that an account in use stays.
/// </remarks>
public sealed class ShownSequences(int capacity = ShownSequences.DefaultCapacity)
{
    /// <summary>Maximum number of accounts per generation.</summary>
    public const int DefaultCapacity = 50_000;

    private readonly Lock _lock = new();
    private Dictionary<long, Dictionary<string, long>> _young = [];
    private Dictionary<long, Dictionary<string, long>> _old = [];

    /// <summary>Records that the account has been shown the book at this sequence.</summary>
    public void Note(long account, string symbol, long sequence)
    {
        if (sequence <= 0)
            return;

        lock (_lock)
        {
            var books = Books(account);
            if (books.GetValueOrDefault(symbol) < sequence)
                books[symbol] = sequence;
        }
    }

    /// <summary>Records that the account has been shown a view, or is about to be.</summary>
    public void Note(AccountView view)
    {
        foreach (var book in view.Cursors)
            Note(view.Account, book.Symbol, book.Sequence);
    }

    /// <summary>Returns everything the account has been shown, by symbol.</summary>
    public ImmutableArray<SeenSequence> Of(long account)
    {
        lock (_lock)
        {
            return Find(account) is { } books
                ? [.. books.Select(book => new SeenSequence(book.Key, book.Value))
                    .OrderBy(seen => seen.Symbol, StringComparer.Ordinal)]
                : [];
        }
    }

    /// <summary>Returns the last sequence that the account has been shown of one book; 0 for none.</summary>
    public long Of(long account, string symbol)
    {
        lock (_lock)
        {
            return Find(account)?.GetValueOrDefault(symbol) ?? 0;
        }
    }

    private Dictionary<string, long>? Find(long account) =>
        _young.GetValueOrDefault(account) ?? _old.GetValueOrDefault(account);

    private Dictionary<string, long> Books(long account)
    {
        if (_young.TryGetValue(account, out var books))
            return books;

        if (_young.Count >= capacity)
            (_old, _young) = (_young, []);

        books = _old.GetValueOrDefault(account) ?? new Dictionary<string, long>(StringComparer.Ordinal);
        return _young[account] = books;
    }
}
