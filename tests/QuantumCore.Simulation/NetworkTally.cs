namespace QuantumCore.Simulation;

/// <summary>Counts of network and directory faults. Days without such faults test nothing.</summary>
public sealed record NetworkTally
{
    /// <summary>Number of calls and batches that never arrived.</summary>
    public long Lost { get; set; }

    /// <summary>Number of calls and batches that arrived twice.</summary>
    public long Doubled { get; set; }

    /// <summary>Number of calls and batches that took seconds.</summary>
    public long Late { get; set; }

    /// <summary>Number of calls and batches that arrived after a newer one for the same grain.</summary>
    public long Overtaken { get; set; }

    /// <summary>Number of activations of a grain that had one in another silo.</summary>
    public long Twins { get; set; }

    /// <summary>Number of stream batches that reached a subscriber without the one before.</summary>
    public long StreamGaps { get; set; }

    /// <summary>Returns the sums.</summary>
    public static NetworkTally operator +(NetworkTally one, NetworkTally other) => new()
    {
        Lost = one.Lost + other.Lost,
        Doubled = one.Doubled + other.Doubled,
        Late = one.Late + other.Late,
        Overtaken = one.Overtaken + other.Overtaken,
        Twins = one.Twins + other.Twins,
        StreamGaps = one.StreamGaps + other.StreamGaps,
    };

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Lost} messages lost, {Doubled} doubled, {Late} late, {Overtaken} overtaken, {Twins} twin activations, {StreamGaps} stream gaps";
}
