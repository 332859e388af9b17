using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Parts of corporate actions: decided once each, and pending until they are paid. The account's keys tell which were
/// decided.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="clock">Its time.</param>
/// <param name="instrumentOf">Returns the instrument of a symbol.</param>
internal sealed class CorporateEntitlements(
    Account account, AccountClock clock, Func<string, Instrument> instrumentOf)
{
    // For no venue, so that the due day is the day itself.
    private const string NoVenue = "";

    // Symbols whose orders a split has adjusted, until the account learns that their book moves again. By then it has
    // its new units.
    private readonly SortedSet<string> _adjusted = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, UnpaidPart> _unpaid = new(StringComparer.Ordinal);

    /// <summary>True if a part is pending.</summary>
    public bool HasUnpaid => _unpaid.Count > 0;

    /// <summary>True if a split that may not be over has adjusted orders.</summary>
    public bool HasAdjusted => _adjusted.Count > 0;

    /// <summary>Decides the part of an action from the account's units at its cut; null if there is none.</summary>
    /// <exception cref="OverflowException">The balance would overflow.</exception>
    public AccountRecord? Enter(CorporateActionView action, long units, long now) =>
        action.Request.Kind == CorporateActionKind.Split ? EnterSplit(action, units, now)
        : action.Request.Kind == CorporateActionKind.SymbolChange ? ChangeSymbol(action, now)
        : Enter(action, units, DividendShare.Of(units, action.UnitDecimals, action.Request.Rate), now);

    /// <summary>Decides to keep the remainder of an action.</summary>
    public AccountRecord KeepRounding(CorporateActionView action, long amount, long now) =>
        Enter(action, 0, amount, now);

    /// <summary>
    /// Decides that the part of an action is paid; returns null if it is paid, or if nothing is to be paid.
    /// </summary>
    public AccountRecord? Pay(string action, long now) => _unpaid.TryGetValue(action, out var part)
        ? new CorporateActionPaid(clock.At(now), action, part.Asset.Name, part.Asset.Decimals, part.Amount)
        : null;

    /// <summary>Applies a part, which is pending until its day.</summary>
    public void Apply(CorporateActionEntered entered)
    {
        var asset = new Asset(entered.Asset, entered.Decimals);
        account.Move(asset, entered.Amount);
        if (entered.PayDay > 0)
        {
            account.Pending.Add(asset.Name, TermOf(entered.PayDay), entered.Amount);
            _unpaid.Add(entered.Action, new UnpaidPart(asset, entered.Amount, entered.PayDay));
        }
    }

    /// <summary>Applies the payment of a part.</summary>
    /// <returns>False if it is not open like that; nothing was changed then but the part is gone.</returns>
    public bool Apply(CorporateActionPaid paid)
    {
        if (!_unpaid.Remove(paid.Action, out var part) || part.Amount != paid.Amount || part.Asset.Name != paid.Asset)
        {
            return false;
        }

        account.Settle(paid.Asset, TermOf(part.PayDay), paid.Amount);
        return true;
    }

    /// <summary>Applies the units and the cash of a split.</summary>
    public void Apply(SplitEntered entered)
    {
        account.Move(new Asset(entered.UnitAsset, entered.UnitDecimals), entered.Change);
        account.Move(new Asset(entered.Asset, entered.Decimals), entered.Amount);
    }

    /// <summary>Applies the change of units into others.</summary>
    public void Apply(SymbolChanged changed)
    {
        account.Move(new Asset(changed.UnitAsset, changed.Decimals), -changed.Units);
        account.Move(new Asset(changed.Asset, changed.Decimals), changed.Units);
    }

    /// <summary>Returns true if a split has changed orders of an asset, and its units may not be here yet.</summary>
    public bool IsBeingSplit(string asset)
    {
        foreach (var symbol in _adjusted)
        {
            if (instrumentOf(symbol).Base.Name == asset)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Follows the splits of a book by its records.</summary>
    public void Follow(string symbol, BookTurn turn)
    {
        if (turn.Phase is not (TradingPhase.Halt or TradingPhase.Closed))
        {
            _adjusted.Remove(symbol);
        }
        else if (turn.Command is AdjustOrders { Adjustment.IsSplit: true })
        {
            _adjusted.Add(symbol);
        }
    }

    /// <summary>Writes the pending parts.</summary>
    public void WriteUnpaid(ref RecordWriter to)
    {
        to.Count(_unpaid.Count);
        foreach (var (action, part) in _unpaid)
        {
            to.Text(action);
            to.Text(part.Asset.Name);
            to.Count(part.Asset.Decimals);
            to.Fixed64(part.Amount);
            to.Count(part.PayDay);
        }
    }

    /// <summary>Reads what <see cref="WriteUnpaid"/> wrote.</summary>
    public void ReadUnpaid(ref RecordReader from)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            _unpaid.Add(
                from.Text(), new UnpaidPart(new Asset(from.Text(), from.Count32()), from.Fixed64(), from.Count()));
        }
    }

    /// <summary>Writes the symbols of adjusted orders.</summary>
    public void WriteAdjusted(ref RecordWriter to) =>
        to.Items(_adjusted, static (ref to, symbol) => to.Text(symbol));

    /// <summary>Reads what <see cref="WriteAdjusted"/> wrote.</summary>
    public void ReadAdjusted(ref RecordReader from) =>
        _adjusted.UnionWith(from.Items(static (ref from) => from.Text()));

    private CorporateActionEntered Enter(CorporateActionView action, long units, long amount, long now)
    {
        var request = action.Request;
        var total = account.Of(new Asset(action.CashAsset, action.CashDecimals)).Total;
        if (Int128.Abs((Int128)total + amount) > Account.BalanceLimit)
        {
            throw new OverflowException($"{account.Id} can't have {amount} more {action.CashAsset}.");
        }

        // An amount that is already due is paid by the record itself.
        var payDay = request.PayDay > UtcDay.Of(clock.At(now)) && amount != 0 ? request.PayDay : 0;
        return new CorporateActionEntered(
            clock.At(now), request.Id, request.Kind, action.UnitAsset, action.UnitDecimals, units, action.CashAsset,
            action.CashDecimals, amount, payDay);
    }

    private SplitEntered EnterSplit(CorporateActionView action, long units, long now)
    {
        var request = action.Request;
        var split = new SplitShare(request.Numerator, request.Denominator, action.UnitDecimals, request.Rate);
        var change = split.UnitsOf(units) - units;
        var balance = account.Of(new Asset(action.UnitAsset, action.UnitDecimals));
        if ((Int128)balance.Total + change > Account.BalanceLimit || balance.Available + change < 0)
        {
            // Since the cut it has given away or promised these units.
            throw new InvalidOperationException(
                $"{account.Id} has {balance.Available} {action.UnitAsset} free, and {units} at the cut become {units + change}.");
        }

        return new SplitEntered(
            clock.At(now), request.Id, action.UnitAsset, action.UnitDecimals, units, change, request.Numerator,
            request.Denominator, request.Rate,
            action.CashAsset, action.CashDecimals, split.CashOf(units));
    }

    private SymbolChanged? ChangeSymbol(CorporateActionView action, long now)
    {
        var balance = account.Of(new Asset(action.UnitAsset, action.UnitDecimals));
        return balance.Held != 0
            ? throw new InvalidOperationException($"{account.Id} has promised {balance.Held} {action.UnitAsset}.")
            : balance.Total < 0
                ? throw new InvalidOperationException($"{account.Id} lacks {-balance.Total} {action.UnitAsset}.")
            : balance.Total == 0 ? null
            : new SymbolChanged(
                clock.At(now), action.Request.Id, action.UnitAsset, action.UnitDecimals, balance.Total,
                action.CashAsset);
    }

    private static SettlementTerm TermOf(long payDay) => new(NoVenue, payDay, 0);

    /// <summary>A part that is pending until its day.</summary>
    private readonly record struct UnpaidPart(Asset Asset, long Amount, long PayDay);
}
