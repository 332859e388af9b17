using QuantumCore.Matching;

namespace QuantumCore.Bench.Scenarios;

/// <summary>Maps a scenario's names to orders (both ways), owners and accounts (numbers from 1).</summary>
internal sealed class ScenarioNames
{
    /// <summary>Id of a name that never entered; no book assigns it in a scenario.</summary>
    private const long NeverIssued = 1_000_000_000_000;

    // Accounts of orders that name neither account nor owner. Each gets its own.
    private const long FirstNamelessAccount = 1_000_000;

    private readonly Dictionary<string, long> _ids = [];
    private readonly Dictionary<long, (string Name, OrderType Type, long LimitTicks)> _orders = [];
    private readonly Dictionary<string, long> _parties = [];
    private long _nextNamelessAccount = FirstNamelessAccount;

    /// <summary>
    /// Returns the terms with account and owner numbers. Without an account, the owner's number is the account.
    /// </summary>
    public NewOrder Terms(ScenarioOrder order) => order.Terms with
    {
        Account = (order.Account ?? order.Owner) is { } account ? Party(account) : _nextNamelessAccount++,
        Owner = order.Owner is null ? 0 : Party(order.Owner),
    };

    public ScenarioFilter Filter(MassCommand command) => new(
        command.Account is null ? null : Party(command.Account),
        command.Owner is null ? null : Party(command.Owner),
        command.Side);

    /// <summary>Assigns a name to an order. A name may be reused.</summary>
    public void Learn(ScenarioOrder order, long orderId)
    {
        _ids[order.Name] = orderId;
        _orders[orderId] = (order.Name, order.Terms.Type, order.Terms.PriceTicks);
    }

    /// <summary>Sets the current limit of an order.</summary>
    public void LearnLimit(long orderId, long priceTicks)
    {
        if (_orders.TryGetValue(orderId, out var order))
            _orders[orderId] = order with { LimitTicks = priceTicks };
    }

    /// <summary>Assigns a list's name to its first order.</summary>
    public void LearnList(string name, long firstOrderId) => _ids.TryAdd(name, firstOrderId);

    public long Id(string name) => _ids.GetValueOrDefault(name, NeverIssued);

    public string Of(long orderId) => _orders.TryGetValue(orderId, out var order) ? order.Name : $"#{orderId}";

    /// <summary>Returns the type with which an order was entered.</summary>
    public OrderType Type(long orderId) => _orders.TryGetValue(orderId, out var order) ? order.Type : OrderType.Limit;

    /// <summary>
    /// Returns the limit of a stop-limit or take-profit-limit as entered or amended; 0 for all other orders.
    /// </summary>
    public long LimitOfStop(long orderId) =>
        _orders.TryGetValue(orderId, out var order) && order.Type is OrderType.StopLimit or OrderType.TakeProfitLimit
            ? order.LimitTicks
            : 0;

    private long Party(string name)
    {
        if (!_parties.TryGetValue(name, out var number))
            _parties[name] = number = _parties.Count + 1;
        return number;
    }
}
