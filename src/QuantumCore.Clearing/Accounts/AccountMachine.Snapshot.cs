using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Snapshots of the account's whole state, including its keys and cursors.</summary>
internal sealed partial class AccountMachine
{
    private const byte SnapshotVersion = 6;

    // Something is pending. An account with nothing pending keeps its original encoding.
    private const byte SnapshotVersionWithPending = 7;

    // Unpaid parts of corporate actions, or splits; includes pending trades, if any.
    private const byte SnapshotVersionWithActions = 8;

    // All of the above, plus orders adjusted for a split that may not be over.
    private const byte SnapshotVersionWithAdjusted = 9;

    // All of the above, if any, for an isolated margin account.
    private const byte SnapshotVersionIsolated = 10;

    // All of the above, plus the state of open orders in their books.
    private const byte SnapshotVersionWithStandings = 11;

    // All of the above, plus assets that the account lacks since a trade was changed.
    private const byte SnapshotVersionLacking = 12;

    // All of the above, plus trades before a split in new units, also for short positions, which older versions kept in
    // old units.
    private const byte SnapshotVersionSplit = 13;
    private const byte SnapshotKind = 101;

    // Snapshots of versions before 11 lack the state in their books of orders up to this number.
    private long _unknownUpTo;

    /// <summary>True if it knows the state of all its orders in their books.</summary>
    public bool KnowsStandings => UnknownUpTo == 0;

    private long UnknownUpTo =>
        _unknownUpTo > 0 && Account.Orders.Keys.Any(number => number <= _unknownUpTo) ? _unknownUpTo : 0;

    /// <summary>
    /// Resets the state of its orders to what their types imply, as after restoring a snapshot without it.
    /// </summary>
    public void ForgetStandings()
    {
        _unknownUpTo = Account.LastNumber;
        foreach (var order in Account.Orders.Values)
        {
            order.Standing = order.StandingByKind;
        }
    }

    /// <summary>
    /// Forgets the books of amendments that reduced an order in place. Some releases looked them up among open orders,
    /// so their snapshots differ from what their records give (ADR 58).
    /// </summary>
    public void ForgetBooksOfReductions() => _keys = _keys.WithoutBooksOfReductions();

    private byte VersionOfSnapshot => _traded.HasSplitTrades ? SnapshotVersionSplit
        : !_lacking.IsEmpty ? SnapshotVersionLacking
        : Account.Orders.Count > 0 ? SnapshotVersionWithStandings
        : _margin.IsIsolated ? SnapshotVersionIsolated
        : _corporate.HasAdjusted ? SnapshotVersionWithAdjusted
        : _corporate.HasUnpaid || _traded.HasSplits ? SnapshotVersionWithActions
        : Account.Pending.IsEmpty ? SnapshotVersion
        : SnapshotVersionWithPending;

    /// <summary>Encodes the state. The same state always gives the same bytes.</summary>
    public byte[] Snapshot()
    {
        var version = VersionOfSnapshot;
        var to = new RecordWriter(version, SnapshotKind, TimeNanos);
        to.Count(Sequence);
        to.Count(Folded);
        to.Count(Account.LastNumber);
        to.Bool(IsMargin);
        to.Count(Account.Balances.Count);
        foreach (var (asset, balance) in Account.Balances.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            to.Text(asset);
            to.Count(balance.Decimals);
            // A withdrawal may spend proceeds of fills that are not applied yet.
            to.Fixed64(balance.Total);
        }

        to.Count(Account.Orders.Count);
        foreach (var order in Account.Orders.Values.OrderBy(order => order.Number))
        {
            Write(ref to, order);
            if (IsMargin)
            {
                to.Fixed128(order.Paid.Weighted);
                to.Fixed128(order.Paid.Value);
            }
        }

        _keys.Write(ref to);
        to.Count(_cursors.Count);
        foreach (var (symbol, sequence) in _cursors)
        {
            to.Text(symbol);
            to.Count(sequence);
        }

        WriteMoney(ref to);
        if (version >= SnapshotVersionWithStandings)
        {
            WriteStandings(ref to);
        }

        if (version >= SnapshotVersionLacking)
        {
            _lacking.Write(ref to);
        }

        return to.ToArray();
    }

