using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>An order, or the order that replaces one, as limits see it.</summary>
/// <param name="Instrument">Its instrument.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">The worst price it may trade at.</param>
/// <param name="Lots">Its quantity; of an order by amount what the amount gives at that price.</param>
/// <param name="Content">What it asks for; null for a replacement, which is never a copy.</param>
internal readonly record struct AskedOrder(Instrument Instrument, Side Side, long PriceTicks, long Lots, OrderContent? Content);

/// <summary>What the account's risk limits say to an order before it is held.</summary>
internal sealed partial class AccountMachine
{
    // Cheap before dear, and the money's after those that tell a mistake (RISK 5.1).
    private static readonly LimitKind[] s_sequence =
    [
        LimitKind.DuplicateWindow,
        LimitKind.OrdersPerSecond,
        LimitKind.OrderQuantity,
        LimitKind.OrderValue,
        LimitKind.OpenOrders,
        LimitKind.Position,
        LimitKind.DailyVolume,
        LimitKind.DailyLoss,
    ];

    private readonly SortedDictionary<string, LimitsInForce> _limits = new(StringComparer.Ordinal);

    /// <summary>Whether the account has any of its own.</summary>
    public bool HasLimits => _limits.Count > 0;

    /// <summary>The risk limits of each scope that has any.</summary>
    public IEnumerable<SymbolLimits> Limits => _limits.Select(pair => new SymbolLimits(pair.Key, pair.Value.Limits));

    /// <summary>Decides to set all limits of a scope; null when they are those already.</summary>
    public AccountRecord? SetLimits(LimitsRequest request, long now) =>
        (_limits.GetValueOrDefault(request.Symbol)?.Limits ?? []).SequenceEqual(request.Limits)
            ? null
            : new LimitsSet(At(now), request.Symbol, request.Limits, request.By, request.Why);

    /// <summary>
    /// The first risk limit that orders break together, or none; none of a frozen account, which is refused as such. Limits are
    /// asked in the sequence of their kinds; of one kind the account's before the symbol's, those of everything first.
    /// </summary>
    /// <param name="orders">The orders that are to be held.</param>
    /// <param name="replaced">The order that they take the place of; null for none.</param>
    /// <param name="everyones">The limits that each account has in a symbol.</param>
    /// <param name="now">Unix nanoseconds.</param>
    public BrokenLimit? CheckLimits(
        IReadOnlyList<AskedOrder> orders, HeldOrder? replaced, Func<string, ImmutableArray<AccountLimit>> everyones, long now)
    {
        if (IsFrozen)
        {
            return null;
        }

        var scopes = ScopesOf(orders, everyones);
        foreach (var kind in scopes.Count == 0 ? [] : s_sequence)
        {
            foreach (var scope in scopes)
            {
                if (LimitsInForce.MostIn(scope.Limits, kind) is { } most && Broken(kind, most, scope, replaced, At(now)) is { } broken)
                {
                    return broken;
                }
            }
        }

        return null;
    }

    private List<Scope> ScopesOf(IReadOnlyList<AskedOrder> orders, Func<string, ImmutableArray<AccountLimit>> everyones)
    {
        var scopes = new List<Scope>();
        Add(LimitScope.All, orders);
        foreach (var group in orders.GroupBy(order => order.Instrument.Quote.Name, StringComparer.Ordinal))
        {
            Add(LimitScope.PaidIn(group.Key), group);
        }

        foreach (var group in orders.GroupBy(order => order.Instrument.Symbol, StringComparer.Ordinal))
        {
            Add(group.Key, group);
            if (everyones(group.Key) is { IsEmpty: false } limits)
            {
                scopes.Add(new Scope(group.Key, limits, null, [.. group]));
            }
        }

        return scopes;

        void Add(string name, IEnumerable<AskedOrder> of)
        {
            if (_limits.TryGetValue(name, out var own))
            {
                scopes.Add(new Scope(name, own.Limits, own, [.. of]));
            }
        }
    }

