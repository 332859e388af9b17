using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>The witness's own state of frozen accounts, derived from durable records alone.</summary>
internal sealed class Freezes(World world)
{
    private readonly Dictionary<long, AccountFrozen> _frozen = [];
    private readonly Dictionary<long, long> _letGo = [];

    public bool IsFrozen(long account) => _frozen.ContainsKey(account);

    /// <summary>Returns true if a late copy of an older request unfroze it after a time.</summary>
    public bool WasLetGoAfter(long account, long now) => _letGo.GetValueOrDefault(account, -1) >= now;

    /// <summary>Returns the order number up to which a killed account has no orders; 0 if it is not killed.</summary>
    public long KilledUpTo(long account) =>
        _frozen.GetValueOrDefault(account) is { Closes: true, Floor: var floor } ? floor : 0;

    public void See(long account, long sequence, AccountRecord record)
    {
        if (record is AccountUnfrozen)
            _letGo[account] = world.Now;
        if (record is AccountFrozen frozen)
            _frozen[account] = frozen;
        else if (record is AccountUnfrozen && !_frozen.Remove(account))
            world.Find($"account {account}: it is let go at {sequence} and was not frozen");
        else if (record is HoldPlaced { Order.ClientOrderId: var name } && WitnessedMargin.IsLiquidation(name))
        {
            // A freeze does not stop liquidation orders.
        }
        else if (record is HoldPlaced or ListHeld or TransferredOut or Withdrawn && IsFrozen(account))
            world.Find($"account {account}: it is frozen, and {sequence} is {record}");
    }
}
