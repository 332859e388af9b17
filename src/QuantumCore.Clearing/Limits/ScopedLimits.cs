using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>An order, or a replacement, as limits see it.</summary>
/// <param name="Instrument">Its instrument.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">The worst price at which it may trade, in ticks.</param>
/// <param name="Lots">Its quantity, in lots; for an order by amount, what the amount gives at that price.</param>
/// <param name="OwnLots">Part of the quantity that no other order of its list covers or provides, in lots.</param>
/// <param name="Content">Content for detecting duplicates; null for a replacement, which is never a duplicate.</param>
internal readonly record struct AskedOrder(
    Instrument Instrument, Side Side, long PriceTicks, long Lots, long OwnLots, OrderContent? Content);

/// <summary>Limits that apply to some orders.</summary>
/// <param name="Name">Name of the scope.</param>
/// <param name="Limits">The limits.</param>
/// <param name="Own">Counters of the account's own limits; null for everyone's.</param>
/// <param name="Instrument">Instrument of the first order in the scope.</param>
internal readonly record struct ScopedLimits(
    string Name, ImmutableArray<AccountLimit> Limits, LimitsInForce? Own, Instrument Instrument)
{
    /// <summary>Returns the limit of a kind; -1 for none.</summary>
    public long Most(LimitKind kind) => Own?.Most(kind) ?? LimitsInForce.MostIn(Limits, kind);

    private bool IsOfAll => Name.Length == 1 && Name[0] == LimitScope.All[0];

    private bool IsOfSymbol => Name[0] != LimitScope.All[0];

    /// <summary>Returns true if an instrument is in the scope.</summary>
    public bool Covers(Instrument instrument) =>
        IsOfSymbol ? instrument.Symbol == Name : IsOfAll || instrument.Quote.Name == Instrument.Quote.Name;

    /// <summary>Returns the number of orders in the window of the kill switch, with those being checked.</summary>
    public long OrdersInKillWindow(ReadOnlySpan<AskedOrder> orders, long now)
    {
        var count = Own!.InKillWindow(now).Orders;
        foreach (var order in orders)
        {
            count += Covers(order.Instrument) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Returns the value of the orders in the window of the kill switch, with those being checked.</summary>
    public Int128 ValueInKillWindow(ReadOnlySpan<AskedOrder> orders, long now)
    {
        var value = Own!.InKillWindow(now).Value;
        foreach (var order in orders)
        {
            value += Covers(order.Instrument) ? order.Instrument.Notional(order.PriceTicks, order.Lots) : 0;
        }

        return value;
    }

    /// <summary>Returns true if an order exceeds a multiple of the account's usual quantity.</summary>
    public bool IsUnusual(in AskedOrder order, long multiple) =>
        Own!.UsualLots(order.Instrument.Symbol) is > 0 and var usual && order.Lots > (Int128)usual * multiple;
}
