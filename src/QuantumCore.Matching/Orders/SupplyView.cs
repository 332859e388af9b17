using System.Numerics;
using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>
/// Orders of one side in the sequence in which an all-or-none order of one owner would meet them. Runs of orders that
/// trade in parts are sums, so a walk has a step for each other order only.
/// </summary>
internal sealed class SupplyView
{
    /// <summary>More lots than any order has. Sums stop here, so that they cannot overflow.</summary>
    private const long Plenty = Instrument.QuantityLotsLimit * 2;

    // Orders of others that trade whole.
    private readonly List<Step> _steps = [];
    private readonly List<Own> _own = [];
    private readonly SizeClass?[] _classes = new SizeClass?[64];
    private long _firm;
    private long _whole;

    /// <summary>Levels, best price first.</summary>
    public List<Level> Levels { get; } = [];

    /// <summary>
    /// Lots that must be added before the order of the last <see cref="MayFill"/> may be filled, while the
    /// <see cref="Blocker"/> stays where it is; 0 if unknown.
    /// </summary>
    public long Lacks { get; private set; }

    /// <summary>Public id of the own order that ends it; 0 for none.</summary>
    public long Blocker { get; private set; }

    /// <summary>Lots up to a price.</summary>
    /// <param name="Key">The price as a taker sees it (see SignedPriceKey).</param>
    /// <param name="Firm">Lots of orders that trade in parts.</param>
    /// <param name="Whole">Lots of orders that trade whole or not at all.</param>
    /// <param name="Steps">Number of steps up to this price.</param>
    /// <param name="Owns">Number of own orders up to this price.</param>
    internal readonly record struct Level(long Key, long Firm, long Whole, int Steps, int Owns);

    /// <summary>An order of others that trades whole or not at all.</summary>
    /// <param name="Lots">Its lots.</param>
    /// <param name="FirmBefore">Lots before it of orders that trade in parts.</param>
    private readonly record struct Step(long Lots, long FirmBefore);

    /// <summary>An order of the taker's owner, and the least and most of those from it on.</summary>
    /// <param name="Id">Its public id.</param>
    /// <param name="Lots">The fewest lots that a taker must want to meet it.</param>
    /// <param name="FirmBefore">Lots before it of orders that trade in parts.</param>
    /// <param name="StepsBefore">Number of steps before it.</param>
    private record struct Own(long Id, long Lots, long FirmBefore, int StepsBefore)
    {
        public long LeastId { get; set; }

        public long MostId { get; set; }

        public long LeastLots { get; set; }
    }

    public void Clear()
    {
        Levels.Clear();
        _steps.Clear();
        foreach (var sizes in _classes)
            sizes?.Small.Clear();
        _own.Clear();
        _firm = _whole = 0;
    }

    public void AddFirm(long lots) => _firm = Math.Min(_firm + lots, Plenty);

    public void AddWhole(long lots)
    {
        _steps.Add(new Step(lots, _firm));
        _whole += lots;
    }

    public void AddOwn(long id, long lots) => _own.Add(new Own(id, lots, _firm, _steps.Count));

    public void CloseLevel(long key) => Levels.Add(new Level(key, _firm, _whole, _steps.Count, _own.Count));

    /// <summary>Ends the filling of the view: finds the least and most among own orders.</summary>
    public void Complete()
    {
        var (leastId, mostId, leastLots) = (long.MaxValue, 0L, long.MaxValue);
        for (var i = _own.Count - 1; i >= 0; i--)
        {
            var own = _own[i];
            own.LeastId = leastId = Math.Min(leastId, own.Id);
            own.MostId = mostId = Math.Max(mostId, own.Id);
            own.LeastLots = leastLots = Math.Min(leastLots, own.Lots);
            _own[i] = own;
        }
    }

    /// <summary>Returns false if an order cannot be filled whole within the levels.</summary>
    public bool MayFill(in OrderRecord taker, SelfTradePrevention mode, ref long visited)
    {
        var all = Levels[^1];
        var (at, wanted) = (0, taker.Leaves);
        for (var i = 0; i < all.Owns; i++)
        {
            var own = _own[i];
            // None from here on ends the taker, whatever is in between.
            if (own.LeastLots > wanted - own.FirmBefore || !MayEnd(in own, mode, taker.Id))
                break;

            visited++;
            if (mode.Between(taker.Id, own.Id) == SelfTradePrevention.ExpireMaker)
                continue;
            Take(ref at, ref wanted, own.StepsBefore, ref visited);
            if (wanted <= own.FirmBefore)
                return true;
            if (own.Lots <= wanted - own.FirmBefore)
            {
                NoteLack(taker.Leaves, own.FirmBefore + Math.Max(own.Lots - 1, 0), own.StepsBefore, own.Id);
                return false;
            }
        }

        Take(ref at, ref wanted, all.Steps, ref visited);
        if (wanted <= all.Firm)
            return true;

        NoteLack(taker.Leaves, all.Firm, all.Steps, blocker: 0);
        return false;
    }

