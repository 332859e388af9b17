using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Snapshots of an account's whole state, including its keys and cursors.</summary>
internal static class AccountSnapshot
{
    private const byte Plain = 6;

    // Something is pending. An account with nothing pending keeps its original encoding.
    private const byte WithPending = 7;

    // Unpaid parts of corporate actions, or splits; includes pending trades, if any.
    private const byte WithActions = 8;

    // All of the above, plus orders adjusted for a split that may not be over.
    private const byte WithAdjusted = 9;

    // All of the above, if any, for an isolated margin account.
    private const byte Isolated = 10;

    // All of the above, plus the state of open orders in their books.
    private const byte WithOrderStates = 11;

    // All of the above, plus assets that the account lacks since a trade was changed.
    private const byte Lacking = 12;

    // All of the above, plus trades before a split in new units, also for short positions, which older versions kept in
    // old units.
    private const byte Split = 13;
    private const byte Kind = 101;

    /// <summary>Captures the state.</summary>
    public static CapturedState Capture(AccountParts state)
    {
        var captured = new CapturedState();
        var version = VersionOf(state);
        var to = new RecordWriter(version, Kind, state.Clock.TimeNanos);
        to.Count(state.Sequence);
        to.Count(state.Folded);
        to.Count(state.Account.LastNumber);
        to.Bool(state.Margin.IsMargin);
        to.Count(state.Account.Balances.Count);
        foreach (var (asset, balance) in state.Account.Balances.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            to.Text(asset);
            to.Count(balance.Decimals);
            // A withdrawal may spend proceeds of fills that are not applied yet.
            to.Fixed64(balance.Total);
        }

        to.Count(state.Account.Orders.Count);
        foreach (var order in state.Account.Orders.Values.OrderBy(order => order.Number))
        {
            HeldOrderEncoding.Write(ref to, order, withPaid: state.Margin.IsMargin);
        }

        captured.Add(to.ToArray());
        state.Keys.AddTo(captured);
        to = new RecordWriter();
        to.Count(state.Cursors.Count);
        foreach (var (symbol, sequence) in state.Cursors)
        {
            to.Text(symbol);
            to.Count(sequence);
        }

        WriteParts(ref to, state, version);
        if (version >= WithOrderStates)
        {
            state.OrderStates.Write(ref to);
        }

        if (version >= Lacking)
        {
            state.Lacking.Write(ref to);
        }

        captured.Add(to.ToArray());
        return captured;
    }

    /// <summary>Fills the state of a new account from a snapshot.</summary>
    /// <exception cref="InvalidDataException">The snapshot is damaged.</exception>
    /// <exception cref="OutdatedSnapshotException">An older release wrote it and counted differently.</exception>
    public static void Read(AccountParts state, ReadOnlySpan<byte> snapshot)
    {
        var from = new RecordReader(snapshot, Plain, Split);
        state.Clock.TimeNanos = from.TimeNanos;
        state.Sequence = from.Count();
        state.Folded = from.Count();
        var lastNumber = from.Count();
        state.Account.IsMargin = from.Bool();
        var totals = from.Items(static (ref from) => (new Asset(from.Text(), from.Count32()), from.Fixed64()));
        var orders = new HeldOrder[from.ItemCount()];
        for (var i = 0; i < orders.Length; i++)
        {
            orders[i] = HeldOrderEncoding.Read(ref from, state.InstrumentOf, withPaid: state.Account.IsMargin);
        }

        state.Account.Restore(lastNumber, totals, orders);
        state.Keys = UsedKeys.Read(ref from);
        for (var i = from.ItemCount(); i > 0; i--)
        {
            state.Cursors.Add(from.Text(), from.Count());
        }

        ReadParts(ref from, state);
        if (from.Version < Split && state.Traded.HasSplitTrades)
        {
            throw new OutdatedSnapshotException(
                $"The snapshot of {state.Account.Id} at {state.Sequence} is of an older release, which did not split what was sold.");
        }

        state.OrderStates.Forget();
        if (from.Version >= WithOrderStates)
        {
            state.OrderStates.Read(ref from);
        }

        if (from.Version >= Lacking)
        {
            state.Lacking.Read(ref from);
        }

        from.End();
    }

    private static byte VersionOf(AccountParts state) => state.Traded.HasSplitTrades ? Split
        : !state.Lacking.IsEmpty ? Lacking
        : state.Account.Orders.Count > 0 ? WithOrderStates
        : state.Margin.IsIsolated ? Isolated
        : state.Corporate.HasAdjusted ? WithAdjusted
        : state.Corporate.HasUnpaid || state.Traded.HasSplits ? WithActions
        : state.Account.Pending.IsEmpty ? Plain
        : WithPending;

    private static void WriteParts(ref RecordWriter to, AccountParts state, byte version)
    {
        state.Transit.Write(ref to);
        state.Freeze.Write(ref to);
        state.Limits.Write(ref to);
        state.Traded.Write(ref to);
        state.Volumes.Write(ref to);
        state.Margin.Write(ref to, tellsSymbol: version >= Isolated);
        // Nothing is written if nothing is pending; the snapshot's version shows that.
        if (version > Plain)
        {
            state.Settlement.Write(ref to);
        }

        if (version >= WithActions)
        {
            state.Corporate.WriteUnpaid(ref to);
            state.Traded.WriteSplits(ref to);
        }

        if (version >= WithAdjusted)
        {
            state.Corporate.WriteAdjusted(ref to);
        }
    }

    private static void ReadParts(ref RecordReader from, AccountParts state)
    {
        state.Transit.Read(ref from);
        state.Freeze.Read(ref from);
        state.Limits.Read(ref from);
        state.Traded.Read(ref from, state.InstrumentOf);
        state.Volumes.Read(ref from);
        state.Margin.Read(ref from, tellsSymbol: from.Version >= Isolated);
        if (from.Version >= WithPending)
        {
            state.Settlement.Read(ref from);
        }

        if (from.Version >= WithActions)
        {
            state.Corporate.ReadUnpaid(ref from);
            state.Traded.ReadSplits(ref from);
        }

        if (from.Version >= WithAdjusted)
        {
            state.Corporate.ReadAdjusted(ref from);
        }
    }
}
