using System.Collections.Immutable;
using System.Globalization;
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

/// <summary>Checks the account's risk limits before an order is held.</summary>
internal sealed partial class AccountMachine
{
    // Cheap checks first, and limits of money after those that detect mistakes (RISK 5.1).
    private static readonly LimitKind[] s_sequence =
    [
        LimitKind.KillLoss,
        LimitKind.DuplicateWindow,
        LimitKind.OrdersPerSecond,
        LimitKind.OrderQuantity,
        LimitKind.OrderValue,
        LimitKind.QuantityMultiple,
        LimitKind.OpenOrders,
        LimitKind.Position,
        LimitKind.DailyVolume,
        LimitKind.DailyLoss,

        // Last: an order that another limit rejects must not freeze the account.
        LimitKind.KillOrders,
        LimitKind.KillValue,
    ];

    private readonly SortedDictionary<string, LimitsInForce> _limits = new(StringComparer.Ordinal);

    private bool _reduces;

    // Scopes of the orders being checked; kept, so that checks do not allocate.
    private readonly List<Scope> _scopes = [];

    /// <summary>True if the account has limits of its own.</summary>
    public bool HasLimits => _limits.Count > 0;

    /// <summary>Risk limits of each scope that has any.</summary>
    public IEnumerable<SymbolLimits> Limits => _limits.Select(pair => new SymbolLimits(pair.Key, pair.Value.Limits));

    /// <summary>Decides to set all limits of a scope; returns null if they are unchanged.</summary>
    public AccountRecord? SetLimits(LimitsRequest request, long now) =>
        (_limits.GetValueOrDefault(request.Symbol)?.Limits ?? []).SequenceEqual(request.Limits)
            ? null
            : new LimitsSet(At(now), request.Symbol, request.Limits, request.By, request.Why);

    /// <summary>
    /// Returns the first risk limit that the orders break together, or null. It returns null for an account that may
    /// not enter them anyway, which is rejected elsewhere. Limits are checked in the sequence of their kinds. Within a
    /// kind, the account's come before the symbol's, those of everything come first, and its share of the owner's comes
    /// after its own.
    /// </summary>
    /// <param name="orders">The orders to be held.</param>
    /// <param name="replaced">The order they replace; null for none.</param>
    /// <param name="everyones">Returns the limits that each account has in a symbol.</param>
    /// <param name="owners">Returns the account's part of its owner's limits in a scope.</param>
    /// <param name="now">Unix nanoseconds.</param>
    public BrokenLimit? CheckLimits(
        ReadOnlySpan<AskedOrder> orders,
        HeldOrder? replaced,
        Func<string, ImmutableArray<AccountLimit>> everyones,
        Func<string, ImmutableArray<AccountLimit>> owners,
        long now)
    {
        if (IsFrozen || (IsMargin && MarginBarrier(orders, replaced) != RejectReason.None))
        {
            return null;
        }

        // Closing a position is never blocked.
        _reduces = IsMargin && IsReduction(orders, replaced);

        FindScopes(orders, everyones, owners);
        foreach (var kind in _scopes.Count == 0 ? [] : s_sequence)
        {
            foreach (var scope in _scopes)
            {
                if (scope.Most(kind) is >= 0 and var most
                    && IsBroken(kind, most, scope, orders, replaced, At(now), out var at))
                {
                    return kind switch
                    {
                        LimitKind.KillOrders or LimitKind.KillValue or LimitKind.KillLoss =>
                            Killed(kind, most, scope, orders, At(now)),
                        LimitKind.QuantityMultiple => Unusual(most, scope, orders[at ?? 0]) with { At = at },
                        _ => Broken(kind, most, scope.Instrument) with { At = at },
                    };
                }
            }
        }

        return null;
    }

    private void FindScopes(
        ReadOnlySpan<AskedOrder> orders, Func<string, ImmutableArray<AccountLimit>> everyones,
        Func<string, ImmutableArray<AccountLimit>> owners)
    {
        _scopes.Clear();
        Add(LimitScope.All, owners, orders[0].Instrument);
        for (var i = 0; i < orders.Length; i++)
        {
            if (IsFirst(orders[..i], orders[i].Instrument.Quote.Name, static instrument => instrument.Quote.Name))
            {
                Add(LimitScope.PaidIn(orders[i].Instrument.Quote.Name), owners, orders[i].Instrument);
            }
        }

        for (var i = 0; i < orders.Length; i++)
        {
            var symbol = orders[i].Instrument.Symbol;
            if (IsFirst(orders[..i], symbol, static instrument => instrument.Symbol))
            {
                Add(symbol, owners, orders[i].Instrument);
                if (everyones(symbol) is { IsEmpty: false } limits)
                {
                    _scopes.Add(new Scope(symbol, limits, null, orders[i].Instrument));
                }
            }
        }
    }

