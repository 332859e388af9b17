using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Parts of corporate actions: decided once each, and pending until they are paid.</summary>
internal sealed partial class AccountMachine
{
    // Begins with a space, because no client order id does.
    private const string ActionPrefix = " action:";

    // For no venue, so that the due day is the day itself.
    private const string NoVenue = "";

    // Symbols whose orders a split has adjusted, until the account learns that their book moves again. By then it has
    // its new units.
    private readonly SortedSet<string> _standing = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, UnpaidPart> _unpaid = new(StringComparer.Ordinal);

    /// <summary>
    /// Decides the part of an action from the account's units at its cut; returns null if it is on record.
    /// </summary>
    /// <exception cref="OverflowException">The balance would overflow.</exception>
    public AccountRecord? EnterAction(CorporateActionView action, long units, long now) => HasEntered(action) ? null
        : action.Request.Kind == CorporateActionKind.Split ? EnterSplit(action, units, now)
        : action.Request.Kind == CorporateActionKind.SymbolChange ? ChangeSymbol(action, now)
        : Enter(action, units, DividendShare.Of(units, action.UnitDecimals, action.Request.Rate), now);

    /// <summary>Decides to keep the remainder of an action; returns null if it is on record.</summary>
    public AccountRecord? KeepRounding(CorporateActionView action, long amount, long now) =>
        HasEntered(action) ? null : Enter(action, 0, amount, now);

    /// <summary>
    /// Decides that the part of an action is paid; returns null if it is paid, or if nothing is to be paid.
    /// </summary>
    public AccountRecord? PayAction(string action, long now) => _unpaid.TryGetValue(action, out var part)
        ? new CorporateActionPaid(_clock.At(now), action, part.Asset.Name, part.Asset.Decimals, part.Amount)
        : null;

    private bool HasEntered(CorporateActionView action) => _keys.TryGetValue(ActionPrefix + action.Request.Id, out _);

    private CorporateActionEntered Enter(CorporateActionView action, long units, long amount, long now)
    {
        var request = action.Request;
        var total = Account.Of(new Asset(action.CashAsset, action.CashDecimals)).Total;
        if (Int128.Abs((Int128)total + amount) > Account.BalanceLimit)
        {
            throw new OverflowException($"{Account.Id} can't have {amount} more {action.CashAsset}.");
        }

        // An amount that is already due is paid by the record itself.
        var payDay = request.PayDay > UtcDay.Of(_clock.At(now)) && amount != 0 ? request.PayDay : 0;
        return new CorporateActionEntered(
            _clock.At(now), request.Id, request.Kind, action.UnitAsset, action.UnitDecimals, units, action.CashAsset,
            action.CashDecimals, amount, payDay);
    }

    private SplitEntered EnterSplit(CorporateActionView action, long units, long now)
    {
        var request = action.Request;
        var split = new SplitShare(request.Numerator, request.Denominator, action.UnitDecimals, request.Rate);
        var change = split.UnitsOf(units) - units;
        var balance = Account.Of(new Asset(action.UnitAsset, action.UnitDecimals));
        if ((Int128)balance.Total + change > Account.BalanceLimit || balance.Available + change < 0)
        {
            // Since the cut it has given away or promised these units.
            throw new InvalidOperationException(
                $"{Account.Id} has {balance.Available} {action.UnitAsset} free, and {units} at the cut become {units + change}.");
        }

        return new SplitEntered(
            _clock.At(now), request.Id, action.UnitAsset, action.UnitDecimals, units, change, request.Numerator,
            request.Denominator, request.Rate,
            action.CashAsset, action.CashDecimals, split.CashOf(units));
    }

    private SymbolChanged? ChangeSymbol(CorporateActionView action, long now)
    {
        var balance = Account.Of(new Asset(action.UnitAsset, action.UnitDecimals));
        return balance.Held != 0
            ? throw new InvalidOperationException($"{Account.Id} has promised {balance.Held} {action.UnitAsset}.")
            : balance.Total < 0
                ? throw new InvalidOperationException($"{Account.Id} lacks {-balance.Total} {action.UnitAsset}.")
            : balance.Total == 0 ? null
            : new SymbolChanged(
                _clock.At(now), action.Request.Id, action.UnitAsset, action.UnitDecimals, balance.Total, action.CashAsset);
    }

