using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>
/// Orders that one connection entered and that may still be open. Cancel-on-disconnect cancels these, and no other
/// order of the account.
/// </summary>
internal sealed class ConnectionOrders(CancelOnDisconnect cancels, long account)
{
    /// <summary>Number of orders from which on those that are done are removed.</summary>
    private const int FewestToPrune = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Tracked> _orders = new(StringComparer.Ordinal);
    private int _pruneAt = FewestToPrune;
    private bool _isPruning;

    /// <summary>Adds an order that is about to be sent. From now on it may exist, whatever its answer.</summary>
    public void Sending(string? name)
    {
        if (name is null)
            return;

        lock (_lock)
        {
            var tracked = _orders.GetValueOrDefault(name);
            _orders[name] = tracked with { OnTheirWay = tracked.OnTheirWay + 1 };
        }
    }

    /// <summary>
    /// Records the answer to an order. Cancel-on-disconnect skips an order that was rejected or is done.
    /// </summary>
    /// <param name="name">Client order id it was sent under.</param>
    /// <param name="report">Its report; null if nothing was done for it.</param>
    public void Answered(string? name, ExecutionReport? report)
    {
        if (name is null)
            return;

        lock (_lock)
        {
            var tracked = _orders.GetValueOrDefault(name);
            tracked = tracked with { OnTheirWay = tracked.OnTheirWay - 1 };
            if (report is { Reason: RejectReason.None } known)
                tracked = tracked with { Symbol = known.Symbol, Number = known.LeavesLots > 0 ? known.Number : 0 };

            // Outcome unknown: the order may exist, and is cancelled by its client order id.
            else if (report is { Reason: RejectReason.OutcomeUnknown })
                tracked = tracked with { IsInDoubt = true };

            if (tracked is { Number: 0, OnTheirWay: 0, IsInDoubt: false })
                _orders.Remove(name);
            else
                _orders[name] = tracked;
            if (_isPruning || _orders.Count < _pruneAt)
                return;

            _isPruning = true;
        }

        _ = PruneAsync();
    }

    /// <summary>Cancels all of them, including those in flight under their client order ids.</summary>
    public ValueTask CancelLeftAsync()
    {
        lock (_lock)
            return cancels.CancelLeftAsync(
                account,
                [.. _orders.Select(
                    static order => new EnteredOrder(order.Key, order.Value.Symbol, order.Value.Number))]);
    }

    /// <summary>Removes orders that the account no longer has open.</summary>
    private async Task PruneAsync()
    {
        (string Name, long Number)[] known;
        lock (_lock)
            known = [.. _orders.Where(static order => order.Value is { Number: > 0, OnTheirWay: 0 })
                .Select(static order => (order.Key, order.Value.Number))];
        var open = await cancels.OpenNumbersAsync(account);
        lock (_lock)
        {
            foreach (var (name, number) in known)
            {
                if (open is not null && !open.Contains(number)
                    && _orders.GetValueOrDefault(name) is { OnTheirWay: 0 } tracked && tracked.Number == number)
                    _orders.Remove(name);
            }

            _pruneAt = Math.Max(FewestToPrune, 2 * _orders.Count);
            _isPruning = false;
        }
    }

    /// <summary>State of an order. Its number is 0 until its answer arrives.</summary>
    private readonly record struct Tracked(string? Symbol, long Number, int OnTheirWay, bool IsInDoubt);
}

/// <summary>An order and the client order id it was entered under.</summary>
/// <param name="Name">Client order id.</param>
/// <param name="Symbol">Symbol of its book; null if unknown.</param>
/// <param name="Number">Number within the account; 0 if unknown.</param>
internal readonly record struct EnteredOrder(string Name, string? Symbol, long Number);