    private void Add(string name, Func<string, ImmutableArray<AccountLimit>> owners, Instrument instrument)
    {
        if (_limits.TryGetValue(name, out var own))
        {
            _scopes.Add(new Scope(name, own.Limits, own, instrument));
        }

        if (owners(name) is { IsEmpty: false } part)
        {
            _scopes.Add(new Scope(name, part, null, instrument));
        }
    }

    private static bool IsFirst(ReadOnlySpan<AskedOrder> before, string name, Func<Instrument, string> nameOf)
    {
        foreach (var order in before)
        {
            if (nameOf(order.Instrument) == name)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsBroken(
        LimitKind kind, long most, in Scope scope, ReadOnlySpan<AskedOrder> orders, HeldOrder? replaced, long now,
        out int? at)
    {
        var (count, buys, shorts) = (0, false, (Int128)0);
        for (var i = 0; i < orders.Length; i++)
        {
            ref readonly var order = ref orders[i];
            if (!scope.Covers(order.Instrument))
            {
                continue;
            }

            (count, buys) = (count + 1, buys || (order.Side == Side.Buy && !_reduces));
            shorts = order.Side == Side.Buy
                ? shorts
                : Int128.Max(shorts, ShortLotsWith(order.Instrument, orders, replaced));
            var broken = kind switch
            {
                LimitKind.DuplicateWindow => order.Content is { } content && scope.Own!.IsDuplicate(content, now),
                LimitKind.OrderQuantity => order.Lots > most,
                LimitKind.OrderValue => order.Instrument.Notional(order.PriceTicks, order.Lots) > most,
                LimitKind.QuantityMultiple => IsUnusual(scope, order, most),
                _ => false,
            };
            if (broken)
            {
                at = i;
                return true;
            }
        }

        at = null;
        return kind switch
        {
            LimitKind.OrdersPerSecond => !scope.Own!.HasRate(count, now),
            LimitKind.OpenOrders => OpenOrdersIn(scope.Name) - (replaced is null ? 0 : 1) + count > most,
            // Sells of existing units pass: closing is never blocked.
            LimitKind.Position => shorts > most || (buys && PositionWith(scope, orders, replaced) > most),
            LimitKind.DailyVolume =>
                (buys || shorts > 0) && VolumeWith(scope, orders, replaced, shorts > 0, now) > most,
            LimitKind.DailyLoss => (buys || shorts > 0) && LossOf(scope, now) >= most,
            _ => IsKillBroken(kind, most, scope, orders, now),
        };
    }

    /// <summary>
    /// Returns the short lots of a margin account if all its sells in a symbol traded. A cash account sells what it
    /// has.
    /// </summary>
    private Int128 ShortLotsWith(Instrument instrument, ReadOnlySpan<AskedOrder> orders, HeldOrder? but)
    {
        if (!IsMargin)
        {
            return 0;
        }

        Int128 left = Account.Of(instrument.Base).Available + (but is { Side: Side.Sell } ? but.Held : 0);
        foreach (var order in orders)
        {
            left -= order.Side == Side.Sell && order.Instrument.Symbol == instrument.Symbol
                ? (Int128)order.OwnLots * instrument.LotUnits
                : 0;
        }

        return left >= 0 ? 0 : Rounding.DivUp(-left, instrument.LotUnits);
    }

    private static BrokenLimit Broken(LimitKind kind, long most, Instrument instrument)
    {
        var count = most.ToString(CultureInfo.InvariantCulture);
        var money = DecimalText.Format(most, instrument.Quote.Decimals);
        return kind switch
        {
            LimitKind.DuplicateWindow => new(RejectReason.DuplicateOrder, "symbol,side,price,quantity", count),
            LimitKind.OrdersPerSecond => new(RejectReason.OrderRate, "symbol", count),
            LimitKind.OrderQuantity => new(RejectReason.MaxQuantity, "quantity", instrument.FormatQuantity(most)),
            LimitKind.OrderValue => new(RejectReason.MaxNotional, "quantity", money),
            LimitKind.OpenOrders => new(RejectReason.OpenOrderLimit, "symbol", count),
            LimitKind.Position => new(RejectReason.PositionLimit, "quantity", instrument.FormatQuantity(most)),
            LimitKind.DailyVolume => new(RejectReason.DailyVolume, "quantity", money),
            LimitKind.DailyLoss => new(RejectReason.DailyLoss, "side", money),
            _ => throw new InvalidDataException($"Unknown limit {kind}."),
        };
    }

    private long OpenOrdersIn(string scope) =>
        scope == LimitScope.All ? Account.Orders.Count : Account.OpenIn(scope)?.Orders ?? 0;

    private Int128 PositionWith(in Scope scope, ReadOnlySpan<AskedOrder> orders, HeldOrder? but)
    {
        var instrument = scope.Instrument;
        var lots = Rounding.DivUp(Account.Of(instrument.Base).Total, instrument.LotUnits)
            + (Account.OpenIn(instrument.Symbol)?.BuyLots ?? 0) - (but is { Side: Side.Buy } ? but.OpenLots : 0);
        foreach (var order in orders)
        {
            lots += order.Side == Side.Buy && scope.Covers(order.Instrument) ? order.Lots : 0;
        }

        return lots;
    }

    // Open orders count as traded. Otherwise many orders could pass one by one, and then all of them trade.
    private Int128 VolumeWith(in Scope scope, ReadOnlySpan<AskedOrder> orders, HeldOrder? but, bool withSells, long now)
    {
        var volume = but is not null && (withSells || but.Side == Side.Buy)
            ? -but.Instrument.Notional(but.PriceTicks, but.WorstLots)
            : 0;
        for (var i = 0; i < _traded.Count; i++)
        {
            var (instrument, day) = _traded.GetValueAtIndex(i);
            volume += scope.Covers(instrument) ? day.VolumeOn(UtcDay.Of(now)) : 0;
        }

        for (var i = 0; i < Account.OpenInterest.Count; i++)
        {
            var open = Account.OpenInterest[i];
            volume += scope.Covers(open.Instrument) ? open.BuyValue + (withSells ? open.SellValue : 0) : 0;
        }

        foreach (var order in orders)
        {
            volume += scope.Covers(order.Instrument)
                ? order.Instrument.Notional(
                    order.PriceTicks, order.Side == Side.Buy ? order.Lots : withSells ? order.OwnLots : 0)
                : 0;
        }

        return volume;
    }

    private Int128 LossOf(in Scope scope, long now)
    {
        Int128 earned = 0;
        for (var i = 0; i < _traded.Count; i++)
        {
            var (instrument, day) = _traded.GetValueAtIndex(i);
            earned += scope.Covers(instrument) ? day.EarnedOn(UtcDay.Of(now)) : 0;
        }

        return -earned;
    }

    private void CountOrder(string symbol, SubmitOrder order, long timeNanos)
    {
        if (!HasLimits)
        {
            return;
        }

        var content = RequestHash.ContentOf(
            symbol, order.Side, order.Type, order.PriceTicks, order.QuantityLots, order.Conditions);
        _limits.GetValueOrDefault(LimitScope.All)?.Count(content, timeNanos);
        _limits.GetValueOrDefault(symbol)?.Count(content, timeNanos);
        CountForKill(symbol, order, content.Amount, timeNanos);
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

        FindKills();
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

        FindKills();
    }

    /// <summary>Limits that apply to some orders.</summary>
    /// <param name="Name">Name of the scope.</param>
    /// <param name="Limits">The limits.</param>
    /// <param name="Own">Counters of the account's own limits; null for everyone's.</param>
    /// <param name="Instrument">Instrument of the first order in the scope.</param>
    private readonly record struct Scope(
        string Name, ImmutableArray<AccountLimit> Limits, LimitsInForce? Own, Instrument Instrument)
    {
        /// <summary>Returns the limit of a kind; -1 for none.</summary>
        public long Most(LimitKind kind) => Own?.Most(kind) ?? LimitsInForce.MostIn(Limits, kind);

        private bool IsOfAll => Name.Length == 1 && Name[0] == LimitScope.All[0];

        private bool IsOfSymbol => Name[0] != LimitScope.All[0];

        public bool Covers(Instrument instrument) =>
            IsOfSymbol ? instrument.Symbol == Name : IsOfAll || instrument.Quote.Name == Instrument.Quote.Name;
    }
}