    /// <summary>Restores the machine of a snapshot.</summary>
    /// <exception cref="InvalidDataException">The snapshot is damaged.</exception>
    /// <exception cref="OutdatedSnapshotException">An older release wrote it and counted differently.</exception>
    public static AccountMachine Restore(
        AccountId id,
        Func<string, Instrument> instrumentOf,
        ReadOnlySpan<byte> snapshot,
        Func<string, FeeSchedule?>? scheduleOf = null,
        Func<MarginAgreements>? agreements = null,
        Func<string, BusinessCalendar>? calendarOf = null)
    {
        var from = new RecordReader(snapshot, SnapshotVersion, SnapshotVersionSplit);
        var machine = new AccountMachine(id, instrumentOf, scheduleOf, agreements, calendarOf)
        {
            Sequence = from.Count(),
            Folded = from.Count(),
        };
        machine._clock.TimeNanos = from.TimeNanos;
        var lastNumber = from.Count();
        machine.Account.IsMargin = from.Bool();
        var totals = new (Asset, long)[from.ItemCount()];
        for (var i = 0; i < totals.Length; i++)
        {
            totals[i] = (new Asset(from.Text(), from.Count32()), from.Fixed64());
        }

        var orders = new HeldOrder[from.ItemCount()];
        for (var i = 0; i < orders.Length; i++)
        {
            orders[i] = ReadHeld(ref from, instrumentOf);
            orders[i].Paid = new OrderFees(orders[i].Side, orders[i].Fees);
            if (machine.Account.IsMargin)
            {
                orders[i].Paid = orders[i].Paid with { Weighted = from.Fixed128(), Value = from.Fixed128() };
            }
        }

        machine.Account.Restore(lastNumber, totals, orders);
        machine._keys = UsedKeys.Read(ref from);
        for (var i = from.ItemCount(); i > 0; i--)
        {
            machine._cursors.Add(from.Text(), from.Count());
        }

        machine.ReadMoney(ref from);
        if (from.Version < SnapshotVersionSplit && machine._traded.HasSplitTrades)
        {
            throw new OutdatedSnapshotException(
                $"The snapshot of {id} at {machine.Sequence} is of an older release, which did not split what was sold.");
        }

        machine.ForgetStandings();
        if (from.Version >= SnapshotVersionWithStandings)
        {
            machine.ReadStandings(ref from);
        }

        if (from.Version >= SnapshotVersionLacking)
        {
            machine._lacking.Read(ref from);
        }

        from.End();
        return machine;
    }

    // Only orders whose state differs from what their type implies.
    private void WriteStandings(ref RecordWriter to)
    {
        var orders = Account.Orders.Values.Where(order => order.Standing != order.StandingByKind)
            .OrderBy(order => order.Number).ToArray();
        to.Count(UnknownUpTo);
        to.Count(orders.Length);
        foreach (var order in orders)
        {
            to.Count(order.Number);
            to.Byte((byte)order.Standing.Stage);
            to.Fixed64(order.Standing.SinceNanos);
            to.Count(order.Standing.PriceTicks);
        }
    }

    private void ReadStandings(ref RecordReader from)
    {
        _unknownUpTo = from.Count();
        for (var i = from.ItemCount(); i > 0; i--)
        {
            Account.Orders[from.Count()].Standing = new((OrderStage)from.Byte(), from.Fixed64(), from.Count());
        }
    }

    private static void Write(ref RecordWriter to, HeldOrder order)
    {
        to.Text(order.Instrument.Symbol);
        to.Count(order.Number);
        to.Text(order.ClientOrderId);
        to.Byte((byte)order.Side);
        to.Byte((byte)order.Type);
        to.Byte((byte)order.TimeInForce);
        to.Bool(order.PostOnly);
        to.Count(order.PriceTicks);
        to.Count(order.SubmittedLots);
        to.Signed(order.Fees.MakerPpm);
        to.Signed(order.Fees.TakerPpm);
        to.Count(order.Fees.Minimum);
        to.Fixed64(order.TimeNanos);
        to.Count(order.ReplacesNumber);
        to.Count(order.ExpectedLeavesLots);
        to.Count(order.Sequence);
        to.Count(order.OrderId);
        to.Count(order.QuantityLots);
        to.Count(order.FilledLots);
        to.Count(order.Held);
        to.Byte((byte)order.SelfTrade);
        to.Bytes(EncodedConditions.From(order.Conditions) is { } conditions ? conditions.Bytes.AsSpan() : []);
    }

    private static HeldOrder ReadHeld(ref RecordReader from, Func<string, Instrument> instrumentOf) => new()
    {
        Instrument = instrumentOf(from.Text()),
        Number = from.Count(),
        ClientOrderId = from.Text(),
        Side = (Side)from.Byte(),
        Type = (OrderType)from.Byte(),
        TimeInForce = (TimeInForce)from.Byte(),
        PostOnly = from.Bool(),
        PriceTicks = from.Count(),
        SubmittedLots = from.Count(),
        Fees = new FeeTerms(from.Signed32(), from.Signed32(), from.Count()),
        TimeNanos = from.Fixed64(),
        ReplacesNumber = from.Count(),
        ExpectedLeavesLots = from.Count(),
        Sequence = from.Count(),
        OrderId = from.Count(),
        QuantityLots = from.Count(),
        FilledLots = from.Count(),
        Held = from.Count(),
        SelfTrade = (SelfTradePrevention)from.Byte(),
        Conditions = ReadConditions(from.Bytes()),
    };

    private static OrderConditions? ReadConditions(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty ? null : new EncodedConditions([.. bytes]).Decode();
}
