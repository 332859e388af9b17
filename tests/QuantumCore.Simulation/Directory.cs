using QuantumCore.Contracts;
using QuantumCore.Simulation.Host;

namespace QuantumCore.Simulation;

/// <summary>
/// Grain directory, and network between silos. The directory is as good as a cluster's: mostly right, sometimes split,
/// so that two activations of a grain live at once. The network loses, duplicates, delays and reorders messages.
/// </summary>
internal sealed class Directory(World world)
{
    private static readonly GrainType s_account = GrainManifest.Product.KindOf(typeof(IAccountGrain)).GrainType;
    private readonly Dictionary<GrainId, Silo> _places = [];
    private readonly Dictionary<GrainId, long> _newest = [];
    private long _last;

    /// <summary>Counts of network and directory faults so far.</summary>
    public NetworkTally Tally { get; } = new();

    /// <summary>Sends a message to the silo of its grain, or loses it.</summary>
    public void Carry(Silo from, NetworkMessage message)
    {
        message.Number = ++_last;
        var isLost = false;
        if (message is Call { FirstArgument: BookDelivery delivery })
        {
            if (delivery.Records[^1].Sequence > world.Database.Witness.HeadOf("book/" + delivery.Symbol))
                world.Find(
                    $"{delivery.Symbol}: {message.Target} is told of {delivery.Records[^1].Sequence}, which is not durable");
            isLost = world.Chance(world.Faults.DeliveryLost);
        }

        if (isLost || world.Chance(world.Faults.CallLost) || PlaceOf(message.Target, from) is not { } to)
        {
            Tally.Lost++;
            return;
        }

        var expectsReply = !world.Chance(world.Faults.AnswerLost);
        Deliver(to, message.Arrive(isRemote: to != from, expectsReply));
        if (expectsReply && world.Chance(world.Faults.CallDoubled))
        {
            Tally.Doubled++;
            Deliver(to, message.Arrive(isRemote: true, expectsReply: false));
        }
    }

    /// <summary>Forwards a message to the current silo of its grain.</summary>
    public void Forward(Silo from, NetworkMessage message)
    {
        if (PlaceOf(message.Target, from) is { } to)
            Deliver(to, message);
    }

    /// <summary>Records an activation.</summary>
    public void Activated(GrainId grain, Silo silo)
    {
        if (world.Silos.Exists(other => other != silo && other.Host.Holds(grain)))
            Tally.Twins++;
    }

    /// <summary>Records the end of an activation. The next one may be in any silo.</summary>
    public void Ended(GrainId grain, Silo silo)
    {
        if (_places.GetValueOrDefault(grain) == silo)
            _places.Remove(grain);
    }

    /// <summary>Returns the silo in which a grain is believed to live.</summary>
    private Silo? PlaceOf(GrainId grain, Silo asking)
    {
        if (world.Chance(world.Faults.Elsewhere)
            || (grain.Type == s_account && world.Chance(world.Faults.AccountElsewhere)))
            return asking;
        if (_places.TryGetValue(grain, out var place) && !place.Owner.IsDead
            && !(place.Owner.IsPaused && world.Chance(0.05)))
            return place;

        var alive = world.Silos.Where(silo => !silo.Owner.IsDead && !silo.Owner.IsPaused).ToArray();
        return alive.Length == 0 ? null : _places[grain] = world.Pick(alive);
    }

    private void Deliver(Silo to, NetworkMessage message)
    {
        var delay = Delay();
        if (delay == TimeSpan.Zero)
            to.Owner.Post(Arrive);
        else
            new SimTimer(world, to.Owner, _ => Arrive(), null).Change(delay, Timeout.InfiniteTimeSpan);

        void Arrive()
        {
            var newest = _newest.GetValueOrDefault(message.Target);
            _newest[message.Target] = Math.Max(newest, message.Number);
            if (message.Number < newest)
                Tally.Overtaken++;
            to.Host.Receive(message);
        }
    }

    /// <summary>Draws a network delay.</summary>
    private TimeSpan Delay()
    {
        if (!world.Chance(world.Faults.CallLate))
            return world.Chance(0.3) ? world.Within(0, 3_000) : TimeSpan.Zero;

        Tally.Late++;
        return world.Within(100_000, 9_000_000);
    }
}
