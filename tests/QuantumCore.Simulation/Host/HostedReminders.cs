using Orleans.Timers;

namespace QuantumCore.Simulation.Host;

/// <summary>
/// Reminders of the cluster, as one silo reaches them. Their rows outlive every silo. Some live silo sends the ticks,
/// which may be lost, duplicated or late like every message.
/// </summary>
internal sealed class HostedReminders(World world, SiloStore store) : IReminderRegistry
{
    // A simulated day takes less than a minute, the shortest period.
    private const int Shortening = 20;

    public async Task<IGrainReminder> RegisterOrUpdateReminder(
        GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        await store.UnderWayAsync();
        world.Database.RequireRoom();
        if (world.Database.Reminders.Add((callingGrainId, reminderName)))
            new SimTimer(world, world.Outside, _ => Send(), null).Change(dueTime / Shortening, period / Shortening);
        await store.UnderWayAsync();
        return new Row(reminderName);

        void Send()
        {
            if (world.Silos.Count > 0)
                world.Directory.Carry(world.Pick(world.Silos), new ReminderTick(callingGrainId, reminderName));
        }
    }

    public async Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName)
    {
        await store.UnderWayAsync();
        return world.Database.Reminders.Contains((callingGrainId, reminderName)) ? new Row(reminderName) : null;
    }

    Task<List<IGrainReminder>> IReminderRegistry.GetReminders(GrainId callingGrainId) =>
        throw new NotSupportedException(nameof(IReminderRegistry.GetReminders));
    Task IReminderRegistry.UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder) =>
        throw new NotSupportedException(nameof(IReminderRegistry.UnregisterReminder));

    private sealed record Row(string ReminderName) : IGrainReminder;
}

/// <summary>A tick of a reminder. Nobody waits for its end.</summary>
internal sealed class ReminderTick(GrainId target, string name) : NetworkMessage(target)
{
    public override NetworkMessage Arrive(bool isRemote, bool expectsReply) => new ReminderTick(Target, name)
    {
        Number = Number,
    };

    public override async Task RunAsync(HostedGrain activation)
    {
        try
        {
            await ((IRemindable)activation.GrainInstance!).ReceiveReminder(name, default);
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    public override void Fail(Exception error)
    {
        // The next tick comes anyway.
    }
}
