using System.Globalization;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Fix;

/// <summary>
/// Orders as a session knows them: the open ones that it has seen, its names of them, and the return routes of their
/// reports.
/// </summary>
internal sealed class FixOrderNames
{
    private const int MostPast = 10_000;

    // Open orders that this session has seen, by name. Latest session name to name and back, for orders reduced in
    // place.
    private readonly Dictionary<string, PastOrder> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal);

    // Last names of done orders, oldest first.
    private readonly Queue<string> _past = new();

    // By name: return route to the party behind an order, if its client named one.
    private readonly Dictionary<string, FixRoute> _routes = new(StringComparer.Ordinal);

    /// <summary>Lock over the names, which the reporter holds while it reports the events of a record.</summary>
    public Lock Lock { get; } = new();

    /// <summary>Returns the key of an order that a request names by symbol and order id.</summary>
    public static string Key(string symbol, long orderId) =>
        string.Create(CultureInfo.InvariantCulture, $"{symbol}/{orderId}");

    /// <summary>Returns the exchange's name of an order from the session's name.</summary>
    public string NameOf(string name)
    {
        lock (Lock)
            return _named.GetValueOrDefault(name, name);
    }

    /// <summary>Returns true if the session has seen the order of this name open.</summary>
    public bool Knows(string name)
    {
        lock (Lock)
            return _named.ContainsKey(name) || _open.ContainsKey(name);
    }

    /// <summary>Records the current name of an order from before the session, if it is not its first name.</summary>
    public void Learn(PastOrder order, string name)
    {
        lock (Lock)
        {
            if (order.ClientOrderId != name && _renamed.TryAdd(order.ClientOrderId, name))
                _named[name] = order.ClientOrderId;
        }
    }

    /// <summary>Returns the session's name of an order.</summary>
    public string Shown(PastOrder order)
    {
        lock (Lock)
            return _renamed.GetValueOrDefault(order.ClientOrderId, order.ClientOrderId);
    }

    /// <summary>
    /// Returns the key for an order given by symbol and order id: its name if the session has seen it open.
    /// </summary>
    public string KeyOf(string symbol, long orderId)
    {
        lock (Lock)
            return _open.Values.FirstOrDefault(
                order => order.OrderId == orderId && order.Symbol == symbol)?.ClientOrderId
                ?? Key(symbol, orderId);
    }

    /// <summary>
    /// Returns an open order that the session has seen, by the exchange's name; null if it has not, or the order is
    /// done.
    /// </summary>
    public PastOrder? Open(string name)
    {
        lock (Lock)
            return _open.GetValueOrDefault(name);
    }

    /// <summary>
    /// Sets the return route for an order that is about to be entered; false if its name has one, or none is needed.
    /// </summary>
    public bool TryRoute(string name, FixRoute route)
    {
        lock (Lock)
            return route != default && _routes.TryAdd(name, route);
    }

    /// <summary>Removes the route of a name under which no order was entered.</summary>
    public void Unroute(string name)
    {
        lock (Lock)
            _routes.Remove(name);
    }

    /// <summary>Records the state of an open order.</summary>
    public void Note(PastOrder order)
    {
        lock (Lock)
            _open[order.ClientOrderId] = order;
    }

    /// <summary>Gives an order the name of the request that amended it in place.</summary>
    public void Rename(PastOrder order, string name)
    {
        lock (Lock)
        {
            _named.Remove(Shown(order));
            _named[name] = order.ClientOrderId;
            _renamed[order.ClientOrderId] = name;
        }
    }

    /// <summary>Forgets an order that is done; a number of last names are still understood.</summary>
    public void Forget(PastOrder order)
    {
        lock (Lock)
        {
            _open.Remove(order.ClientOrderId);
            _routes.Remove(order.ClientOrderId);
            if (!_renamed.Remove(order.ClientOrderId, out var shown))
                return;

            // A request under its last name is still understood.
            _past.Enqueue(shown);
            if (_past.Count > MostPast)
                _named.Remove(_past.Dequeue());
        }
    }

    /// <summary>Returns the return route of an order's reports.</summary>
    public FixRoute RouteOf(PastOrder order)
    {
        lock (Lock)
            return _routes.GetValueOrDefault(order.ClientOrderId);
    }

    /// <summary>Sets the return route of an order's reports, if the amending request names one.</summary>
    public void Route(PastOrder order, FixRoute route)
    {
        lock (Lock)
        {
            if (route != default)
                _routes[order.ClientOrderId] = route;
        }
    }

    /// <summary>Returns the session's last name of an order.</summary>
    public string LastNameOf(PastOrder order)
    {
        lock (Lock)
        {
            foreach (var (shown, name) in _named)
            {
                if (name == order.ClientOrderId)
                    return shown;
            }
        }

        return order.ClientOrderId;
    }
}
