using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Tests;

/// <summary>A book order by order, as a test says: the newest snapshot, and what follows on what.</summary>
public sealed class FloorOrders
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, OrderByOrderUpdate> _updates = [];
    private TaskCompletionSource _published = New();

    /// <summary>All orders there are.</summary>
    public OrderByOrderUpdate Snapshot { get; private set; } = new(true, 0, 1, 1, [], [], []);

    /// <summary>Whether the next that is asked for fails.</summary>
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

    /// <summary>Whether who waits is told that nothing has come.</summary>
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