    private bool IsBeingSplit(string asset)
    {
        foreach (var symbol in _standing)
        {
            if (_instrumentOf(symbol).Base.Name == asset)
            {
                return true;
            }
        }

        return false;
    }

    private void FollowSplit(string symbol, BookTurn turn)
    {
        if (turn.Phase is not (TradingPhase.Halt or TradingPhase.Closed))
        {
            _standing.Remove(symbol);
        }
        else if (turn.Command.Verb == BookVerb.AdjustOrders && turn.Command.Changes.AsAdjustment() is { IsSplit: true })
        {
            _standing.Add(symbol);
        }
    }

    private void ApplyAction(AccountRecord record)
    {
        switch (record)
        {
            case CorporateActionEntered entered:
                Apply(entered);
                break;
            case SplitEntered split:
                Apply(split);
                break;
            case CorporateActionPaid paid:
                Apply(paid);
                break;
            case SymbolChanged changed:
                _keys.Add(ActionPrefix + changed.Action, new UsedKey(Sequence, 0, 0, "", RejectReason.None));
                Account.Move(new Asset(changed.UnitAsset, changed.Decimals), -changed.Units);
                Account.Move(new Asset(changed.Asset, changed.Decimals), changed.Units);
                break;
        }
    }

    private void Apply(SplitEntered entered)
    {
        _keys.Add(ActionPrefix + entered.Action, new UsedKey(Sequence, 0, 0, "", RejectReason.None));
        Account.Move(new Asset(entered.UnitAsset, entered.UnitDecimals), entered.Change);
        Account.Move(new Asset(entered.Asset, entered.Decimals), entered.Amount);
        _traded.Apply(entered);
        _limits.ForgetUsual(entered.UnitAsset);
    }

    private void Apply(CorporateActionEntered entered)
    {
        _keys.Add(ActionPrefix + entered.Action, new UsedKey(Sequence, 0, 0, "", RejectReason.None));
        var asset = new Asset(entered.Asset, entered.Decimals);
        Account.Move(asset, entered.Amount);
        // An account that was short at the cut owes the cash paid on these units.
        FindLacking(asset);
        if (entered.PayDay > 0)
        {
            Account.Pending.Add(asset.Name, TermOf(entered.PayDay), entered.Amount);
            _unpaid.Add(entered.Action, new UnpaidPart(asset, entered.Amount, entered.PayDay));
        }
    }

    private void Apply(CorporateActionPaid paid)
    {
        if (!_unpaid.Remove(paid.Action, out var part) || part.Amount != paid.Amount || part.Asset.Name != paid.Asset)
        {
            throw new InvalidDataException(
                $"{Account.Id}: record {Sequence} pays corporate action {paid.Action}, which is not open like that.");
        }

        Account.Settle(paid.Asset, TermOf(part.PayDay), paid.Amount);
    }

    private static SettlementTerm TermOf(long payDay) => new(NoVenue, payDay, 0);

    private void WriteActions(ref RecordWriter to)
    {
        if (VersionOfSnapshot < SnapshotVersionWithActions)
        {
            return;
        }

        to.Count(_unpaid.Count);
        foreach (var (action, part) in _unpaid)
        {
            to.Text(action);
            to.Text(part.Asset.Name);
            to.Count(part.Asset.Decimals);
            to.Fixed64(part.Amount);
            to.Count(part.PayDay);
        }

        _traded.WriteSplits(ref to);
        if (VersionOfSnapshot < SnapshotVersionWithAdjusted)
        {
            return;
        }

        to.Count(_standing.Count);
        foreach (var symbol in _standing)
        {
            to.Text(symbol);
        }
    }

    private void ReadActions(ref RecordReader from)
    {
        if (from.Version < SnapshotVersionWithActions)
        {
            return;
        }

        for (var i = from.ItemCount(); i > 0; i--)
        {
            _unpaid.Add(
                from.Text(), new UnpaidPart(new Asset(from.Text(), from.Count32()), from.Fixed64(), from.Count()));
        }

        _traded.ReadSplits(ref from);
        for (var i = from.Version < SnapshotVersionWithAdjusted ? 0 : from.ItemCount(); i > 0; i--)
        {
            _standing.Add(from.Text());
        }
    }

    /// <summary>A part that is pending until its day.</summary>
    private readonly record struct UnpaidPart(Asset Asset, long Amount, long PayDay);
}
