namespace QuantumCore.Bench.Ops;

/// <summary>An order in the generator's book.</summary>
internal sealed class OpsOrder
{
    public byte Side;
    public int PriceTicks;
    public uint OpenLots;
    public int PlaceAmongLive;
}

/// <summary>
/// The generator's own simple book of a symbol. It shares no code with the measured book, so a fault there cannot
/// change the input.
/// </summary>
internal sealed class OpsBook
{
    private readonly List<OpsOrder> _orders;
    private readonly LinkedList<uint>?[] _queues;
    private readonly Dictionary<uint, LinkedListNode<uint>> _places = [];

    // Price at which the search for the best begins; none is better. Buy, sell.
    private readonly int[] _best;

    /// <param name="orders">All orders by id, shared by the books of all symbols.</param>
    /// <param name="highestTicks">Highest price.</param>
    public OpsBook(List<OpsOrder> orders, int highestTicks)
    {
        _orders = orders;
        _queues = new LinkedList<uint>[highestTicks + 1];
        _best = [0, highestTicks + 1];
    }

    /// <summary>Ids of resting orders. A new one is appended, and the last fills the gap of a removed one.</summary>
    public List<uint> Live { get; } = [];

    /// <summary>Returns the best price of a side (0 buy, 1 sell), in ticks; 0 when it is empty.</summary>
    public int Best(int side) => side == 0 ? _best[0] : _best[1] % _queues.Length;

    public void Apply(in OpsRecord record)
    {
        if (record.Reference != 0)
            Remove(record.Reference);
        if (record.Verb == OpsVerb.Cancel)
            return;

        var open = Match(record);
        if (open == 0 || record.Verb is OpsVerb.Immediate or OpsVerb.Market)
            return;

        var order = _orders[(int)record.Id];
        order.OpenLots = open;
        order.PlaceAmongLive = Live.Count;
        Live.Add(record.Id);
        _places[record.Id] = (_queues[order.PriceTicks] ??= new()).AddLast(record.Id);
        if (order.Side == 0)
            _best[0] = Math.Max(_best[0], order.PriceTicks);
        else
            _best[1] = Math.Min(_best[1], order.PriceTicks);
    }

    private uint Match(in OpsRecord taker)
    {
        var open = taker.QuantityLots;
        while (open > 0 && Best(taker.Side ^ 1) is not 0 and var price && Reaches(taker, price))
        {
            var id = _queues[price]!.First!.Value;
            var maker = _orders[(int)id];
            var lots = Math.Min(open, maker.OpenLots);
            open -= lots;
            maker.OpenLots -= lots;
            if (maker.OpenLots == 0)
                Remove(id);
        }

        return open;
    }

    private static bool Reaches(in OpsRecord taker, int price) =>
        taker.Verb == OpsVerb.Market || (taker.Side == 0 ? price <= taker.PriceTicks : price >= taker.PriceTicks);

    private void Remove(uint id)
    {
        var order = _orders[(int)id];
        _queues[order.PriceTicks]!.Remove(_places[id]);
        _places.Remove(id);

        var last = Live[^1];
        Live[order.PlaceAmongLive] = last;
        _orders[(int)last].PlaceAmongLive = order.PlaceAmongLive;
        Live.RemoveAt(Live.Count - 1);

        while (_best[0] > 0 && _queues[_best[0]] is not { Count: > 0 } && order.Side == 0)
            _best[0]--;
        while (_best[1] < _queues.Length && _queues[_best[1]] is not { Count: > 0 } && order.Side == 1)
            _best[1]++;
    }
}
