namespace QuantumCore.Simulation;

/// <summary>
/// Owner of work: a silo, or the outside world. It is the scheduler of all its continuations, so that all of its work
/// stops when it is paused and disappears when it is dead.
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

    /// <summary>Runs an action that must not fail, without the caller's async locals.</summary>
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

    // Never inline: the random sequence decides when it runs.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
