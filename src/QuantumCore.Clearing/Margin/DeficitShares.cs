namespace QuantumCore.Clearing;

/// <summary>An account's gain in one symbol in a UTC day.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Amount">
/// Realised and unrealised gain less fees, minor units of its currency; negative for a loss.
/// </param>
public readonly record struct SymbolGain(string Symbol, Int128 Amount);

/// <summary>An account that may be asked for a share of another account's deficit.</summary>
/// <param name="Account">The account.</param>
/// <param name="IsRelated">True if it belongs to the owner of the account with the deficit.</param>
/// <param name="Equity">Its equity if all positions were closed, minor units: it never pays more.</param>
/// <param name="Gains">Its gains of the day, by symbol.</param>
public readonly record struct Gainer(long Account, bool IsRelated, Int128 Equity, IReadOnlyList<SymbolGain> Gains);

/// <summary>Shares a deficit out among accounts that gained on what the account lost on.</summary>
public static class DeficitShares
{
    /// <summary>
    /// Returns the shares. The deficit is divided over the symbols on which the account lost, by its losses. Each
    /// symbol's part is divided over the accounts that gained on it, by their gains; other accounts of the same owner
    /// pay first. No account pays more than it gained or has.
    /// </summary>
    /// <param name="deficit">Amount to share out, minor units.</param>
    /// <param name="lost">The account's gains and losses of the day.</param>
    /// <param name="gainers">Accounts that may be asked, sorted by account.</param>
    /// <returns>
    /// Shares by account, each positive. Their sum is at most the deficit; the rest exceeds what others gained.
    /// </returns>
    public static IReadOnlyList<(long Account, long Amount)> Of(
        long deficit, IReadOnlyList<SymbolGain> lost, IReadOnlyList<Gainer> gainers)
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

    /// <summary>Asks one round of accounts and returns what they pay together.</summary>
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