    private BrokenLimit? Broken(LimitKind kind, long most, Scope scope, HeldOrder? replaced, long now)
    {
        var orders = scope.Orders;
        var instrument = orders[0].Instrument;
        var buys = Array.Exists(orders, order => order.Side == Side.Buy);
        return kind switch
        {
            LimitKind.DuplicateWindow => orders.Any(order => order.Content is { } content && scope.Own!.IsDuplicate(content, now))
                ? new BrokenLimit(RejectReason.DuplicateOrder, "symbol,side,price,quantity", Text(most))
                : null,
            LimitKind.OrdersPerSecond => scope.Own!.HasRate(orders.Length, now)
                ? null
                : new BrokenLimit(RejectReason.OrderRate, "symbol", Text(most)),
            LimitKind.OrderQuantity => orders.Any(order => order.Lots > most)
                ? new BrokenLimit(RejectReason.MaxQuantity, "quantity", instrument.FormatQuantity(most))
                : null,
            LimitKind.OrderValue => orders.Any(order => order.Instrument.Notional(order.PriceTicks, order.Lots) > most)
                ? new BrokenLimit(RejectReason.MaxNotional, "quantity", Money(instrument, most))
                : null,
            LimitKind.OpenOrders => OpenOrdersIn(scope.Name) - (replaced is null ? 0 : 1) + orders.Length > most
                ? new BrokenLimit(RejectReason.OpenOrderLimit, "symbol", Text(most))
                : null,
            LimitKind.Position => buys && PositionWith(orders, replaced) > most
                ? new BrokenLimit(RejectReason.PositionLimit, "quantity", instrument.FormatQuantity(most))
                : null,
            LimitKind.DailyVolume => buys && VolumeWith(scope, replaced, now) > most
                ? new BrokenLimit(RejectReason.DailyVolume, "quantity", Money(instrument, most))
                : null,
            LimitKind.DailyLoss => buys && -TradedIn(scope).Aggregate(
                Int128.Zero, (sum, day) => sum + day.EarnedOn(TradingDay.DayOf(now))) >= most
                ? new BrokenLimit(RejectReason.DailyLoss, "side", Money(instrument, most))
                : null,
            _ => throw new InvalidDataException($"{id}: unknown limit {kind}."),
        };
    }

    private static string Text(long most) => most.ToString(CultureInfo.InvariantCulture);

    private static string Money(Instrument instrument, long most) => DecimalText.Format(most, instrument.Quote.Decimals);

    private long OpenOrdersIn(string scope) =>
        scope == LimitScope.All ? Account.Orders.Count : Account.OpenIn(scope)?.Orders ?? 0;

    private Int128 PositionWith(AskedOrder[] orders, HeldOrder? but)
    {
        var instrument = orders[0].Instrument;
        var lots = Rounding.DivUp(Account.Of(instrument.Base).Total, instrument.LotUnits)
            + (Account.OpenIn(instrument.Symbol)?.BuyLots ?? 0) - (but is { Side: Side.Buy } ? but.OpenLots : 0);
        foreach (var order in orders)
        {
            lots += order.Side == Side.Buy ? order.Lots : 0;
        }

        return lots;
    }

    // What is open counts as traded: else many orders would pass, and then all of them trade.
    private Int128 VolumeWith(in Scope scope, HeldOrder? but, long now)
    {
        var volume = but is { Side: Side.Buy } ? -but.Instrument.Notional(but.PriceTicks, but.OpenLots) : 0;
        foreach (var day in TradedIn(scope))
        {
            volume += day.VolumeOn(TradingDay.DayOf(now));
        }

        foreach (var symbol in Account.OpenSymbols)
        {
            var instrument = instrumentOf(symbol);
            volume += scope.Covers(instrument) ? Account.OpenIn(symbol)!.BuyTickLots * instrument.TickLotValue : 0;
        }

        foreach (var order in scope.Orders)
        {
            volume += order.Side == Side.Buy ? order.Instrument.Notional(order.PriceTicks, order.Lots) : 0;
        }

        return volume;
    }

    private IEnumerable<TradingDay> TradedIn(Scope scope) =>
        _traded.Where(pair => scope.Covers(instrumentOf(pair.Key))).Select(pair => pair.Value);

    private void CountOrder(string symbol, SubmitOrder order, long timeNanos)
    {
        if (!HasLimits)
        {
            return;
        }

        var content = RequestHash.ContentOf(symbol, order.Side, order.Type, order.PriceTicks, order.QuantityLots, order.Conditions);
        _limits.GetValueOrDefault(LimitScope.All)?.Count(content, timeNanos);
        _limits.GetValueOrDefault(symbol)?.Count(content, timeNanos);
    }

    private void Apply(LimitsSet set)
    {
        if (set.Limits.IsEmpty)
        {
            _limits.Remove(set.Symbol);
        }
        else
        {
            _limits[set.Symbol] = new LimitsInForce(set.Limits, set.TimeNanos);
        }
    }

    private void WriteLimits(ref RecordWriter to)
    {
        to.Count(_limits.Count);
        foreach (var (symbol, limits) in _limits)
        {
            to.Bytes(AccountRecordEncoding.Encode(new LimitsSet(0, symbol, limits.Limits, "", "")));
            limits.Write(ref to);
        }
    }

    private void ReadLimits(ref RecordReader from)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            var set = (LimitsSet)AccountRecordEncoding.Decode(from.Bytes());
            _limits.Add(set.Symbol, LimitsInForce.Read(set.Limits, ref from));
        }
    }

    /// <summary>Limits and the orders they are asked about.</summary>
    private readonly record struct Scope(string Name, ImmutableArray<AccountLimit> Limits, LimitsInForce? Own, AskedOrder[] Orders)
    {
        public bool Covers(Instrument instrument) =>
            LimitScope.AssetOf(Name) is { } asset ? instrument.Quote.Name == asset : instrument.Symbol == Name;
    }
}
