using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Transfers and withdrawals with their open ends, and the application of payout records.</summary>
internal sealed partial class AccountMachine
{
    /// <summary>Sources that may still change the account: books, payouts and settlements.</summary>
    public IEnumerable<string> OpenSources => OpenBooks.Concat(_transit.Payouts).Concat(_settlement.PendingAmong(_cursors.Keys));

    /// <summary>
    /// Returns true if a source is a book's symbol; otherwise it is the stream of a payout or a settlement.
    /// </summary>
    public static bool IsBook(string source) => !source.Contains('/', StringComparison.Ordinal);

    /// <summary>Returns true if a source is a payout's stream.</summary>
    public static bool IsPayout(string source) =>
        source.StartsWith(PayoutRecord.StreamPrefix, StringComparison.Ordinal);

    /// <summary>
    /// Checks that an amount can be deposited, with room left for withdrawals that receivers may refuse.
    /// </summary>
    public RejectReason CheckDeposit(Asset asset, long amount) =>
        Account.CheckDeposit(asset, amount, _transit.PromisedOf(asset));

    /// <summary>Decides about a withdrawal under an unused key: a debit, or a rejection that uses the key up.</summary>
    public AccountRecord Decide(WithdrawRequest request, Asset asset, long now)
    {
        var reason = _freeze.Barrier is var barred and not RejectReason.None ? barred : _margin.CheckGive(asset, request.Amount, now);
        return reason == RejectReason.None
            ? new Withdrawn(_clock.At(now), request.Key, asset.Name, asset.Decimals, request.Amount, request.Destination)
            : new KeyRefused(_clock.At(now), request.Key, HashOf(request), reason);
    }

    /// <summary>
    /// Returns the hash of a withdrawal, which distinguishes a retry from another withdrawal under the same key.
    /// </summary>
    public static ulong HashOf(WithdrawRequest request) =>
        RequestHash.OfWithdrawal(request.Asset, request.Amount, request.Destination);

    /// <summary>
    /// Applies a settlement's record to what the account has pending. A record that was applied before is ignored.
    /// </summary>
    public void ApplySettlement(string source, long sequence, SettlementRecord record)
    {
        if (sequence <= CursorOf(source))
        {
            return;
        }

        _settlement.Apply(source, record);
        _cursors[source] = sequence;
        Folded++;
    }

    /// <summary>Applies a record of a book, a payout or a settlement as it is in the journal.</summary>
    /// <returns>False if records of the book before it are missing; nothing was changed.</returns>
    /// <exception cref="UnknownHoldException">
    /// It names what this activation never recorded: the activation is stale.
    /// </exception>
    public bool ApplyStored(string source, long sequence, ReadOnlySpan<byte> body, long durable)
    {
        if (IsBook(source))
        {
            return ApplyBook(source, new DeliveredRecord(sequence, 0, BookRecordEncoding.Decode(body)), durable);
        }

        if (AccountSettlement.IsStream(source))
        {
            ApplySettlement(source, sequence, SettlementRecordEncoding.Decode(body));
            return true;
        }

        ApplyPayout(source, sequence, PayoutRecordEncoding.Decode(body), durable);
        return true;
    }

    /// <summary>
    /// Applies a payout's record to the account's own withdrawals. A record that was applied before is ignored.
    /// </summary>
    /// <exception cref="UnknownHoldException">
    /// It names a withdrawal that is not durable here: this activation is stale.
    /// </exception>
    public void ApplyPayout(string source, long sequence, PayoutRecord record, long durable)
    {
        if (sequence <= CursorOf(source))
        {
            return;
        }

        var own = record is BatchMade ? [] : record.Items.Where(item => item.Account == Account.Id.Value).ToArray();
        if (Array.Find(own, item => item.Sequence > Math.Min(durable, Sequence)) is { } unknown)
        {
            throw new UnknownHoldException(
                $"{Account.Id}: {source} knows withdrawal {unknown.Sequence}; this activation is at {Sequence}, durable to {durable}.");
        }

        foreach (var item in own)
        {
            if (!_transit.EndWithdrawal(item.Sequence, item.Amount, out var asset))
            {
                throw new InvalidDataException(
                    $"{Account.Id}: {source} {sequence} ends withdrawal {item.Sequence}, which is not open like that.");
            }

            if (record is BatchRefused)
            {
                Account.Deposit(asset, item.Amount);
            }
        }

        _lacking.Forget();
        _cursors[source] = sequence;
        Folded++;
    }

    /// <summary>Decides about a transfer under an unused key: a debit, or a rejection that uses the key up.</summary>
    public AccountRecord Decide(TransferRequest request, Asset asset, long now)
    {
        var reason = _freeze.Barrier is var barred and not RejectReason.None ? barred : _margin.CheckGive(asset, request.Amount, now);
        return reason == RejectReason.None
            ? new TransferredOut(_clock.At(now), request.Key, request.To, asset.Name, asset.Decimals, request.Amount)
            : new KeyRefused(_clock.At(now), request.Key, HashOf(request), reason);
    }

