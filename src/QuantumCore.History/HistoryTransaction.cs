namespace QuantumCore.History;

/// <summary>A transaction that writes history. Disposing it without a commit rolls it back.</summary>
internal abstract class HistoryTransaction : IAsyncDisposable
{
    /// <summary>Runs the buffer's statement for each of its rows and returns the number of rows changed.</summary>
    public abstract Task<int> WriteAsync(RowBuffer rows, CancellationToken cancellationToken);

    /// <summary>Runs a query for each row of the buffer and passes on the rows found.</summary>
    public abstract Task ReadAsync(RowBuffer keys, Action<IHistoryRow> found, CancellationToken cancellationToken);

    public abstract Task CommitAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}

/// <summary>A row of a query's result.</summary>
internal interface IHistoryRow
{
    /// <summary>Returns a number; <see cref="RowBuffer.Null"/> for NULL.</summary>
    long Number(int column);

    string? Text(int column);
}
