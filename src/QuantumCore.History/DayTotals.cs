using System.Runtime.InteropServices;
using QuantumCore.Clearing;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>
/// Daily debits and credits of accounts, by asset, cause and pending state. Without these totals a statement would read
/// every line since the account's first day.
/// </summary>
internal sealed class DayTotals
{
    private readonly Dictionary<(long Account, long Day, string Asset, string Cause, bool IsPending), LineSums> _days =
        [];

    /// <summary>Splits a line's cause into a word and the client's key after a space, if there is one.</summary>
    public static (string Word, string? Key) Parts(string cause) =>
        cause.IndexOf(' ') is > 0 and var space ? (cause[..space], cause[(space + 1)..]) : (cause, null);

    public void Add(in Posting line, string cause, long timeNanos)
    {
        var key = (line.Account.Value, UtcDay.Of(timeNanos), line.Asset, Parts(cause).Word, line.IsPending);
        CollectionsMarshal.GetValueRefOrAddDefault(_days, key, out _).Add(line.Amount);
    }

    /// <summary>Adds lines of a cause without a key.</summary>
    public void Add(long account, long day, string asset, string cause, bool isPending, in LineSums lines)
    {
        if (lines.Lines > 0)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_days, (account, day, asset, cause, isPending), out _)
                .Add(in lines);
        }
    }

    /// <summary>Returns the totals as rows of a statement that adds them to a table.</summary>
    public RowBuffer Rows(RowBuffer to)
    {
        foreach (var ((account, day, asset, cause, isPending), sums) in _days)
        {
            to.Add(account).Add(day).Add(asset).Add(cause).Add(HistoryWords.KindOf(isPending)).Add(sums.Lines)
                .Add(sums.InHigh).Add(sums.InLow).Add(sums.OutHigh).Add(sums.OutLow);
        }

        return to;
    }
}

/// <summary>Sums of debits and credits, in halves of 10^9. Debits are negative.</summary>
internal struct LineSums
{
    public long Lines;
    public long InHigh;
    public long InLow;
    public long OutHigh;
    public long OutLow;

    /// <summary>Credits less debits.</summary>
    public readonly Int128 Total => ((Int128)(InHigh + OutHigh) * SumColumns.Unit) + InLow + OutLow;

    public void Add(long amount)
    {
        Lines++;
        var (high, low) = Math.DivRem(amount, SumColumns.Unit);
        if (amount > 0)
        {
            (InHigh, InLow) = (InHigh + high, InLow + low);
        }
        else
        {
            (OutHigh, OutLow) = (OutHigh + high, OutLow + low);
        }
    }

    public void Add(in LineSums other)
    {
        Lines += other.Lines;
        (InHigh, InLow) = (InHigh + other.InHigh, InLow + other.InLow);
        (OutHigh, OutLow) = (OutHigh + other.OutHigh, OutLow + other.OutLow);
    }
}
