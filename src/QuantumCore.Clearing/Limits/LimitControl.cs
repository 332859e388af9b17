using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Risk limits of an account and their counters. Orders are checked before they are held. Kill switches are limits that
/// freeze the account and have its orders cancelled, as an operator's kill switch does.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="traded">Its trading.</param>
/// <param name="instrumentOf">Returns the instrument of a symbol.</param>
internal sealed class LimitControl(Account account, TradedSymbols traded, Func<string, Instrument> instrumentOf)
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

    // Scopes of the orders being checked; kept, so that checks do not allocate.
    private readonly List<ScopedLimits> _scopes = [];

    private bool _reduces;
    private bool _countsForKill;

    /// <summary>True if there are any limits.</summary>
    public bool Any => _limits.Count > 0;

    /// <summary>True if a realised loss may reach a kill switch.</summary>
    public bool KillsOnLoss { get; private set; }

    /// <summary>Limits of each scope that has any.</summary>
    public IEnumerable<SymbolLimits> All => _limits.Select(pair => new SymbolLimits(pair.Key, pair.Value.Limits));

    /// <summary>Returns true if a request would change nothing.</summary>
    public bool Has(LimitsRequest request) =>
        (_limits.GetValueOrDefault(request.Symbol)?.Limits ?? []).SequenceEqual(request.Limits);

    /// <summary>
    /// Returns the first limit that the orders break together, or null. Limits are checked in the sequence of their
    /// kinds. Within a kind, the account's come before the symbol's, those of everything come first, and its share of
    /// the owner's comes after its own.
    /// </summary>
    /// <param name="orders">The orders to be held.</param>
    /// <param name="replaced">The order they replace; null for none.</param>
    /// <param name="reduces">True if they can only reduce a position: closing is never blocked.</param>
    /// <param name="everyones">Returns the limits that each account has in a symbol.</param>
    /// <param name="owners">Returns the account's part of its owner's limits in a scope.</param>
    /// <param name="now">Time of the record, Unix nanoseconds.</param>
    public BrokenLimit? Check(
        ReadOnlySpan<AskedOrder> orders,
        HeldOrder? replaced,
        bool reduces,
        Func<string, ImmutableArray<AccountLimit>> everyones,
        Func<string, ImmutableArray<AccountLimit>> owners,
        long now)
    {
        _reduces = reduces;
        FindScopes(orders, everyones, owners);
        foreach (var kind in _scopes.Count == 0 ? [] : s_sequence)
        {
            foreach (var scope in _scopes)
            {
                if (scope.Most(kind) is >= 0 and var most
                    && IsBroken(kind, most, scope, orders, replaced, now, out var at))
                {
                    return kind switch
                    {
                        LimitKind.KillOrders or LimitKind.KillValue or LimitKind.KillLoss =>
                            Killed(kind, most, scope, orders, now),
                        LimitKind.QuantityMultiple => Unusual(most, scope, orders[at ?? 0]) with { At = at },
                        _ => Broken(kind, most, scope.Instrument) with { At = at },
                    };
                }
            }
        }

        return null;
    }

    /// <summary>Returns the kill switch that the loss of the UTC day has reached, or null.</summary>
    public BrokenLimit? BrokenLoss(long now)
    {
        foreach (var (name, limits) in KillsOnLoss ? _limits : [])
        {
            if (limits.Most(LimitKind.KillLoss) is > 0 and var most && traded.InstrumentIn(name) is { } instrument
                && new ScopedLimits(name, limits.Limits, limits, instrument) is var scope
                && LossOf(scope, now) >= most)
            {
                return Killed(LimitKind.KillLoss, most, scope, [], now);
            }
        }

        return null;
    }

    /// <summary>Counts a held order.</summary>
    public void Count(string symbol, SubmitOrder order, long timeNanos)
    {
        if (!Any)
        {
            return;
        }

        var content = RequestHash.ContentOf(
            symbol, order.Side, order.Type, order.PriceTicks, order.QuantityLots, order.Conditions);
        _limits.GetValueOrDefault(LimitScope.All)?.Count(content, timeNanos);
        _limits.GetValueOrDefault(symbol)?.Count(content, timeNanos);
        CountForKill(symbol, order, content.Amount, timeNanos);
    }

    /// <summary>Sets the limits of a scope.</summary>
    public void Apply(LimitsSet set)
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

    /// <summary>Resets the windows of the kill switches when an operator unfreezes the account.</summary>
    public void RestartKillWindows()
    {
        foreach (var limits in _limits.Values)
        {
            limits.RestartKillWindow();
        }
    }

    /// <summary>Discards the usual quantities of an asset that was split, because they are in old lots.</summary>
    public void ForgetUsual(string asset)
    {
        foreach (var limits in _limits.Values)
        {
            limits.ForgetUsual(symbol => instrumentOf(symbol).Base.Name == asset);
        }
    }

    /// <summary>Writes the limits with their counters.</summary>
    public void Write(ref RecordWriter to)
    {
        to.Count(_limits.Count);
        foreach (var (symbol, limits) in _limits)
        {
            to.Bytes(AccountRecordEncoding.Encode(new LimitsSet(0, symbol, limits.Limits, "", "")));
            limits.Write(ref to);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader from)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            var set = (LimitsSet)AccountRecordEncoding.Decode(from.Bytes());
            _limits.Add(set.Symbol, LimitsInForce.Read(set.Limits, ref from));
        }

        FindKills();
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
                    _scopes.Add(new ScopedLimits(symbol, limits, null, orders[i].Instrument));
                }
            }
        }
    }

    private void Add(string name, Func<string, ImmutableArray<AccountLimit>> owners, Instrument instrument)
    {
        if (_limits.TryGetValue(name, out var own))
        {
            _scopes.Add(new ScopedLimits(name, own.Limits, own, instrument));
        }

        if (owners(name) is { IsEmpty: false } part)
        {
            _scopes.Add(new ScopedLimits(name, part, null, instrument));
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
        LimitKind kind, long most, in ScopedLimits scope, ReadOnlySpan<AskedOrder> orders, HeldOrder? replaced,
        long now, out int? at)
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
                LimitKind.QuantityMultiple => scope.IsUnusual(order, most),
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
        if (!account.IsMargin)
        {
            return 0;
        }

        Int128 left = account.Of(instrument.Base).Available + (but is { Side: Side.Sell } ? but.Held : 0);
        foreach (var order in orders)
        {
            left -= order.Side == Side.Sell && order.Instrument.Symbol == instrument.Symbol
                ? (Int128)order.OwnLots * instrument.LotUnits
                : 0;
        }

        return left >= 0 ? 0 : Rounding.DivUp(-left, instrument.LotUnits);
    }

    private bool IsKillBroken(
        LimitKind kind, long most, in ScopedLimits scope, ReadOnlySpan<AskedOrder> orders, long now) =>
        kind switch
        {
            LimitKind.KillOrders => scope.OrdersInKillWindow(orders, now) > most,
            LimitKind.KillValue => scope.ValueInKillWindow(orders, now) > most,
            LimitKind.KillLoss => LossOf(scope, now) >= most,
            _ => false,
        };

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
        scope == LimitScope.All ? account.Orders.Count : account.OpenIn(scope)?.Orders ?? 0;

    private Int128 PositionWith(in ScopedLimits scope, ReadOnlySpan<AskedOrder> orders, HeldOrder? but)
    {
        var instrument = scope.Instrument;
        var lots = Rounding.DivUp(account.Of(instrument.Base).Total, instrument.LotUnits)
            + (account.OpenIn(instrument.Symbol)?.BuyLots ?? 0) - (but is { Side: Side.Buy } ? but.OpenLots : 0);
        foreach (var order in orders)
        {
            lots += order.Side == Side.Buy && scope.Covers(order.Instrument) ? order.Lots : 0;
        }

        return lots;
    }

    // Open orders count as traded. Otherwise many orders could pass one by one, and then all of them trade.
    private Int128 VolumeWith(
        in ScopedLimits scope, ReadOnlySpan<AskedOrder> orders, HeldOrder? but, bool withSells, long now)
    {
        var volume = but is not null && (withSells || but.Side == Side.Buy)
            ? -but.Instrument.Notional(but.PriceTicks, but.WorstLots)
            : 0;
        volume += traded.VolumeIn(scope, UtcDay.Of(now));
        for (var i = 0; i < account.OpenInterest.Count; i++)
        {
            var open = account.OpenInterest[i];
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

    private Int128 LossOf(in ScopedLimits scope, long now) => traded.LossIn(scope, UtcDay.Of(now));

    private BrokenLimit Killed(
        LimitKind kind, long most, in ScopedLimits scope, ReadOnlySpan<AskedOrder> orders, long now)
    {
        var (quote, seconds) = (scope.Instrument.Quote, scope.Own!.Most(LimitKind.KillWindow));
        string Money(Int128 amount) => DecimalText.Format((long)Int128.Min(amount, long.MaxValue), quote.Decimals);
        var (field, limit, why) = kind switch
        {
            LimitKind.KillOrders => (
                "symbol",
                most.ToString(CultureInfo.InvariantCulture),
                $"{scope.OrdersInKillWindow(orders, now)} orders in {seconds} s, the limit is {most}"),
            LimitKind.KillValue => (
                "quantity",
                Money(most),
                $"orders of {Money(scope.ValueInKillWindow(orders, now))} {quote.Name} in {seconds} s, the limit is {Money(most)}"),
            LimitKind.KillLoss => (
                "side",
                Money(most),
                $"a loss of {Money(LossOf(scope, now))} {quote.Name} in the UTC day, the limit is {Money(most)}"),
            _ => throw new InvalidDataException($"{kind} is no kill switch."),
        };
        return new BrokenLimit(RejectReason.KillSwitch, field, limit) { Why = $"{scope.Name}: {why}" };
    }

    // The order that broke it is larger, so the product is within its range.
    private static BrokenLimit Unusual(long most, in ScopedLimits scope, in AskedOrder order) => new(
        RejectReason.UnusualQuantity, "quantity",
        order.Instrument.FormatQuantity(checked(scope.Own!.UsualLots(order.Instrument.Symbol) * most)));

    private void CountForKill(string symbol, SubmitOrder order, long amount, long timeNanos)
    {
        if (!_countsForKill)
        {
            return;
        }

        var instrument = instrumentOf(symbol);
        var lots = amount == 0 ? order.QuantityLots : Math.Max(amount / Math.Max(order.PriceTicks, 1), 1);
        var value = instrument.Notional(order.PriceTicks, lots);
        _limits.GetValueOrDefault(LimitScope.All)?.CountForKill(symbol, lots, value, timeNanos);
        _limits.GetValueOrDefault(
            LimitScope.PaidIn(instrument.Quote.Name))?.CountForKill(symbol, lots, value, timeNanos);
        _limits.GetValueOrDefault(symbol)?.CountForKill(symbol, lots, value, timeNanos);
    }

    private void FindKills()
    {
        (KillsOnLoss, _countsForKill) = (false, false);
        foreach (var limits in _limits.Values)
        {
            KillsOnLoss |= limits.Most(LimitKind.KillLoss) > 0;
            _countsForKill |= limits.Most(LimitKind.KillWindow) > 0 || limits.Most(LimitKind.QuantityMultiple) > 0;
        }
    }
}
