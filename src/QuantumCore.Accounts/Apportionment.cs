namespace QuantumCore.Accounts;

/// <summary>An amount divided by weights, nothing of it lost.</summary>
public static class Apportionment
{
    /// <summary>
    /// Each weight's part of an amount, by the method of largest remainders: the parts are whole and sum to the amount. Of equal remainders
    /// the earlier weight has the unit. No part of an amount up to the sum of all weights is larger than its weight.
    /// </summary>
    /// <param name="amount">What is divided, 0 to 2^62.</param>
    /// <param name="weights">0 to 2^62 each.</param>
    /// <returns>As many parts as weights; all 0 where all weights are.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The amount or a weight is less than zero.</exception>
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

        // The largest remainder first; sorting by number keeps equal ones in their sequence.
        foreach (var i in Enumerable.Range(0, parts.Length).OrderBy(i => rests[i]).Take((int)left))
        {
            parts[i]++;
        }

        return parts;
    }
}
