namespace QuantumCore.Accounts;

/// <summary>What an account gained in a UTC day on one symbol.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Amount">Realised and on paper, less fees, minor units of its currency; less than zero is a loss.</param>
public readonly record struct SymbolGain(string Symbol, Int128 Amount);

/// <summary>Who may be asked for a share of another account's deficit.</summary>
/// <param name="Account">The account.</param>
/// <param name="IsRelated">It is of the owner whose account has the deficit.</param>
/// <param name="Equity">What it would have if everything were closed, minor units: it never pays more.</param>
/// <param name="Gains">What it gained on the day.</param>
public readonly record struct Gainer(long Account, bool IsRelated, Int128 Equity, IReadOnlyList<SymbolGain> Gains);

/// <summary>A deficit shared out among those who gained on what the account lost on.</summary>
public static class DeficitShares
{
    /// <summary>
    /// Who pays how much. The deficit is divided over the symbols that the account lost on, by its losses; each symbol's part over those who
    /// gained on it, by their gains, other accounts of the same owner first. Nobody pays more than he gained, nor more than he has.
    /// </summary>
    /// <param name="deficit">What is shared out, minor units.</param>
    /// <param name="lost">What the account gained and lost on the day.</param>
    /// <param name="gainers">Whoever may be asked, by account.</param>
    /// <returns>By account, each more than zero. All together at most the deficit; what is missing nobody gained.</returns>
    public static IReadOnlyList<(long Account, long Amount)> Of(long deficit, IReadOnlyList<SymbolGain> lost, IReadOnlyList<Gainer> gainers)
    {
        var losses = lost.Where(gain => gain.Amount < 0).OrderBy(gain => gain.Symbol, StringComparer.Ordinal).ToArray();
        var parts = Apportionment.Of(deficit, [.. losses.Select(loss => Bounded(-loss.Amount))]);
        var shares = new long[gainers.Count];
        for (var i = 0; i < losses.Length; i++)
        {
            var left = parts[i];
            foreach (var isRelated in (ReadOnlySpan<bool>)[true, false])
            {
                left -= Ask(left, losses[i].Symbol, isRelated, gainers, shares);
            }
        }

        return [.. gainers.Select((gainer, i) => (gainer.Account, shares[i])).Where(share => share.Item2 > 0)];
    }

    /// <summary>One round of those who may be asked; gives what they pay together.</summary>
    private static long Ask(long amount, string symbol, bool isRelated, IReadOnlyList<Gainer> gainers, long[] shares)
    {
        var weights = new long[gainers.Count];
        Int128 sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            var gain = gainers[i].IsRelated != isRelated
                ? 0
                : gainers[i].Gains.Where(one => one.Symbol == symbol).Select(one => one.Amount).FirstOrDefault();
            weights[i] = Bounded(Int128.Min(gain, gainers[i].Equity - shares[i]));
            sum += weights[i];
        }

        var asked = (long)Int128.Min(amount, sum);
        var parts = Apportionment.Of(asked, weights);
        for (var i = 0; i < parts.Length; i++)
        {
            shares[i] += parts[i];
        }

        return asked;
    }

    private static long Bounded(Int128 amount) => (long)Int128.Clamp(amount, 0, 1L << 62);
}
