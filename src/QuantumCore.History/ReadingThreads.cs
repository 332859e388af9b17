using System.Diagnostics.CodeAnalysis;

namespace QuantumCore.History;

/// <summary>
/// A few dedicated threads for blocking queries. The pool has as many threads as processors, so other work would wait
/// for queries. Threads are kept while there is work, because starting one takes as long as a small query.
/// </summary>
/// <param name="most">Most threads.</param>
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
        while (TryTake(out var task))
        {
            TryExecuteTask(task);
        }
    }

    /// <summary>Takes the next task; false if there was none for a while.</summary>
    private bool TryTake([NotNullWhen(true)] out Task? task)
    {
        lock (_queue)
        {
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

            return task is not null;
        }
    }
}
