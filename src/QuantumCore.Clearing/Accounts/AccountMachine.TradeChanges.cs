using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Busts and corrections of the account's trades. The account may no longer have the reversed amounts, or they may be
/// held for orders. An account that may not owe is then frozen and its orders are cancelled, until the missing amount
/// has come in.
/// </summary>
internal sealed partial class AccountMachine
{
    // Assets of which a change took more than was free, until enough is there again.
    private readonly SortedSet<string> _lacking = new(StringComparer.Ordinal);

    /// <summary>
    /// True if it lacks amounts that a changed trade took back. Debt that counts in a margin account's equity is
    /// excluded: a margin call or liquidation covers it.
    /// </summary>
    public bool IsShort
    {
        get
        {
            // Called after each record: enumerating an empty sorted set would allocate.
            if (_lacking.Count == 0)
            {
                return false;
            }

            foreach (var asset in _lacking)
            {
                if (_margin is not { } margin || !Agreements.PaidIn(margin.Currency.Name).ContainsKey(asset))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Returns true if it lacks an asset since a trade was changed.</summary>
    public bool Lacks(string asset) => _lacking.Contains(asset);

    /// <summary>
    /// Decides to freeze an account that lacks something and to cancel its orders; returns null if that is on record or
    /// nothing is lacking.
    /// </summary>
    public AccountRecord? FreezeWhenShort(long now) => !IsShort || !IsCaughtUp ? null : Freeze(
        new FreezeRequest(Closes: true, AccountFreeze.ExchangeName, $"lacks {string.Join(", ", _lacking)} since a trade was changed"),
        now);

    private void ChangeTrade(string symbol, in TurnStep step, BookTurn turn)
    {
        var tradedNanos = TradeAsItWas.Of(turn.Command)!.Value.TimeNanos;
        if (step.Account == Account.Id.Value)
        {
            ChangeTrade(symbol, in step, step.Side, step.Fee, turn.TimeNanos, tradedNanos);
        }

        if (step.MakerAccount == Account.Id.Value)
        {
            ChangeTrade(
                symbol, in step, step.Side == Side.Buy ? Side.Sell : Side.Buy, step.MakerFee, turn.TimeNanos,
                tradedNanos);
        }
    }

    private void ChangeTrade(string symbol, in TurnStep step, Side side, long fee, long timeNanos, long tradedNanos)
    {
        var instrument = _instrumentOf(symbol);
        var isTakenBack = step.Kind == StepKind.Reversed;
        var buys = side == Side.Buy != isTakenBack;
        fee = isTakenBack ? -fee : fee;
        Account.Exchange(
            instrument, buys ? Side.Buy : Side.Sell, step.PriceTicks, step.QuantityLots, fee, UtcDay.Of(timeNanos));
        _traded.DayOf(instrument, timeNanos).Change(
            timeNanos, tradedNanos, buys ? step.QuantityLots : -step.QuantityLots,
            (long)instrument.Notional(step.PriceTicks, 1), fee, isTakenBack);
        if (step.Account != step.MakerAccount)
        {
            var value = instrument.Notional(step.PriceTicks, step.QuantityLots);
            _volumes.Count(instrument.Quote, tradedNanos, isTakenBack ? -value : value);
        }
    }

    /// <summary>
    /// Notes an asset as lacking after a changed trade, or a dividend on units it took, may have taken more than was
    /// free.
    /// </summary>
    private void FindLacking(Asset asset)
    {
        if (IsLacking(asset.Name))
        {
            _lacking.Add(asset.Name);
        }
    }

    // Holds of a margin account are only noted, and it may owe its own currency.
    private bool IsLacking(string asset) => Account.Balances.GetValueOrDefault(asset) is var balance
        && (_margin is { } margin ? balance.Total < 0 && asset != margin.Currency.Name : balance.Available < 0);

    /// <summary>Removes assets that are no longer lacking, after each record.</summary>
    private void ForgetLacking()
    {
        if (_lacking.Count > 0)
        {
            _lacking.RemoveWhere(asset => !IsLacking(asset));
        }
    }

    private void WriteLacking(ref RecordWriter to)
    {
        to.Count(_lacking.Count);
        foreach (var asset in _lacking)
        {
            to.Text(asset);
        }
    }

    private void ReadLacking(ref RecordReader from)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            _lacking.Add(from.Text());
        }
    }
}
