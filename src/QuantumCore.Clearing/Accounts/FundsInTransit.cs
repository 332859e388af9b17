using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Transfers and withdrawals that an account has paid for and whose end it does not know yet, by the sequence of their
/// records.
/// </summary>
internal sealed class FundsInTransit
{
    private readonly SortedSet<long> _openTransfers = [];
    private readonly SortedDictionary<long, OpenWithdrawal> _openWithdrawals = [];

    /// <summary>Streams of the payouts that may still end a withdrawal.</summary>
    public IEnumerable<string> Payouts => _openWithdrawals.Values
        .Select(withdrawal => PayoutRecord.StreamPrefix + withdrawal.Asset.Name).Distinct();

    /// <summary>Returns true if a transfer is in transit.</summary>
    public bool IsTransferOpen(long transfer) => _openTransfers.Contains(transfer);

    /// <summary>Returns the amount of an asset that withdrawals may bring back, minor units.</summary>
    public Int128 PromisedOf(Asset asset)
    {
        Int128 promised = 0;
        if (_openWithdrawals.Count == 0)
        {
            // Each order asks, and its enumerator would allocate.
            return promised;
        }

        foreach (var withdrawal in _openWithdrawals.Values)
        {
            promised += withdrawal.Asset == asset ? withdrawal.Amount : 0;
        }

        return promised;
    }

    /// <summary>Notes a transfer.</summary>
    public void BeginTransfer(long sequence) => _openTransfers.Add(sequence);

    /// <summary>Ends a transfer; returns false if it is not open.</summary>
    public bool EndTransfer(long sequence) => _openTransfers.Remove(sequence);

    /// <summary>Notes a withdrawal.</summary>
    public void BeginWithdrawal(long sequence, Asset asset, long amount) =>
        _openWithdrawals.Add(sequence, new OpenWithdrawal(asset, amount));

    /// <summary>Ends a withdrawal and returns its asset; returns false if none of this amount is open.</summary>
    public bool EndWithdrawal(long sequence, long amount, out Asset asset)
    {
        var isOpen = _openWithdrawals.Remove(sequence, out var withdrawal);
        asset = withdrawal.Asset;
        return isOpen && withdrawal.Amount == amount;
    }

    /// <summary>Writes the state.</summary>
    public void Write(ref RecordWriter to)
    {
        to.Items(_openTransfers, static (ref to, transfer) => to.Count(transfer));

        to.Count(_openWithdrawals.Count);
        foreach (var (sequence, withdrawal) in _openWithdrawals)
        {
            to.Count(sequence);
            to.Text(withdrawal.Asset.Name);
            to.Count(withdrawal.Asset.Decimals);
            to.Count(withdrawal.Amount);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader from)
    {
        _openTransfers.UnionWith(from.Items(static (ref from) => from.Count()));

        for (var i = from.ItemCount(); i > 0; i--)
        {
            _openWithdrawals.Add(
                from.Count(), new OpenWithdrawal(new Asset(from.Text(), from.Count32()), from.Count()));
        }
    }

    /// <summary>A withdrawal that, as far as the account knows, is neither paid nor refused.</summary>
    private readonly record struct OpenWithdrawal(Asset Asset, long Amount);
}
