namespace QuantumCore.History;

/// <summary>One transaction that writes history; disposed without a commit it leaves nothing behind.</summary>
internal abstract class HistoryTransaction : IAsyncDisposable
{
    /// <summary>Runs the buffer's statement for each of its rows; gives how many rows it changed.</summary>
    public abstract Task<int> WriteAsync(RowBuffer rows, CancellationToken cancellationToken);

    /// <summary>Runs a query for each row of the buffer and shows what it finds.</summary>
    public abstract Task ReadAsync(RowBuffer keys, Action<IHistoryRow> found, CancellationToken cancellationToken);

    public abstract Task CommitAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}

/// <summary>One row of a query's answer.</summary>
internal interface IHistoryRow
{
    /// <summary>A number; <see cref="RowBuffer.Null"/> for NULL.</summary>
    long Number(int column);

    string? Text(int column);
}
