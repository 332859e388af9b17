using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Freezes of the account.</summary>
internal sealed partial class AccountMachine
{
    private AccountFrozen? _frozen;

    /// <summary>True if it may neither enter orders nor give anything away.</summary>
    public bool IsFrozen => _frozen is not null;

    /// <summary>Decides about a freeze; returns null if it is already frozen in this way or more strictly.</summary>
    public AccountRecord? Freeze(FreezeRequest request, long now) =>
        _frozen is { } frozen && (frozen.Closes || !request.Closes)
        ? null
        : new AccountFrozen(At(now), Account.LastNumber, request.Closes, request.By, request.Why);

    /// <summary>Highest number of a frozen account's affected orders.</summary>
    public long FrozenFloor => _frozen?.Floor ?? 0;

    /// <summary>Returns the books with open orders up to a number.</summary>
    public IEnumerable<string> BooksUpTo(long floor) => Account.Orders.Values.Where(order => order.Number <= floor)
        .Select(order => order.Instrument.Symbol).Distinct();

    /// <summary>Decides to unfreeze it; returns null if it is not frozen.</summary>
    public AccountRecord? Unfreeze(string by, string why, long now) =>
        IsFrozen ? new AccountUnfrozen(At(now), by, why) : null;

    /// <summary>Reject reason for any action of the account now; None if it may act.</summary>
    private RejectReason Barrier => IsFrozen ? RejectReason.AccountFrozen : RejectReason.None;

    private void ApplyFreeze(AccountRecord record)
    {
        _frozen = record as AccountFrozen;
        if (!IsFrozen)
        {
            RestartKillWindows();
        }
    }

    private void WriteFreeze(ref RecordWriter to)
    {
        to.Bool(IsFrozen);
        if (_frozen is { } frozen)
        {
            to.Bytes(AccountRecordEncoding.Encode(frozen));
        }
    }

    private void ReadFreeze(ref RecordReader from) =>
        _frozen = from.Bool() ? (AccountFrozen)AccountRecordEncoding.Decode(from.Bytes()) : null;
}
