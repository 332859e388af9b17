using QuantumCore.Contracts;

namespace QuantumCore.Gateway.TestKit;

/// <summary>
/// Market-by-order book that the test controls: the newest snapshot, and the updates by their previous sequence.
/// </summary>
public sealed class FloorOrders
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, OrderByOrderUpdate> _updates = [];
    private TaskCompletionSource _published = New();

    /// <summary>Snapshot of all orders.</summary>
    public OrderByOrderUpdate Snapshot { get; private set; } = new(true, 0, 1, 1, [], [], []);

    /// <summary>True if the next read fails.</summary>
    public bool Fails { get; set; }

    public void Publish(OrderByOrderUpdate update)
    {
        TaskCompletionSource published;
        lock (_lock)
        {
            if (update.IsSnapshot)
                Snapshot = update;
            else
                _updates[update.PreviousSequence] = update;
            (published, _published) = (_published, New());
        }

        published.SetResult();
    }

    /// <summary>True if a waiting reader gets null instead of waiting for an update.</summary>
    public bool IsQuiet { get; set; }

    public async ValueTask<OrderByOrderUpdate?> WaitAsync(long after, Task closed)
    {
        while (true)
        {
            Task published;
            lock (_lock)
            {
                if (Fails)
                {
                    Fails = false;
                    throw new InvalidOperationException("The journal can't be read.");
                }

                if (after == 0)
                    return Snapshot;
                if (_updates.TryGetValue(after, out var update))
                    return update;
                if (IsQuiet)
                    return null;
                published = _published.Task;
            }

            await Task.WhenAny(published, closed);
            if (closed.IsCompleted)
                return null;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
