using System.Globalization;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Deposits, withdrawals and transfers from the records of accounts and payouts.</summary>
internal sealed partial class Projection
{
    private readonly RowBuffer _transfers = buffers.Empty(Statements.AddTransfer);
    private readonly RowBuffer _transferEnds = buffers.Empty(Statements.EndTransfer);

    private readonly RowBuffer _withdrawals = buffers.Empty(Statements.AddWithdrawal);
    private readonly RowBuffer _withdrawalEnds = buffers.Empty(Statements.EndWithdrawal);
    private readonly RowBuffer _payouts = buffers.Empty(Statements.AddPayout);
    private readonly RowBuffer _payoutEnds = buffers.Empty(Statements.EndPayout);

    private readonly Dictionary<long, (string State, long Floor)> _states = [];
    private readonly Dictionary<long, string> _marginAccounts = [];
    private readonly Dictionary<long, MarginState> _marginStates = [];
    private readonly RowBuffer _accountChanges = buffers.Empty(Statements.AddAccountChange);
    private readonly RowBuffer _parts = buffers.Empty(Statements.AddCorporatePart);
    private readonly RowBuffer _fails = buffers.Empty(Statements.AddSettlementFail);
    private readonly RowBuffer _partEnds = buffers.Empty(Statements.EndCorporatePart);

    // Payouts come before withdrawals, which check whether they have ended.
    private IEnumerable<RowBuffer> MoneyRows() =>
        [
            _transfers, _transferEnds, _payouts, _payoutEnds, _withdrawals, _withdrawalEnds, StateRows(),
            .. MarginRows(), _accountChanges, _parts, _partEnds, _fails];

    private RowBuffer[] MarginRows()
    {
        var (accounts, states) = (buffers.Empty(Statements.PutMarginAccount), buffers.Empty(Statements.PutMarginState));
        foreach (var (account, asset) in _marginAccounts)
        {
            accounts.Add(account).Add(asset).Add(MarginState.Healthy.Word());
        }

        foreach (var (account, state) in _marginStates)
        {
            states.Add(account).Add(state.Word());
        }

        return [accounts, states];
    }

    private RowBuffer StateRows()
    {
        var to = buffers.Empty(Statements.PutAccountState);
        foreach (var (account, (state, floor)) in _states)
        {
            to.Add(account).Add(state).Add(floor);
        }

        return to;
    }

    private void Freeze(Place place, long account, AccountRecord record)
    {
        if (record is AccountFrozen frozen)
        {
            Change(
                place, account, frozen.Closes ? "killed" : "frozen", frozen.Floor, frozen.By, frozen.Why,
                frozen.TimeNanos);
        }
        else if (record is AccountUnfrozen unfrozen)
        {
            Change(place, account, "open", 0, unfrozen.By, unfrozen.Why, unfrozen.TimeNanos);
        }
    }

    private void Change(Place place, long account, string state, long floor, string who, string why, long timeNanos)
    {
        _states[account] = (state, floor);
        Note(place, account, state, who, why, timeNanos);
    }

    private void Note(Place place, long account, string what, string who, string why, long timeNanos) =>
        _accountChanges.Add(account).Add(place.Sequence).Add(what).Add(who).Add(why).Add(timeNanos);

    private static string WordsOf(LimitsSet set) => $"limits {set.Symbol} " + (set.Limits.IsEmpty
        ? "none"
        : string.Join(
            ' ',
            set.Limits.Select(limit => string.Create(CultureInfo.InvariantCulture, $"{limit.Kind}={limit.Most}"))));

    private void Apply(string asset, Place place, PayoutRecord record)
    {
        _assets[asset] = record.Decimals;
        var index = 0;
        foreach (var entry in AccountEntries.Of(asset, record))
        {
            Post(place, index++, entry.Lines, entry.Cause, entry.TimeNanos);
        }

        foreach (var item in record.Items)
        {
            if (record is BatchMade)
            {
                _payouts.Add(item.Account).Add(item.Sequence).Add(asset).Add(item.Amount).Add(place.Sequence)
                    .Add(PayoutState.Sent.Word()).Add((string?)null).Add(record.TimeNanos);
                continue;
            }

            var refusal = record as BatchRefused;
            _payoutEnds.Add(item.Account).Add(item.Sequence)
                .Add((refusal is null ? PayoutState.Final : PayoutState.Refused).Word()).Add(refusal?.Why)
                .Add(record.TimeNanos);
            _withdrawalEnds.Add(item.Account).Add(item.Sequence);
        }

        foreach (var account in record.TouchedAccounts())
        {
            AddEvent(place, account);
        }
    }