    /// <summary>Notes that an order would lack lots even if it took every step that is not too large for it.</summary>
    private void NoteLack(long wanted, long firm, int steps, long blocker)
    {
        var lacks = wanted - firm;
        for (var i = 0; i < steps && lacks > 0; i++)
            lacks -= _steps[i].Lots <= wanted ? _steps[i].Lots : 0;
        (Lacks, Blocker) = (Math.Max(lacks, 0), blocker);
    }

    /// <summary>Returns true if an own order, or one behind it, may end a taker.</summary>
    private static bool MayEnd(in Own own, SelfTradePrevention mode, long takerId) => mode switch
    {
        SelfTradePrevention.ExpireMaker => false,
        SelfTradePrevention.CancelNewest => own.LeastId < takerId,
        SelfTradePrevention.CancelOldest => own.MostId > takerId,
        _ => true,
    };

    /// <summary>
    /// Takes what an order can from a step on, in a few jumps. While it wants at least 2^n lots and less than
    /// 2^(n + 1), it takes every step below 2^n and none from 2^(n + 1) on. The first step in between that it can take
    /// leaves it with less than 2^n. So there is one jump for each n, however many steps there are.
    /// </summary>
    /// <param name="at">The step; afterwards the last one, or an earlier one if nothing is wanted there.</param>
    /// <param name="total">Lots wanted, without those of orders that trade in parts.</param>
    /// <param name="last">The step before which it ends.</param>
    /// <param name="visited">Counts the jumps.</param>
    private void Take(ref int at, ref long total, int last, ref long visited)
    {
        while (at < last)
        {
            visited++;
            var wanted = total - _steps[at].FirmBefore;
            if (wanted <= 0)
                return;

            var power = BitOperations.Log2((ulong)wanted);
            var sizes = SizesOf(power);
            var budget = wanted + Before(sizes, at);
            var end = FirstBelow(sizes, at, last, budget - (1L << power));
            var next = sizes.FirstFit(at, end, budget, ref visited);
            total -= sizes.Small[next] - sizes.Small[at];
            if (next < end)
                total -= _steps[next++].Lots;
            at = next;
        }
    }

    /// <summary>Returns the lots before a step that an order of a size class would take.</summary>
    private long Before(SizeClass sizes, int step) => _steps[step].FirmBefore + sizes.Small[step];

    /// <summary>Returns the first step where an order has left its size class; the last if it never does.</summary>
    private int FirstBelow(SizeClass sizes, int at, int last, long mostBefore)
    {
        while (at < last)
        {
            var middle = (at + last) >> 1;
            if (Before(sizes, middle) > mostBefore)
                last = middle;
            else
                at = middle + 1;
        }

        return last;
    }

    private SizeClass SizesOf(int power)
    {
        var sizes = _classes[power] ??= new SizeClass();
        if (sizes.Small.Count > 0)
            return sizes;

        sizes.Resize(_steps.Count);
        var small = 0L;
        for (var i = 0; i < _steps.Count; i++)
        {
            var step = _steps[i];
            sizes.Small.Add(small);
            if (BitOperations.Log2((ulong)step.Lots) == power)
                sizes.SetNeeds(i, step.Lots + step.FirmBefore + small);
            small += step.Lots < 1L << power ? step.Lots : 0;
        }

        sizes.Small.Add(small);
        sizes.FindLeast();
        return sizes;
    }

    /// <summary>The steps as an order sees them that wants at least 2^n lots and less than 2^(n + 1).</summary>
    private sealed class SizeClass
    {
        // For each step of 2^n lots up to 2^(n + 1), its lots and those before it: the leaves of a tree, from _width
        // on. Each node has the least of the two below it, and the root is node 1.
        private long[] _needs = [];
        private int _width;

        /// <summary>Lots of the steps below 2^n before each step, and of all of them.</summary>
        public List<long> Small { get; } = [];

        public void Resize(int steps)
        {
            _width = (int)BitOperations.RoundUpToPowerOf2((uint)steps);
            if (_needs.Length < _width * 2)
                _needs = new long[_width * 2];
            Array.Fill(_needs, long.MaxValue, 0, _width * 2);
        }

        public void SetNeeds(int step, long lots) => _needs[_width + step] = lots;

        public void FindLeast()
        {
            for (var node = _width - 1; node > 0; node--)
                _needs[node] = Math.Min(_needs[node * 2], _needs[(node * 2) + 1]);
        }

        /// <summary>Returns the first step that needs no more than a budget; the end if there is none.</summary>
        public int FirstFit(int at, int end, long budget, ref long visited)
        {
            if (_needs[1] > budget)
                return end;

            var node = _width + at;
            for (; _needs[node] > budget; node++)
            {
                visited++;
                // Up from the right branches, then over to the next one.
                node >>= BitOperations.TrailingZeroCount(~node);
                if (node == 0)
                    return end;
            }

            while (node < _width)
            {
                visited++;
                node *= 2;
                node += _needs[node] > budget ? 1 : 0;
            }

            return Math.Min(node - _width, end);
        }
    }
}
