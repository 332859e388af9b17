using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>What the account's risk limits say to an order before it is held.</summary>
internal sealed partial class AccountMachine
{
    private readonly SortedDictionary<string, ImmutableArray<AccountLimit>> _limits = new(StringComparer.Ordinal);

    /// <summary>The risk limits of each symbol that has any.</summary>
    public IEnumerable<SymbolLimits> Limits => _limits.Select(pair => new SymbolLimits(pair.Key, pair.Value));

    /// <summary>Whether any symbol has any.</summary>
    public bool HasLimits => _limits.Count > 0;

    /// <summary>Decides to set all limits of a symbol; null when they are those already.</summary>
    public AccountRecord? SetLimits(LimitsRequest request, long now) =>
        _limits.GetValueOrDefault(request.Symbol, []).SequenceEqual(request.Limits)
            ? null
            : new LimitsSet(At(now), request.Symbol, request.Limits, request.By, request.Why);

    /// <summary>The first risk limit that orders of one symbol break together, or none; none of a frozen account, which is refused as such.</summary>
    /// <param name="instrument">Their instrument.</param>
    /// <param name="orders">The orders that are to be held, with their worst prices.</param>
    /// <param name="replaced">The order that they take the place of; null for none.</param>
    public BrokenLimit? CheckLimits(
        Instrument instrument, IReadOnlyList<(Side Side, long PriceTicks, long Lots)> orders, HeldOrder? replaced = null)
    {
        if (IsFrozen || !_limits.TryGetValue(instrument.Symbol, out var limits))
        {
            return null;
        }

        foreach (var (kind, most) in limits)
        {
            var broken = kind switch
            {
                LimitKind.OrderQuantity => orders.Any(order => order.Lots > most)
                    ? new BrokenLimit(RejectReason.MaxQuantity, "quantity", instrument.FormatQuantity(most))
                    : null,
                LimitKind.OrderValue => orders.Any(order => instrument.Notional(order.PriceTicks, order.Lots) > most)
                    ? new BrokenLimit(RejectReason.MaxNotional, "quantity", DecimalText.Format(most, instrument.Quote.Decimals))
                    : null,
                LimitKind.OpenOrders => OpenOrdersWith(instrument, orders.Count, replaced) > most
                    ? new BrokenLimit(RejectReason.OpenOrderLimit, "symbol", most.ToString(CultureInfo.InvariantCulture))
                    : null,
                LimitKind.Position => orders.Any(order => order.Side == Side.Buy) && PositionWith(instrument, orders, replaced) > most
                    ? new BrokenLimit(RejectReason.PositionLimit, "quantity", instrument.FormatQuantity(most))
                    : null,
                _ => throw new InvalidDataException($"{id}: unknown limit {kind}."),
            };
            if (broken is not null)
            {
                return broken;
            }
        }

        return null;
    }

    private long OpenOrdersWith(Instrument instrument, int orders, HeldOrder? but) =>
        (Account.OpenIn(instrument.Symbol)?.Orders ?? 0) - (but is null ? 0 : 1) + orders;

    private Int128 PositionWith(
        Instrument instrument, IReadOnlyList<(Side Side, long PriceTicks, long Lots)> orders, HeldOrder? but)
    {
        var lots = Rounding.DivUp(Account.Of(instrument.Base).Total, instrument.LotUnits)
            + (Account.OpenIn(instrument.Symbol)?.BuyLots ?? 0) - (but is { Side: Side.Buy } ? but.OpenLots : 0);
        foreach (var order in orders)
        {
            lots += order.Side == Side.Buy ? order.Lots : 0;
        }

        return lots;
    }

    private void Apply(LimitsSet set)
    {
        if (set.Limits.IsEmpty)
        {
            _limits.Remove(set.Symbol);
        }
        else
        {
            _limits[set.Symbol] = set.Limits;
        }
    }

    private void WriteLimits(ref RecordWriter to)
    {
        to.Count(_limits.Count);
        foreach (var (symbol, limits) in _limits)
        {
            to.Bytes(AccountRecordEncoding.Encode(new LimitsSet(0, symbol, limits, "", "")));
        }
    }

    private void ReadLimits(ref RecordReader from)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            Apply((LimitsSet)AccountRecordEncoding.Decode(from.Bytes()));
        }
    }
}
