using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Holds of orders, and the floors of mass cancels below which there are none.</summary>
internal sealed class HoldProjection(
    WorkingRows rows, RowBuffers buffers, OrderTables tables, PostingProjection postings)
{
    private readonly Dictionary<OrderKey, OrderRow> _orders = tables.Entered;
    private readonly Dictionary<OrderKey, HoldRow?> _before = tables.Holds;
    private readonly HashSet<(string Symbol, long Account)> _floors = [];
    private Dictionary<long, List<OrderKey>>? _byAccount;

    /// <summary>Holds changed by this batch.</summary>
    public IReadOnlyCollection<OrderKey> Touched => _before.Keys;

    /// <summary>Opens the hold of an account's record, unless a book has recorded its order.</summary>
    public void Place(long account, HoldPlaced hold)
    {
        var key = new OrderKey(account, hold.Order.Number);
        if (!_orders.ContainsKey(key) && !rows.IsInBook(key) && hold.Order.Number > rows.Floor(hold.Symbol, account))
        {
            var asset = rows.Instrument(hold.Symbol) is { } instrument ? HeldAsset(instrument, hold.Order.Side) : null;
            Set(key, new(hold.Symbol, hold.Order.Side, asset, hold.Amount, InBook: false, hold.TimeNanos));
        }
    }

    /// <summary>Opens the hold of an order that entered its book.</summary>
    public void Open(OrderKey key, string symbol, Instrument instrument, Side side, long amount, long timeNanos) =>
        Set(key, new(symbol, side, HeldAsset(instrument, side), amount, InBook: true, timeNanos));

    /// <summary>Changes the amount of an open hold. A plain order holds 0 exactly if it is done.</summary>
    public void Resize(OrderKey key, long amount)
    {
        var hold = rows.Hold(key)
            ?? throw new InvalidDataException($"order {key.Number} of account {key.Account} has no hold");
        Set(key, hold, hold with { Amount = amount });
    }

    /// <summary>Releases the hold of an order, if it has one.</summary>
    public void Release(OrderKey key) => Set(key, null);

    /// <summary>Raises the floor of a mass cancel, and releases all holds up to it.</summary>
    public void RaiseFloor(string symbol, long account, long floor)
    {
        if (floor > rows.Floor(symbol, account))
        {
            rows.SetFloor(symbol, account, floor);
            _floors.Add((symbol, account));
        }

        // Holds from before this batch, and those that it opened.
        var holds = rows.ReadForSweep.Where(key => key.Account == account)
            .Concat(ByAccount().GetValueOrDefault(account, []));
        foreach (var key in holds.ToArray())
        {
            if (key.Number <= floor && rows.Hold(key)?.Symbol == symbol)
            {
                Release(key);
            }
        }
    }

    /// <summary>Sets the asset of the symbol's holds that were projected before its instrument.</summary>
    public void NameAsset(Instrument instrument)
    {
        foreach (var key in rows.ReadForSweep.Union(_before.Keys).ToArray())
        {
            if (rows.Hold(key) is { Asset: null } hold && hold.Symbol == instrument.Symbol)
            {
                Set(key, hold with { Asset = HeldAsset(instrument, hold.Side) });
            }
        }
    }

    /// <summary>Returns the changes of holds and floors. Adds those of holds to the reserved amounts.</summary>
    public RowBuffer[] Rows()
    {
        var put = buffers.Empty(Statements.PutHold);
        var dropped = buffers.Empty(Statements.DropHold);
        foreach (var (key, before) in _before)
        {
            var now = rows.Hold(key);
            Reserve(key.Account, before, -1);
            Reserve(key.Account, now, 1);
            if (now is { } hold)
            {
                put.Add(key.Account).Add(key.Number).Add(hold.Symbol).Add(HistoryWords.Of(hold.Side)).Add(hold.Asset)
                    .Add(hold.Amount).Add(hold.InBook ? 1 : 0).Add(hold.TimeNanos);
            }
            else if (before is not null)
            {
                dropped.Add(key.Account).Add(key.Number);
            }
        }

        return [put, dropped, FloorRows()];
    }

    private static string HeldAsset(Instrument instrument, Side side) =>
        side == Side.Buy ? instrument.Quote.Name : instrument.Base.Name;

    private void Set(OrderKey key, HoldRow? hold) => Set(key, rows.Hold(key), hold);

    private void Set(OrderKey key, HoldRow? current, HoldRow? hold)
    {
        if (_before.TryAdd(key, current) && _byAccount is { } byAccount)
        {
            AddTo(byAccount, key);
        }

        rows.SetHold(key, hold);
    }

    /// <summary>Returns the holds changed by this batch, by account. Only a mass cancel needs them so.</summary>
    private Dictionary<long, List<OrderKey>> ByAccount()
    {
        if (_byAccount is null)
        {
            _byAccount = [];
            foreach (var key in _before.Keys)
            {
                AddTo(_byAccount, key);
            }
        }

        return _byAccount;
    }

    private static void AddTo(Dictionary<long, List<OrderKey>> byAccount, OrderKey key)
    {
        if (!byAccount.TryGetValue(key.Account, out var keys))
        {
            byAccount.Add(key.Account, keys = []);
        }

        keys.Add(key);
    }

    private void Reserve(long account, HoldRow? hold, int sign)
    {
        if (hold?.Asset is { } asset)
        {
            postings.Reserve(account, asset, sign * hold.Amount);
        }
    }

    private RowBuffer FloorRows()
    {
        var to = buffers.Empty(Statements.PutFloor);
        foreach (var (symbol, account) in _floors)
        {
            to.Add(symbol).Add(account).Add(rows.Floor(symbol, account));
        }

        return to;
    }
}