    /// <summary>Returns true if a transfer of this account is in transit.</summary>
    public bool IsTransferOpen(long transfer) => _transit.IsTransferOpen(transfer);

    /// <summary>Records the arrival of an open transfer.</summary>
    public AccountRecord EndTransfer(long transfer, long now) => new TransferEnded(_clock.At(now), transfer);

    /// <summary>
    /// Returns the hash of a transfer, which distinguishes a retry from another transfer under the same key.
    /// </summary>
    public static ulong HashOf(TransferRequest request) =>
        RequestHash.OfTransfer(request.To, request.Asset, request.Amount);

    private void Apply(TransferredOut transfer)
    {
        Account.Give(new Asset(transfer.Asset, transfer.Decimals), transfer.Amount);
        _transit.BeginTransfer(Sequence);
        _keys.Add(transfer.Key, new UsedKey(
            Sequence, RequestHash.OfTransfer(transfer.To, transfer.Asset, transfer.Amount), 0, "", RejectReason.None));
    }

    private void Apply(TransferEnded ended)
    {
        if (!_transit.EndTransfer(ended.Transfer))
        {
            throw new InvalidDataException(
                $"{Account.Id}: record {Sequence} ends transfer {ended.Transfer}, which is not open.");
        }
    }

    private void Apply(Withdrawn withdrawal)
    {
        var asset = new Asset(withdrawal.Asset, withdrawal.Decimals);
        Account.Give(asset, withdrawal.Amount);
        _transit.BeginWithdrawal(Sequence, asset, withdrawal.Amount);
        _keys.Add(withdrawal.Key, new UsedKey(
            Sequence,
            RequestHash.OfWithdrawal(withdrawal.Asset, withdrawal.Amount, withdrawal.Destination),
            0,
            "",
            RejectReason.None));
        _cursors.TryAdd(PayoutRecord.StreamPrefix + asset.Name, 0);
    }

    private void WriteMoney(ref RecordWriter to)
    {
        _transit.Write(ref to);
        _freeze.Write(ref to);
        _limits.Write(ref to);
        _traded.Write(ref to);
        _volumes.Write(ref to);
        _margin.Write(ref to, tellsSymbol: VersionOfSnapshot >= SnapshotVersionIsolated);
        // Nothing is written if nothing is pending; the snapshot's version shows that.
        if (VersionOfSnapshot > SnapshotVersion)
        {
            _settlement.Write(ref to);
        }

        if (VersionOfSnapshot >= SnapshotVersionWithActions)
        {
            _corporate.WriteUnpaid(ref to);
            _traded.WriteSplits(ref to);
        }

        if (VersionOfSnapshot >= SnapshotVersionWithAdjusted)
        {
            _corporate.WriteAdjusted(ref to);
        }
    }

    private void ReadMoney(ref RecordReader from)
    {
        _transit.Read(ref from);
        _freeze.Read(ref from);
        _limits.Read(ref from);
        _traded.Read(ref from, _instrumentOf);
        _volumes.Read(ref from);
        _margin.Read(ref from, tellsSymbol: from.Version >= SnapshotVersionIsolated);
        if (from.Version >= SnapshotVersionWithPending)
        {
            _settlement.Read(ref from);
        }

        if (from.Version >= SnapshotVersionWithActions)
        {
            _corporate.ReadUnpaid(ref from);
            _traded.ReadSplits(ref from);
        }

        if (from.Version >= SnapshotVersionWithAdjusted)
        {
            _corporate.ReadAdjusted(ref from);
        }
    }

    /// <summary>
    /// Checks that there is room for what an order is to receive at its limit; a better price may bring more.
    /// </summary>
    private RejectReason CheckReceipt(HoldRequest request, Instrument instrument, long need, FeeTerms fees)
    {
        var order = MarginOrderOf(request, instrument, need, fees);
        var asset = order.Side == Side.Buy ? instrument.Base : instrument.Quote;
        return Account.CheckReceipt(
            instrument, order.Side, order.PriceTicks, (long)Int128.Min(order.Lots, long.MaxValue), _transit.PromisedOf(asset));
    }

    /// <summary>Checks the same for a replacement of an order.</summary>
    private RejectReason CheckReceipt(HeldOrder old, long priceTicks, long quantityLots)
    {
        var (asset, replaced) = ExpectedReceipts.Of(old.Instrument, old.Side, old.PriceTicks, old.OpenLots);
        return Account.CheckReceipt(old.Instrument, old.Side, priceTicks, quantityLots, _transit.PromisedOf(asset) - replaced);
    }
}
