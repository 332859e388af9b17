using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Automatic kill switches: limits that freeze the account and have its orders cancelled, as an operator's kill switch
/// does. An operator ends the freeze.
/// </summary>
internal sealed partial class AccountMachine
{
    /// <summary>Label of a freeze by a kill switch, in place of the label of an operator's key.</summary>
    public const string KillSwitchName = "kill switch";

    private bool _killsOnLoss;
    private bool _countsForKill;

    /// <summary>True if a realised loss may have reached its kill switch.</summary>
    public bool MayHaveLostTooMuch => _killsOnLoss && _frozen is not { Closes: true };

    /// <summary>Reason of a freeze that no operator made; null if there is none.</summary>
    public string? FrozenWhy => _frozen is { By: KillSwitchName or ExchangeName, Why: var why } ? why : null;

    /// <summary>True if a kill switch froze the account and books still have orders that must be cancelled.</summary>
    public bool IsClosingOrders => _frozen is { By: KillSwitchName } && BooksUpTo(FrozenFloor).Any();

    /// <summary>
    /// Decides to freeze the account over a broken limit; returns null if the limit does not freeze it.
    /// </summary>
    public AccountRecord? FreezeOn(BrokenLimit broken, long now) =>
        broken.Reason != RejectReason.KillSwitch ? null : Freeze(
        new FreezeRequest(Closes: true, KillSwitchName, broken.Why ?? ""), now);

    /// <summary>
    /// Decides to freeze the account over its realised loss; returns null if it has lost less, or is frozen already.
    /// </summary>
    public AccountRecord? FreezeOnLoss(long now) =>
        MayHaveLostTooMuch && IsCaughtUp && BrokenLoss(now) is { } broken ? FreezeOn(broken, now) : null;

    /// <summary>Returns the kill switch that the loss of the UTC day has reached, or null.</summary>
    public BrokenLimit? BrokenLoss(long now)
    {
        foreach (var (name, limits) in _killsOnLoss ? _limits : [])
        {
            if (limits.Most(LimitKind.KillLoss) is > 0 and var most && TradedIn(name) is { } instrument
                && new Scope(name, limits.Limits, limits, instrument) is var scope && LossOf(scope, At(now)) >= most)
            {
                return Killed(LimitKind.KillLoss, most, scope, [], At(now));
            }
        }

        return null;
    }

    private Instrument? TradedIn(string scope)
    {
        foreach (var (symbol, (instrument, _)) in _traded)
        {
            if (symbol == scope || instrument.Quote.Name == LimitScope.AssetOf(scope))
            {
                return instrument;
            }
        }

        return null;
    }

    private bool IsKillBroken(LimitKind kind, long most, in Scope scope, ReadOnlySpan<AskedOrder> orders, long now) =>
        kind switch
        {
            LimitKind.KillOrders => OrdersInKillWindow(scope, orders, now) > most,
            LimitKind.KillValue => ValueInKillWindow(scope, orders, now) > most,
            LimitKind.KillLoss => LossOf(scope, now) >= most,
            _ => false,
        };

    private static long OrdersInKillWindow(in Scope scope, ReadOnlySpan<AskedOrder> orders, long now)
    {
        var count = scope.Own!.InKillWindow(now).Orders;
        foreach (var order in orders)
        {
            count += scope.Covers(order.Instrument) ? 1 : 0;
        }

        return count;
    }

    private static Int128 ValueInKillWindow(in Scope scope, ReadOnlySpan<AskedOrder> orders, long now)
    {
        var value = scope.Own!.InKillWindow(now).Value;
        foreach (var order in orders)
        {
            value += scope.Covers(order.Instrument) ? order.Instrument.Notional(order.PriceTicks, order.Lots) : 0;
        }

        return value;
    }

    private BrokenLimit Killed(LimitKind kind, long most, in Scope scope, ReadOnlySpan<AskedOrder> orders, long now)
    {
        var (quote, seconds) = (scope.Instrument.Quote, scope.Own!.Most(LimitKind.KillWindow));
        string Money(Int128 amount) => DecimalText.Format((long)Int128.Min(amount, long.MaxValue), quote.Decimals);
        var (field, limit, why) = kind switch
        {
            LimitKind.KillOrders => (
                "symbol",
                most.ToString(CultureInfo.InvariantCulture),
                $"{OrdersInKillWindow(scope, orders, now)} orders in {seconds} s, the limit is {most}"),
            LimitKind.KillValue => (
                "quantity",
                Money(most),
                $"orders of {Money(ValueInKillWindow(scope, orders, now))} {quote.Name} in {seconds} s, the limit is {Money(most)}"),
            LimitKind.KillLoss => (
                "side",
                Money(most),
                $"a loss of {Money(LossOf(scope, now))} {quote.Name} in the UTC day, the limit is {Money(most)}"),
            _ => throw new InvalidDataException($"{kind} is no kill switch."),
        };
        return new BrokenLimit(RejectReason.KillSwitch, field, limit) { Why = $"{scope.Name}: {why}" };
    }

    private static bool IsUnusual(in Scope scope, in AskedOrder order, long most) =>
        scope.Own!.UsualLots(order.Instrument.Symbol) is > 0 and var usual && order.Lots > (Int128)usual * most;

    // The order that broke it is larger, so the product is within its range.
    private static BrokenLimit Unusual(long most, in Scope scope, in AskedOrder order) => new(
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

    /// <summary>Resets the windows of the kill switches when an operator unfreezes the account.</summary>
    private void RestartKillWindows()
    {
        foreach (var limits in _limits.Values)
        {
            limits.RestartKillWindow();
        }
    }

    /// <summary>Discards the usual quantities of an asset that was split, because they are in old lots.</summary>
    private void ForgetUsual(string asset)
    {
        foreach (var limits in _limits.Values)
        {
            limits.ForgetUsual(symbol => instrumentOf(symbol).Base.Name == asset);
        }
    }

    private void FindKills()
    {
        (_killsOnLoss, _countsForKill) = (false, false);
        foreach (var limits in _limits.Values)
        {
            _killsOnLoss |= limits.Most(LimitKind.KillLoss) > 0;
            _countsForKill |= limits.Most(LimitKind.KillWindow) > 0 || limits.Most(LimitKind.QuantityMultiple) > 0;
        }
    }
}
