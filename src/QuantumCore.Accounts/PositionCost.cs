using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>Which units leave a position first, and at what cost.</summary>
public enum CostMethod : byte
{
    /// <summary>All units cost the same: the average of what is there.</summary>
    Average = 0,

    /// <summary>The units that came first leave first, each lot at its own cost.</summary>
    FirstInFirstOut = 1,
}

/// <summary>
/// What a position of one instrument cost and what was earned on it, trade by trade. Amounts are quote minor units; a long position's cost
/// is what was paid, a short one's less than zero: what was received. Nothing is lost by rounding: what leaves the cost
/// enters the profit, and the last unit takes the rest.
/// </summary>
/// <param name="method">Which units leave first.</param>
/// <param name="feesInCost">
/// Fees belong to cost and proceeds, as tax offices count; otherwise the profit is gross and fees are a line of their own, as
/// exchanges report.
/// </param>
public sealed class PositionCost(CostMethod method, bool feesInCost = false)
{
    // Oldest first, all on one side; of units that all cost the same there are no lots.
    private readonly LinkedList<(long Lots, Int128 Cost)> _open = [];

    /// <summary>A position at average cost as it was, with nothing realised and no fees yet.</summary>
    /// <param name="quantity">Lots.</param>
    /// <param name="cost">Quote minor units.</param>
    public static PositionCost AverageOf(long quantity, Int128 cost) => new(CostMethod.Average) { Quantity = quantity, Cost = cost };

    /// <summary>Lots; less than zero is short.</summary>
    public long Quantity { get; private set; }

    /// <summary>What the open lots cost, quote minor units; of a short position less than zero.</summary>
    public Int128 Cost { get; private set; }

    /// <summary>Profit of what was closed, quote minor units.</summary>
    public Int128 Realised { get; private set; }

    /// <summary>All fees paid, quote minor units; those in <see cref="Cost"/> and <see cref="Realised"/> too.</summary>
    public Int128 Fees { get; private set; }

    /// <summary>One fill.</summary>
    /// <param name="lots">Bought lots; less than zero: sold.</param>
    /// <param name="lotValue">What one lot is worth at the fill's price, quote minor units.</param>
    /// <param name="fee">Its fee, quote minor units; less than zero: a rebate.</param>
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
    /// A split: the cost goes to the new lots, less the part of the fraction that is paid in cash, which is closed at what was paid. Lots
    /// keep their sequence; what one is too small to become goes with the next. Of a short position (more was sold than was bought, out of what came in
    /// otherwise) all of it is the other way round.
    /// </summary>
    /// <param name="split">The ratio, and what a new unit is worth. A lot is one minor unit.</param>
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

    // The fraction is of the oldest lots; each lot then ends where all up to it would end.
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

        // The newest may be too small to become one.
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

    /// <summary>Profit that the open lots would bring at a price, exactly.</summary>
    /// <param name="lotValue">What one lot is worth at it, quote minor units.</param>
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

    // Nobody is favoured by a unit in the middle; the last one takes what is left.
    private Int128 Close(long part, int sign, long lotValue, long open, Int128 cost)
    {
        var relief = part == Math.Abs(open) ? cost : Rounding.DivHalfEven(Wide.Product(cost, part), Math.Abs(open));
        Realised += Math.BigMul(part * -sign, lotValue) - relief;
        Cost -= relief;
        Quantity += part * sign;
        return relief;
    }
}
