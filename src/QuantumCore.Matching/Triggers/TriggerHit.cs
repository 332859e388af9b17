namespace QuantumCore.Matching;

/// <summary>A stop, take-profit or trailing stop whose trigger a reference price reached.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="Trigger">Its trigger price, in ticks.</param>
/// <param name="Rise">True if the price rose to it.</param>
internal readonly record struct TriggerHit(long Id, long Trigger, bool Rise);
