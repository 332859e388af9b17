using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>The freeze of an account, if any.</summary>
internal sealed class AccountFreeze
{
    /// <summary>Label of a freeze by a kill switch, in place of the label of an operator's key.</summary>
    public const string KillSwitchName = "kill switch";

    /// <summary>Label of a freeze by the exchange itself, in place of the label of an operator's key.</summary>
    public const string ExchangeName = "exchange";

    private AccountFrozen? _frozen;

    /// <summary>True if the account may neither enter orders nor give anything away.</summary>
    public bool IsFrozen => _frozen is not null;

    /// <summary>True if it is frozen and its orders are cancelled.</summary>
    public bool Closes => _frozen is { Closes: true };

    /// <summary>True if a kill switch froze it.</summary>
    public bool IsByKillSwitch => _frozen is { By: KillSwitchName };

    /// <summary>Highest number of the affected orders; 0 if it is not frozen.</summary>
    public long Floor => _frozen?.Floor ?? 0;

    /// <summary>Reason of a freeze that no operator made; null if there is none.</summary>
    public string? AutomaticReason => _frozen is { By: KillSwitchName or ExchangeName, Why: var why } ? why : null;

    /// <summary>Reject reason for any action of the account; None if it may act.</summary>
    public RejectReason Rejection => IsFrozen ? RejectReason.AccountFrozen : RejectReason.None;

    /// <summary>Returns true if it is already frozen in the requested way, or more strictly.</summary>
    public bool Includes(FreezeRequest request) => _frozen is { } frozen && (frozen.Closes || !request.Closes);

    /// <summary>Applies a freeze, or its end.</summary>
    public void Apply(AccountRecord record) => _frozen = record as AccountFrozen;

    /// <summary>Writes the state.</summary>
    public void Write(ref RecordWriter to)
    {
        to.Bool(IsFrozen);
        if (_frozen is { } frozen)
        {
            to.Bytes(AccountRecordEncoding.Encode(frozen));
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader from) =>
        _frozen = from.Bool() ? (AccountFrozen)AccountRecordEncoding.Decode(from.Bytes()) : null;
}
