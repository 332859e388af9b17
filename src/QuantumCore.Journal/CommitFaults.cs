using System.Diagnostics.CodeAnalysis;

namespace QuantumCore.Journal;

/// <summary>Injected fault of a commit.</summary>
public enum CommitFault
{
    /// <summary>No fault.</summary>
    None = 0,

    /// <summary>The commit fails and has stored nothing.</summary>
    FailBefore = 1,

    /// <summary>The commit has stored its frame, but the answer is lost.</summary>
    FailAfter = 2,
}

/// <summary>Makes commits fail or wait, for tests of code that uses a journal. Thread-safe.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A gate belongs to who asked for it.")]
public sealed class CommitFaults
{
    private volatile CommitGate? _gate;

    /// <summary>Chooses the fault of each commit, on the writer's thread; null for none.</summary>
    public Func<JournalFrame, CommitFault>? Choose { get; set; }

    /// <summary>Holds each commit from now on, before it stores anything, until the gate is released.</summary>
    public CommitGate Hold() => _gate = new CommitGate();

    /// <summary>Carries out a commit with the requested faults.</summary>
    public IReadOnlyCollection<long> Around(JournalFrame frame, Func<JournalFrame, IReadOnlyCollection<long>> commit)
    {
        _gate?.Pass();
        var fault = Choose?.Invoke(frame) ?? CommitFault.None;
        if (fault == CommitFault.FailBefore) throw new IOException("Injected: the commit failed.");
        var refused = commit(frame);
        if (fault == CommitFault.FailAfter) throw new IOException("Injected: the answer to the commit was lost.");
        return refused;
    }
}

/// <summary>
/// A gate that holds commits back until it is released or disposed. A writer that waits without end could not stop.
/// </summary>
public sealed class CommitGate : IDisposable
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the first commit waits at the gate.</summary>
    public Task Arrived => _arrived.Task;

    /// <summary>Lets the waiting commit and all later ones pass.</summary>
    public void Release() => _released.TrySetResult();

    /// <inheritdoc/>
    public void Dispose() => Release();

    internal void Pass()
    {
        _arrived.TrySetResult();
        ((IAsyncResult)_released.Task).AsyncWaitHandle.WaitOne();
    }
}
