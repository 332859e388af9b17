using SQLitePCL;

namespace QuantumCore.Journal;

/// <summary>
/// Moves the write-ahead log into the file, and the newest index entries into the index, off the writer's thread. A
/// passive checkpoint never blocks the writer but never rewinds the log either. So the log is emptied when nothing was
/// committed for a while, and rewound between two commits when it has grown too long.
/// </summary>
internal sealed class SqliteCheckpointer : IAsyncDisposable
{
    private const int LongestLogPages = (64 << 20) / 4096;
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(100);

    private readonly Func<SqliteDatabase> _open;
    private readonly SemaphoreSlim _write;
    private readonly Func<bool, Task> _moveTail;
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Task _loop;
    private long _commits;
    private int _sleeping;

    public SqliteCheckpointer(Func<SqliteDatabase> open, SemaphoreSlim write, Func<bool, Task> moveTail)
    {
        _open = open;
        _write = write;
        _moveTail = moveTail;
        _loop = RunAsync();
    }

    /// <summary>Signals that the log has grown.</summary>
    public void CommitDone()
    {
        Interlocked.Increment(ref _commits);
        if (Interlocked.Exchange(ref _sleeping, 0) == 1) _wake.Release();
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _loop;
        _closing.Dispose();
        _wake.Dispose();
    }

    private async Task RunAsync()
    {
        SqliteDatabase? database = null;
        var emptiedAt = 0L;
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                if (Volatile.Read(ref _commits) == emptiedAt) await SleepAsync(emptiedAt);
                var before = Volatile.Read(ref _commits);
                await Task.Delay(s_period, _closing.Token);

                // A long reader, such as a backup, must not block commits: the log is rewound another time.
                database ??= _open();
                var isIdle = Volatile.Read(ref _commits) == before;
                await _moveTail(isIdle);
                database.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE, out var pages);
                isIdle = Volatile.Read(ref _commits) == before;
                if (isIdle || pages > LongestLogPages)
                {
                    var mode = isIdle ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_RESTART;
                    if (await RewindAsync(database, mode) && isIdle) emptiedAt = before;
                }
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SqliteFailureException)
            {
                // Nothing is lost: the log keeps all commits. The next round tries again on a new connection.
                database?.Dispose();
                database = null;
            }
        }

        database?.Dispose();
    }

    private async Task SleepAsync(long emptiedAt)
    {
        Volatile.Write(ref _sleeping, 1);
        if (Interlocked.Read(ref _commits) != emptiedAt && Interlocked.Exchange(ref _sleeping, 0) == 1) return;
        await _wake.WaitAsync(_closing.Token);
    }

    private async Task<bool> RewindAsync(SqliteDatabase database, int mode)
    {
        await _write.WaitAsync(_closing.Token);
        try
        {
            return database.Checkpoint(mode, out _);
        }
        finally
        {
            _write.Release();
        }
    }
}
