using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>
/// The orders that one connection entered and that may still be open: cancel-on-disconnect is about these, and about no other order of the account.
/// </summary>
internal sealed class ConnectionOrders(OrderEntry entry, long account)
{
    /// <summary>Orders, from which on those that are done are looked for and forgotten.</summary>
    private const int FewestToPrune = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Tracked> _orders = new(StringComparer.Ordinal);
    private int _pruneAt = FewestToPrune;
    private bool _isPruning;

    /// <summary>Notes an order that is about to be sent: from now on it may be there, whatever its answer.</summary>
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

    /// <summary>Notes the answer to an order: one that was refused, or is done, is not this connection's to cancel.</summary>
    /// <param name="name">The name it was sent under.</param>
    /// <param name="report">Its answer; null where nothing was done for it.</param>
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

            // Of unknown outcome: it may be there, and is cancelled by its name.
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

        _ = Prune();
    }

    /// <summary>Cancels all of them, and what is still on its way under their names.</summary>
    public ValueTask CancelLeft()
    {
        lock (_lock)
            return entry.CancelLeft(account, [.. _orders.Select(static order => new EnteredOrder(order.Key, order.Value.Symbol, order.Value.Number))]);
    }

    /// <summary>Forgets orders that are done, which their account has not open any more.</summary>
    private async Task Prune()
    {
        (string Name, long Number)[] known;
        lock (_lock)
            known = [.. _orders.Where(static order => order.Value is { Number: > 0, OnTheirWay: 0 }).Select(static order => (order.Key, order.Value.Number))];
        var open = await entry.OpenNumbers(account);
        lock (_lock)
        {
            foreach (var (name, number) in known)
            {
                if (open is not null && !open.Contains(number) && _orders.GetValueOrDefault(name) is { OnTheirWay: 0 } tracked && tracked.Number == number)
                    _orders.Remove(name);
            }

            _pruneAt = Math.Max(FewestToPrune, 2 * _orders.Count);
            _isPruning = false;
        }
    }

    /// <summary>What is known of an order: its number is 0 before its answer says it.</summary>
    private readonly record struct Tracked(string? Symbol, long Number, int OnTheirWay, bool IsInDoubt);
}

/// <summary>An order by the name it was entered under.</summary>
/// <param name="Name">The client order id.</param>
/// <param name="Symbol">Its book; null where it is not known.</param>
/// <param name="Number">Its number within the account; 0 where it is not known.</param>
internal readonly record struct EnteredOrder(string Name, string? Symbol, long Number);
