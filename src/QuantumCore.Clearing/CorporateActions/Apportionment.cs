namespace QuantumCore.Clearing;

/// <summary>Divides an amount by weights without losing a unit.</summary>
public static class Apportionment
{
    /// <summary>
    /// Returns each weight's part of an amount, by the method of largest remainders. The parts are whole and sum to the
    /// amount. Among equal remainders, the earlier weight gets the unit. If the amount is at most the sum of the
    /// weights, no part exceeds its weight.
    /// </summary>
    /// <param name="amount">Amount to divide, 0 to 2^62.</param>
    /// <param name="weights">Weights, 0 to 2^62 each.</param>
    /// <returns>A part for each weight; all 0 if all weights are 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The amount or a weight is negative.</exception>
    public static long[] Of(long amount, ReadOnlySpan<long> weights)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        Int128 sum = 0;
        foreach (var weight in weights)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(weight, nameof(weights));
            sum += weight;
        }

        var parts = new long[weights.Length];
        if (sum == 0)
        {
            return parts;
        }

        var rests = new Int128[weights.Length];
        var left = amount;
        for (var i = 0; i < parts.Length; i++)
        {
            var (part, rest) = Int128.DivRem((Int128)amount * weights[i], sum);
            (parts[i], rests[i]) = ((long)part, -rest);
            left -= parts[i];
        }

        // The largest remainder first. The sort is stable, so equal remainders keep their sequence.
        foreach (var i in Enumerable.Range(0, parts.Length).OrderBy(i => rests[i]).Take((int)left))
        {
            parts[i]++;
        }

        return parts;
    }
}
