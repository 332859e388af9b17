using Orleans.Timers;

namespace QuantumCore.Simulation.Host;

/// <summary>
/// Reminders in the shared database: they survive every silo, and any live silo sends their ticks. The shortest period
/// is one minute, about as long as a simulated day, so their clock runs faster.
/// </summary>
internal sealed class HostedReminders(World world, SiloStore store) : IReminderRegistry
{
    private const int Speed = 30;

    private Dictionary<(GrainId Grain, string Name), SimTimer> Known => world.Database.Reminders;

    public async Task<IGrainReminder> RegisterOrUpdateReminder(
        GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        await WriteAsync(
            callingGrainId,
            reminderName,
            new SimTimer(world, world.Outside, _ => Tick(callingGrainId, reminderName, period), null),
            timer => timer.Change(dueTime / Speed, period / Speed));
        return new Reminder(reminderName);
    }

    public Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder) =>
        WriteAsync(callingGrainId, reminder.ReminderName, null, _ => { });

    public async Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName)
    {
        await store.UnderWayAsync();
        return Known.ContainsKey((callingGrainId, reminderName)) ? new Reminder(reminderName) : null;
    }

    public async Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId)
    {
        await store.UnderWayAsync();
        return [.. Known.Keys.Where(key => key.Grain == callingGrainId).Select(key => new Reminder(key.Name))];
    }

    private async Task WriteAsync(GrainId grain, string name, SimTimer? timer, Action<SimTimer> start)
    {
        await store.UnderWayAsync();
        world.Database.RequireRoom();
        if (Known.Remove((grain, name), out var before))
            await before.DisposeAsync();
        if (timer is not null)
        {
            Known.Add((grain, name), timer);
            start(timer);
        }

        await store.UnderWayAsync();
    }

    private void Tick(GrainId grain, string name, TimeSpan period)
    {
        var now = world.Nights.Now.UtcDateTime;
        if (world.Silos.Count > 0)
            world.Directory.Carry(world.Pick(world.Silos), new ReminderTick(grain, name, new TickStatus(now, period, now)));
    }

    private sealed record Reminder(string ReminderName) : IGrainReminder;

    /// <summary>A tick in flight to its grain. The next one comes whatever happens to it.</summary>
    private sealed class ReminderTick(GrainId grain, string name, TickStatus status) : NetworkMessage(grain)
    {
        public override NetworkMessage Arrive(bool isRemote, bool expectsReply) => new ReminderTick(Target, name, status) { Number = Number };

        public override async Task RunAsync(HostedGrain activation)
        {
            try
            {
                await ((IRemindable)activation.GrainInstance!).ReceiveReminder(name, status);
            }
            catch (Exception error)
            {
                activation.Tell($"the reminder {name} failed: {error}");
            }
        }

        public override void Fail(Exception error)
        {
            // Nobody awaits it.
        }
    }
}