    private void Apply(string venue, Place place, SettlementRecord record)
    {
        var index = 0;
        foreach (var entry in AccountEntries.Of(venue, record))
        {
            _assets[entry.Asset.Name] = entry.Asset.Decimals;
            Post(place, index++, entry.Lines, entry.Cause, entry.TimeNanos);
        }

        if (record is SettlementPartial partial)
        {
            Fail(place, partial);
        }

        foreach (var account in record.TouchedAccounts())
        {
            AddEvent(place, account);
        }
    }

    private void Fail(Place place, SettlementPartial partial)
    {
        for (var i = 0; i < partial.Fails.Length; i++)
        {
            var fail = partial.Fails[i];
            _assets[fail.Base.Name] = fail.Base.Decimals;
            _assets[fail.Quote.Name] = fail.Quote.Decimals;
            _fails.Add(place.Stream).Add(place.Sequence).Add(i).Add(fail.Account).Add(fail.Symbol).Add(fail.Base.Name)
                .Add(fail.Quote.Name)
                .Add(fail.Since).Add(fail.Units).Add(fail.Cash).Add(fail.UnitsLeft).Add(fail.CashLeft)
                .Add(partial.TimeNanos);
        }

        if (partial.Fails.IsEmpty)
        {
            _fails.Add(place.Stream).Add(place.Sequence).Add(0).Add(0).Add("").Add("").Add("").Add(0).Add(0).Add(0)
                .Add(0).Add(0).Add(partial.TimeNanos);
        }
    }

    private void Move(Place place, long account, AccountRecord record)
    {
        var index = 0;
        foreach (var entry in AccountEntries.All(new(account), place.Sequence, record))
        {
            _assets[entry.Asset.Name] = entry.Asset.Decimals;
            Post(place, index++, entry.Lines, entry.Cause, entry.TimeNanos);
        }

        if (record is TransferredOut transfer)
        {
            _transfers.Add(account).Add(place.Sequence).Add(transfer.Key).Add(transfer.To).Add(transfer.Asset)
                .Add(transfer.Amount).Add(transfer.TimeNanos).Add(RowBuffer.Null);
        }
        else if (record is AccountKindSet kind)
        {
            _marginAccounts[account] = kind.Currency;
            _marginStates.Remove(account);
            Note(
                place, account, kind.Currency.Length == 0 ? "cash" : $"margin {kind.Currency} {kind.Symbol}".TrimEnd(),
                kind.By, kind.Why, kind.TimeNanos);
        }
        else if (record is MarginReviewed reviewed)
        {
            _marginStates[account] = reviewed.State;
        }
        else if (record is LimitsSet limits)
        {
            Note(place, account, WordsOf(limits), limits.By, limits.Why, limits.TimeNanos);
        }
        else if (record is AccountFrozen or AccountUnfrozen)
        {
            Freeze(place, account, record);
        }
        else if (record is Withdrawn withdrawal)
        {
            _withdrawals.Add(account).Add(place.Sequence).Add(withdrawal.Key).Add(withdrawal.Asset)
                .Add(withdrawal.Amount)
                .Add(withdrawal.Destination).Add(withdrawal.TimeNanos);
        }
        else if (record is TransferEnded ended)
        {
            _transferEnds.Add(account).Add(ended.Transfer).Add(ended.TimeNanos);
        }
        else
        {
            Take(place, account, record);
        }
    }

    private void Take(Place place, long account, AccountRecord record)
    {
        switch (record)
        {
            case CorporateActionEntered part:
                _parts.Add(part.Action).Add(account).Add(place.Sequence).Add(part.UnitAsset).Add(part.Units)
                    .Add(part.Asset).Add(part.Amount)
                    .Add(part.PayDay).Add(part.PayDay == 0 ? part.TimeNanos : RowBuffer.Null).Add(part.TimeNanos).Add(0)
                    .Add(0).Add(0).Add(0);
                break;
            case SplitEntered split:
                _parts.Add(split.Action).Add(account).Add(place.Sequence).Add(split.UnitAsset).Add(split.Units)
                    .Add(split.Asset).Add(split.Amount)
                    .Add(0).Add(split.TimeNanos).Add(split.TimeNanos).Add(split.Change).Add(split.Numerator)
                    .Add(split.Denominator).Add(split.Rate);
                break;
            case SymbolChanged changed:
                _parts.Add(changed.Action).Add(account).Add(place.Sequence).Add(changed.UnitAsset).Add(changed.Units)
                    .Add(changed.Asset).Add(changed.Units)
                    .Add(0).Add(changed.TimeNanos).Add(changed.TimeNanos).Add(-changed.Units).Add(0).Add(0).Add(0);
                break;
            case CorporateActionPaid paid:
                _partEnds.Add(paid.Action).Add(account).Add(paid.TimeNanos);
                break;
        }
    }
}
