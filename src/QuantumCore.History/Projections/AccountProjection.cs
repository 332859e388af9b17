using System.Globalization;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Records of accounts. Their own rows are freezes, margin states and the log of such changes.</summary>
internal sealed class AccountProjection(
    RowBuffers buffers, HoldProjection holds, PostingProjection postings, FundsProjection funds,
    CorporatePartProjection parts)
{
    private readonly Dictionary<long, (string State, long Floor)> _states = [];
    private readonly Dictionary<long, string> _marginAccounts = [];
    private readonly Dictionary<long, MarginState> _marginStates = [];
    private readonly RowBuffer _changes = buffers.Empty(Statements.AddAccountChange);

    public void Apply(RecordOrigin place, long account, AccountRecord record)
    {
        if (record is HoldPlaced only)
        {
            holds.Place(account, only);
            return;
        }

        foreach (var hold in record is ListHeld list ? list.Holds() : [])
        {
            holds.Place(account, hold);
        }

        postings.Post(place, AccountEntries.All(new(account), place.Sequence, record));
        switch (record)
        {
            case TransferredOut transfer:
                funds.Add(place, account, transfer);
                break;
            case TransferEnded ended:
                funds.End(account, ended);
                break;
            case Withdrawn withdrawal:
                funds.Add(place, account, withdrawal);
                break;
            case AccountKindSet kind:
                SetKind(place, account, kind);
                break;
            case MarginReviewed reviewed:
                _marginStates[account] = reviewed.State;
                break;
            case LimitsSet limits:
                Note(place, account, WordsOf(limits), limits.By, limits.Why, limits.TimeNanos);
                break;
            case AccountFrozen frozen:
                _states[account] = (frozen.Closes ? "killed" : "frozen", frozen.Floor);
                Note(place, account, _states[account].State, frozen.By, frozen.Why, frozen.TimeNanos);
                break;
            case AccountUnfrozen unfrozen:
                _states[account] = ("open", 0);
                Note(place, account, "open", unfrozen.By, unfrozen.Why, unfrozen.TimeNanos);
                break;
            default:
                parts.Apply(place, account, record);
                break;
        }
    }

    public RowBuffer[] Rows()
    {
        var (states, marginAccounts, marginStates) = (
            buffers.Empty(Statements.PutAccountState), buffers.Empty(Statements.PutMarginAccount),
            buffers.Empty(Statements.PutMarginState));
        foreach (var (account, (state, floor)) in _states)
        {
            states.Add(account).Add(state).Add(floor);
        }

        foreach (var (account, asset) in _marginAccounts)
        {
            marginAccounts.Add(account).Add(asset).Add(MarginState.Healthy.Word());
        }

        foreach (var (account, state) in _marginStates)
        {
            marginStates.Add(account).Add(state.Word());
        }

        return [states, marginAccounts, marginStates, _changes];
    }

    private void SetKind(RecordOrigin place, long account, AccountKindSet kind)
    {
        _marginAccounts[account] = kind.Currency;
        _marginStates.Remove(account);
        Note(
            place, account, kind.Currency.Length == 0 ? "cash" : $"margin {kind.Currency} {kind.Symbol}".TrimEnd(),
            kind.By, kind.Why, kind.TimeNanos);
    }

    private void Note(RecordOrigin place, long account, string what, string who, string why, long timeNanos) =>
        _changes.Add(account).Add(place.Sequence).Add(what).Add(who).Add(why).Add(timeNanos);

    private static string WordsOf(LimitsSet set) => $"limits {set.Symbol} " + (set.Limits.IsEmpty
        ? "none"
        : string.Join(
            ' ',
            set.Limits.Select(limit => string.Create(CultureInfo.InvariantCulture, $"{limit.Kind}={limit.Most}"))));
}
