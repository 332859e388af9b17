namespace QuantumCore.History;

/// <summary>
/// A few threads of their own for work that holds its thread. The pool has as many as processors: what is asked of it would wait for who
/// reads. They are kept while there is work, since to start one takes as long as a small reading.
/// </summary>
/// <param name="most">So many threads at most.</param>
internal sealed class ReadingThreads(int most) : TaskScheduler
{
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    private readonly Queue<Task> _queue = new();
    private int _threads;
    private int _idle;

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => most;

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        lock (_queue)
        {
            _queue.Enqueue(task);
            if (_idle >= _queue.Count || _threads == most)
            {
                Monitor.Pulse(_queue);
                return;
            }

            _threads++;
        }

        new Thread(Work) { IsBackground = true, Name = "history reader" }.Start();
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_queue)
        {
            return [.. _queue];
        }
    }

    private void Work()
    {
        while (Next() is { } task)
        {
            TryExecuteTask(task);
        }
    }

    /// <summary>What is to be done next; null when there was nothing for a while.</summary>
    private Task? Next()
    {
        lock (_queue)
        {
            Task? task;
            while (!_queue.TryDequeue(out task))
            {
                _idle++;
                var isWoken = Monitor.Wait(_queue, s_idle);
                _idle--;
                if (!isWoken && _queue.Count == 0)
                {
                    _threads--;
                    break;
                }
            }

            return task;
        }
    }
}
