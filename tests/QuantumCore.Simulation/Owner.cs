namespace QuantumCore.Simulation;

/// <summary>
/// Whom a piece of work belongs to: a silo, or the world outside. It is the scheduler that everything of its own comes
/// back to, so that all of it stops when it is paused and is gone when it is dead.
/// </summary>
internal sealed class Owner(World world, string name) : TaskScheduler
{
    public string Name => name;

    public bool IsDead { get; private set; }

    public bool IsPaused { get; set; }

    public Task Run(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    public Task<T> Run<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Runs something that must not fail, without what the poster has in its async locals.</summary>
    public void Post(Action work)
    {
        using var none = ExecutionContext.SuppressFlow();
        new Task(
            () =>
            {
                try
                {
                    work();
                }
                catch (Exception e)
                {
                    world.Find($"{name}: {e}");
                }
            },
            TaskCreationOptions.DenyChildAttach).Start(this);
    }

    public void Die()
    {
        IsDead = true;
        world.Forget(this);
    }

    public void Execute(Task task)
    {
        if (!IsDead)
            TryExecuteTask(task);
    }

    protected override void QueueTask(Task task) => world.Enqueue(this, task);

    // Never in place: when it runs is for chance to say.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
