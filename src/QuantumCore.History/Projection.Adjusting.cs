using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Orders whose price and conditions are adjusted in place.</summary>
internal sealed partial class Projection
{
    private readonly Dictionary<(OrderKey Key, string Name), long> _putTerms = [];

    /// <summary>
    /// Scales the current price of an order. A slide or a trigger may have made it different from the price in its
    /// step, at which the order is covered.
    /// </summary>
    private void Adjust(Place place, BookTurn turn, OrderAdjusted step, OrderKey key)
    {
        var adjustment = ((AdjustOrders)turn.Command).Adjustment;
        var change = Change(key, turn.TimeNanos);
        var entered = _orders.GetValueOrDefault(key)?.Order;
        var stored = rows.ToAdjust(key);
        var before = change.PriceTicks ?? entered?.PriceTicks ?? stored!.PriceTicks;
        change.PriceTicks = adjustment.PriceOf(step.Side, before);
        change.Resized += step.AddedLots;
        _adjusted.Add(step.Account).Add(step.Number).Add(place.Sequence).Add(before).Add(change.PriceTicks.Value)
            .Add(step.AddedLots);

        var terms = entered is null
            ? stored!.Terms
            : HistoryWords.Of(entered).ToDictionary(term => term.Name, term => term.Value, StringComparer.Ordinal);
        var total = (entered?.QuantityLots ?? stored!.Lots) + change.Resized;
        PutTerms(key, adjustment.Of(step.Side, new OrderConditions
        {
            TriggerTicks = TermOf(key, HistoryWords.TriggerTicks, terms),
            DisplayLots = TermOf(key, HistoryWords.DisplayLots, terms),
            MinimumLots = TermOf(key, HistoryWords.MinimumLots, terms),
        }, total)!);
    }

    private long? TermOf(OrderKey key, string name, Dictionary<string, long> terms) =>
        _putTerms.TryGetValue((key, name), out var put) ? put : terms.TryGetValue(name, out var value) ? value : null;

    /// <summary>Replaces the order's terms by those of these conditions.</summary>
    private void PutTerms(OrderKey key, OrderConditions conditions)
    {
        foreach (var (name, value) in HistoryWords.Of(conditions))
        {
            _putTerms[(key, name)] = value;
        }
    }

    private RowBuffer PutTermRows()
    {
        var to = buffers.Empty(Statements.PutTerm);
        foreach (var ((key, name), value) in _putTerms)
        {
            to.Add(key.Account).Add(key.Number).Add(name).Add(value);
        }

        return to;
    }
}
