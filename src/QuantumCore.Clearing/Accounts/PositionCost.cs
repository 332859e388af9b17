using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Cost method: which units leave a position first, and at what cost.</summary>
public enum CostMethod : byte
{
    /// <summary>Average cost: all units cost the same.</summary>
    Average = 0,

    /// <summary>First in, first out: each lot leaves at its own cost.</summary>
    FirstInFirstOut = 1,
}

/// <summary>
/// Cost and profit of a position in one instrument, trade by trade. Amounts are quote minor units. A long position's
/// cost is what was paid; a short one's is negative: what was received. Rounding loses nothing: the cost that leaves a
/// position is booked as profit or loss, and the last unit takes the remainder.
/// </summary>
/// <param name="method">The cost method.</param>
/// <param name="feesInCost">
/// True to include fees in cost and proceeds, as tax offices count. False for gross profit with separate fees, as
/// exchanges report.
/// </param>
public sealed class PositionCost(CostMethod method, bool feesInCost = false)
{
    // Oldest first, all on one side; empty for average cost.
    private readonly LinkedList<(long Lots, Int128 Cost)> _open = [];

    /// <summary>Restores a position at average cost, with no realised profit and no fees yet.</summary>
    /// <param name="quantity">Quantity, in lots.</param>
    /// <param name="cost">Cost, quote minor units.</param>
    public static PositionCost AverageOf(long quantity, Int128 cost) => new(CostMethod.Average)
    {
        Quantity = quantity,
        Cost = cost,
    };

    /// <summary>Quantity, in lots; negative if short.</summary>
    public long Quantity { get; private set; }

    /// <summary>Cost of the open lots, quote minor units; negative for a short position.</summary>
    public Int128 Cost { get; private set; }

    /// <summary>Realised profit, quote minor units.</summary>
    public Int128 Realised { get; private set; }

    /// <summary>
    /// All fees paid, quote minor units, including those in <see cref="Cost"/> and <see cref="Realised"/>.
    /// </summary>
    public Int128 Fees { get; private set; }

    /// <summary>Applies a fill.</summary>
    /// <param name="lots">Lots bought; negative if sold.</param>
    /// <param name="lotValue">Value of one lot at the fill's price, quote minor units.</param>
    /// <param name="fee">Its fee, quote minor units; negative for a rebate.</param>
    public void Fill(long lots, long lotValue, long fee)
    {
        Fees += fee;
        var against = long.Sign(Quantity) == -long.Sign(lots) ? Math.Min(Math.Abs(lots), Math.Abs(Quantity)) : 0;
        var closeFee = against == 0 || !feesInCost ? 0 : Rounding.DivDown((Int128)fee * against, Math.Abs(lots));
        if (against > 0)
        {
            Close(against, long.Sign(lots), lotValue);
            Realised -= closeFee;
        }

        if (Math.Abs(lots) - against is > 0 and var rest)
        {
            var cost = Math.BigMul(rest * long.Sign(lots), lotValue) + (feesInCost ? fee - closeFee : 0);
            Open(rest * long.Sign(lots), cost);
        }
    }

    /// <summary>
    /// Applies a split. The cost moves to the new lots, except the part of the fraction, which is closed for the cash
    /// paid. Lots keep their sequence; the cost of one too small for a new lot moves to the next. For a short position
    /// the signs are reversed; it arises when more was sold than bought, out of deposits.
    /// </summary>
    /// <param name="split">The ratio and the value of a new unit. A lot is one minor unit.</param>
    public void Split(in SplitShare split)
    {
        var (sign, before) = (Math.Sign(Quantity), Math.Abs(Quantity));
        var fraction = split.FractionOf(before);
        if (method == CostMethod.Average)
        {
            Relieve(fraction, (Int128)before * split.Numerator, Cost, sign * split.CashOf(before));
        }
        else
        {
            SplitLots(split, fraction, sign);
        }

        Quantity = sign * split.UnitsOf(before);
    }

    // The fraction comes from the oldest lots. Each lot then ends where all lots up to it would end.
    private void SplitLots(in SplitShare split, Int128 fraction, int sign)
    {
        var (old, now, carried, cash) = (0L, 0L, (Int128)0, sign * split.CashOf(Math.Abs(Quantity)));
        for (var left = _open.Count; left > 0 && _open.First is { Value: var (lots, cost) }; left--)
        {
            _open.RemoveFirst();
            var size = (Int128)Math.Abs(lots) * split.Numerator;
            var part = Int128.Min(fraction, size);
            cost -= Relieve(part, size, cost, cash);
            (fraction, cash) = (fraction - part, 0);
            old += Math.Abs(lots);
            (var grown, now) = (split.UnitsOf(old) - now, split.UnitsOf(old));
            (cost, carried) = (cost + carried, grown == 0 ? cost + carried : 0);
            if (grown > 0)
            {
                _open.AddLast((sign * grown, cost));
            }
        }

        // The newest lots may be too small for a new one; their cost goes to the last.
        if (_open.Last is { Value: var (most, rest) } last)
        {
            last.Value = (most, rest + carried);
        }
    }

    private Int128 Relieve(Int128 part, Int128 size, Int128 cost, long cash)
    {
        var relief = part == 0 ? 0 : part == size ? cost : Rounding.DivHalfEven(cost * part, size);
        Realised += cash - relief;
        Cost -= relief;
        return relief;
    }

    /// <summary>Returns the exact profit of the open lots at a price, quote minor units.</summary>
    /// <param name="lotValue">Value of one lot at the price, quote minor units.</param>
    public Int128 Unrealised(long lotValue) => ((Int128)Quantity * lotValue) - Cost;

    private void Open(long lots, Int128 cost)
    {
        Quantity = checked(Quantity + lots);
        Cost += cost;
        if (method == CostMethod.FirstInFirstOut)
        {
            _open.AddLast((lots, cost));
        }
    }

    private void Close(long lots, int sign, long lotValue)
    {
        if (method == CostMethod.Average)
        {
            Close(lots, sign, lotValue, Quantity, Cost);
            return;
        }

        while (lots > 0 && _open.First is { Value: var (open, cost) })
        {
            _open.RemoveFirst();
            var part = Math.Min(lots, Math.Abs(open));
            var relief = Close(part, sign, lotValue, open, cost);
            if (part < Math.Abs(open))
                _open.AddFirst((open + (part * sign), cost - relief));

            lots -= part;
        }
    }

    // Half-even rounding in between favours nobody; the last unit takes the rest.
    private Int128 Close(long part, int sign, long lotValue, long open, Int128 cost)
    {
        var relief = part == Math.Abs(open) ? cost : Rounding.DivHalfEven(Wide.Product(cost, part), Math.Abs(open));
        Realised += Math.BigMul(part * -sign, lotValue) - relief;
        Cost -= relief;
        Quantity += part * sign;
        return relief;
    }
}
