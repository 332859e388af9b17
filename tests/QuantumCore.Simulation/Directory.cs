
using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>
/// Where grains live, and the network between silos. The directory is as good as a cluster's: mostly right, sometimes
/// split, so that two activations of one grain live at once. The network loses, doubles, delays and reorders.
/// </summary>
internal sealed class Directory(World world)
{
    private readonly Dictionary<(Type Kind, string Key), Silo> _places = [];

    /// <summary>The silo that a grain is believed to live in.</summary>
    public Silo? PlaceOf(Type kind, string key, Silo asking)
    {
        if (world.Chance(world.Faults.Elsewhere))
            return asking;
        if (_places.TryGetValue((kind, key), out var place) && !place.Owner.IsDead
            && !(place.Owner.IsPaused && world.Chance(0.05)))
            return place;

        var alive = world.Silos.Where(silo => !silo.Owner.IsDead && !silo.Owner.IsPaused).ToArray();
        return alive.Length == 0 ? null : _places[(kind, key)] = world.Pick(alive);
    }

    /// <summary>Carries a call to the silo of its grain, or does not.</summary>
    public void Carry(Silo from, GrainReference target, GrainCall call)
    {
        if (call.Arguments is [BookDelivery delivery] && delivery.Records[^1].Sequence > world.Database.Witness.HeadOf("book/" + delivery.Symbol))
            world.Find($"{delivery.Symbol}: account {target.Key} is told of {delivery.Records[^1].Sequence}, which is not durable");
        if (world.Chance(world.Faults.CallLost) || PlaceOf(target.Kind.Type, target.Key, from) is not { } to)
            return;

        if (world.Chance(world.Faults.AnswerLost))
        {
            Deliver(to, target, call.Copy());
            return;
        }

        Deliver(to, target, call);
        if (world.Chance(world.Faults.CallDoubled))
            Deliver(to, target, call.Copy());
    }

    /// <summary>How long something is under way.</summary>
    public TimeSpan Delay() =>
        world.Chance(world.Faults.CallLate) ? world.Within(100_000, 9_000_000)
        : world.Chance(0.3) ? world.Within(0, 3_000)
        : TimeSpan.Zero;

    private void Deliver(Silo to, GrainReference target, GrainCall call)
    {
        var delay = Delay();
        if (delay == TimeSpan.Zero)
            to.Owner.Post(Arrive);
        else
            _ = new SimTimer(world, to.Owner, _ => Arrive(), null).Change(delay, Timeout.InfiniteTimeSpan);

        void Arrive() => to.Grains.Receive(target, call);
    }
}
