using System.Runtime.InteropServices;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Positions of a margin account in the check in progress, from its balances, its open orders and some mark prices.
/// Each check finds them anew. The list is kept, so that checks do not allocate.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="traded">Its trading.</param>
internal sealed class MarginPositions(Account account, TradedSymbols traded)
{
    private readonly List<MarginPosition> _positions = [];

    /// <summary>The positions, in no particular sequence.</summary>
    public IReadOnlyList<MarginPosition> All => _positions;

    /// <summary>The same positions, to read without copies.</summary>
    public ReadOnlySpan<MarginPosition> Span => CollectionsMarshal.AsSpan(_positions);

    /// <summary>True if a position has at least one lot, which can be traded.</summary>
    public bool HasToClose => _positions.Exists(static position => position.WholeLots > 0);

    /// <summary>True if a position has no mark price.</summary>
    public bool LackMark => _positions.Exists(static position => position.MarkTicks == 0);

    /// <summary>A position by its index.</summary>
    public MarginPosition this[int index]
    {
        get => _positions[index];
        set => _positions[index] = value;
    }

    /// <summary>Finds all positions of the account.</summary>
    /// <param name="margin">The account's margin state.</param>
    /// <param name="agreements">The margin rules.</param>
    /// <param name="markOf">Returns the mark price of a symbol.</param>
    public void Find(MarginAccount margin, MarginAgreements agreements, Func<string, MarkPrice?> markOf)
    {
        _positions.Clear();
        var margined = agreements.PaidIn(margin.Currency.Name);
        foreach (var (asset, balance) in account.Balances)
        {
            if (margined.TryGetValue(asset, out var of) && account.OpenIn(of.Instrument.Symbol) is var open
                && (balance.Total != 0 || balance.Held != 0 || open is not null))
            {
                _positions.Add(PositionIn(of, balance, open, markOf));
            }
        }
    }

    /// <summary>Returns the index of a position; -1 if there is none.</summary>
    public int IndexOf(Instrument instrument)
    {
        for (var i = 0; i < _positions.Count; i++)
        {
            if (_positions[i].Of.Instrument.Symbol == instrument.Symbol)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>
    /// Returns the index of a position, which is added if it is missing; -1 if the account cannot have one.
    /// </summary>
    public int FindOrAdd(
        MarginAccount margin, MarginAgreements agreements, Instrument instrument, Func<string, MarkPrice?> markOf)
    {
        var index = IndexOf(instrument);
        if (index < 0 && Of(margin, agreements, instrument, markOf) is { } position)
        {
            index = _positions.Count;
            _positions.Add(position);
        }

        return index;
    }

    /// <summary>Returns the position in an instrument, outside the list; null if the account cannot have one.</summary>
    public MarginPosition? Of(
        MarginAccount margin, MarginAgreements agreements, Instrument instrument, Func<string, MarkPrice?> markOf) =>
        agreements.Of(instrument.Symbol) is { } of && instrument.Quote == margin.Currency
            ? PositionIn(of, account.Of(instrument.Base), account.OpenIn(instrument.Symbol), markOf)
            : null;

    /// <summary>Returns a position as it would be without an order.</summary>
    public static MarginPosition Without(in MarginPosition position, HeldOrder order) =>
        position.With(
            order.Side, WorstPrice(order.Instrument, order.PriceTicks), order.WorstLots, order.Paid, sign: -1);

    /// <summary>
    /// Returns the worst price of an order, in ticks. A pegged sell has none but the lowest possible.
    /// </summary>
    public static long WorstPrice(Instrument instrument, long priceTicks) =>
        Math.Max(priceTicks, instrument.MinPriceTicks);

    /// <summary>Returns the figures of the account.</summary>
    public MarginFigures Figures(MarginAccount margin) => OneByOne(margin).Relieved(Span);

    /// <summary>Returns the figures with each position by itself, before the credits of margin groups.</summary>
    public MarginFigures OneByOne(MarginAccount margin)
    {
        var figures = new MarginFigures(account.Of(margin.Currency).Total - margin.Owed, 0, 0, 0, 0);
        foreach (ref readonly var position in Span)
        {
            figures = figures.With(position);
        }

        return figures;
    }

    /// <summary>Returns true if a position has no mark price or too old a one.</summary>
    public bool AreStale(long now)
    {
        foreach (ref readonly var position in Span)
        {
            if (position.MarkTicks == 0 || now - position.MarkNanos > MarkRule.Lifetime.Nanos())
            {
                return true;
            }
        }

        return false;
    }

    private MarginPosition PositionIn(
        MarginInstrument of, Balance balance, OpenInterest? open, Func<string, MarkPrice?> markOf)
    {
        var (instrument, made) = (of.Instrument, markOf(of.Instrument.Symbol).GetValueOrDefault());
        var mark = made.PriceTicks;
        var worth = open?.WorthAt(mark) ?? default;
        // Trades on the other side than the balance mean that units came or left otherwise: no position that could
        // gain.
        Int128 gain = traded.Of(instrument.Symbol) is { } day && long.Sign(day.Quantity) == long.Sign(balance.Total)
            ? ((Int128)day.Quantity * mark * of.TickLotValue) - day.Cost
            : 0;
        return new MarginPosition(
            of, mark, balance.Total, (open?.BuyLots ?? 0) * of.LotUnits, balance.Held, worth.Loss, worth.Fees,
            Int128.Max(0, gain))
        {
            MarkNanos = made.TimeNanos,
        };
    }
}
