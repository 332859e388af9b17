using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Whether the account may act.</summary>
internal sealed partial class AccountMachine
{
    private AccountFrozen? _frozen;

    /// <summary>Whether it enters no orders and gives nothing away.</summary>
    public bool IsFrozen => _frozen is not null;

    /// <summary>Decides about a freeze; null when it is frozen like that already, or more.</summary>
    public AccountRecord? Freeze(FreezeRequest request, long now) => _frozen is { } frozen && (frozen.Closes || !request.Closes)
        ? null
        : new AccountFrozen(At(now), Account.LastNumber, request.Closes, request.By, request.Why);

    /// <summary>The number up to which a frozen account's orders are concerned.</summary>
    public long FrozenFloor => _frozen?.Floor ?? 0;

    /// <summary>The books with open orders up to a number.</summary>
    public IEnumerable<string> BooksUpTo(long floor) => Account.Orders.Values.Where(order => order.Number <= floor)
        .Select(order => order.Instrument.Symbol).Distinct();

    /// <summary>Decides to let it act again; null when it does.</summary>
    public AccountRecord? Unfreeze(string by, string why, long now) =>
        IsFrozen ? new AccountUnfrozen(At(now), by, why) : null;

    /// <summary>Why the account may not act now, whatever it wants to do; none when it may.</summary>
    private RejectReason Barrier => IsFrozen ? RejectReason.AccountFrozen : RejectReason.None;

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
