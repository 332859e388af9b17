using System.Collections.Concurrent;

namespace QuantumCore.SystemTests;

/// <summary>Kind of a request.</summary>
internal enum Wish
{
    Place = 1,
    Amend = 2,
    Cancel = 3,
    CancelByName = 4,
    CancelAll = 5,
    Deposit = 6,
    Strategy = 7,
    Transfer = 8,
    Withdraw = 9,
    Holidays = 10,
}

/// <summary>A request, and its outcome as far as its sender knows it.</summary>
internal sealed class Entry(
    Wish wish, long account, string symbol, string name, HttpMethod method, string path, string? body)
{
    public Wish Wish => wish;

    public long Account => account;

    public string Symbol => symbol;

    /// <summary>Client order id, or the key of a money movement.</summary>
    public string Name => name;

    public HttpMethod Method => method;

    public string Path => path;

    public string? Body => body;

    /// <summary>Order to be changed.</summary>
    public long Target { get; init; }

    /// <summary>Asset and amount of a money movement.</summary>
    public (string Asset, decimal Amount) Money { get; init; }

    /// <summary>Times at which it was sent and answered, on the diary's clock.</summary>
    public long SentAt { get; set; }

    public long AnsweredAt { get; set; }

    public Reply Reply { get; set; }

    /// <summary>True if the outcome was unknown when the exchange was killed.</summary>
    public bool WasUnknown { get; set; }

    /// <summary>True if the request entered an order.</summary>
    public bool HasOrder =>
        Reply.IsDone && (wish == Wish.Place || (wish == Wish.Amend && Reply.Number("orderId") != Target));

    public override string ToString() => $"{method} {path} {body} by ACC-{account} -> {Reply.Status} {Reply.Raw}";
}

/// <summary>The customers' own record of their requests and responses: in memory and in a file.</summary>
internal sealed class Diary : IDisposable
{
    private readonly StreamWriter _file;
    private readonly ConcurrentQueue<Entry> _round = new();
    private long _clock;

    public Diary(string path) => _file = new StreamWriter(path, append: true);

    /// <summary>Entries of earlier rounds.</summary>
    public List<Entry> Past { get; } = [];

    /// <summary>Entries of this round.</summary>
    public IReadOnlyCollection<Entry> Round => _round;

    /// <summary>All entries.</summary>
    public IEnumerable<Entry> All => Past.Concat(_round);

    public void Sent(Entry entry)
    {
        entry.SentAt = Interlocked.Increment(ref _clock);
        _round.Enqueue(entry);
    }

    public void Answered(Entry entry, Reply reply)
    {
        entry.Reply = reply;
        entry.AnsweredAt = Interlocked.Increment(ref _clock);
        lock (_file)
            _file.WriteLine($"{entry.SentAt} {entry.AnsweredAt} {entry}");
    }

    public void NextRound()
    {
        Past.AddRange(_round);
        _round.Clear();
        lock (_file)
            _file.Flush();
    }

    public void Dispose() => _file.Dispose();
}
