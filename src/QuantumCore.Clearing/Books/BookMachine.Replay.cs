using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>
/// A replayed command did something else than its record says. The symbol halts; nothing is repaired.
/// </summary>
internal sealed class DivergenceException(string symbol, long sequence, string what)
    : Exception($"{symbol} diverges at sequence {sequence}: {what}");

/// <summary>Snapshots and replay.</summary>
internal sealed partial class BookMachine
{
    // 4: no phase plan. 5: no trade groups. 6: no corporate actions. 7: no changed trades.
    private const byte OldestSnapshot = 4;
    private const byte SnapshotWithPlans = 5;
    private const byte SnapshotWithGroups = 6;
    private const byte SnapshotWithActions = 7;
    private const byte SnapshotVersion = 8;
    private const byte SnapshotKind = 100;

    /// <summary>
    /// Runs a record's command again and requires the same record, byte for byte. Returns the record.
    /// </summary>
    /// <exception cref="DivergenceException">The record differs.</exception>
    public BookRecord Replay(long sequence, ReadOnlySpan<byte> stored)
    {
        if (sequence != Sequence + 1)
        {
            throw new DivergenceException(symbol, sequence, $"it follows on {Sequence}");
        }

        BookRecord? again;
        try
        {
            var record = BookRecordEncoding.Decode(stored);
            // The only cause: an operator started the exchange with --correct-time.
            if (record.TimeNanos < TimeNanos)
                TurnBack(record.TimeNanos);
            again = RunAgain(record);
            again = again is null ? null : BookRecordEncoding.AsToldIn(stored, again);
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidDataException or KeyNotFoundException
            or ArgumentException or OverflowException)
        {
            throw new DivergenceException(symbol, sequence, e.Message);
        }

        if (again is null || !BookRecordEncoding.IsEncoded(again, stored))
        {
            throw new DivergenceException(symbol, sequence, $"the replay gives {again?.ToString() ?? "nothing"}");
        }

        foreach (var account in again.TouchedAccounts())
        {
            Chain(account);
        }

        return again;
    }

    /// <summary>Encodes the whole state. The same state always gives the same bytes.</summary>
    public byte[] Snapshot() => Snapshot(SnapshotVersion);

    /// <summary>
    /// Encodes the state as an older release did, for comparison; returns null for a version that this release cannot
    /// read.
    /// </summary>
    public byte[]? SnapshotOf(byte version) =>
        version is >= OldestSnapshot and <= SnapshotVersion ? Snapshot(version) : null;

    private byte[] Snapshot(byte version)
    {
        var to = new RecordWriter(version, SnapshotKind, TimeNanos);
        to.Count(Sequence);
        to.Bytes(EncodedInstrument.From(Instrument!).Bytes.AsSpan());
        to.Fixed64(unchecked((long)Core.StateHash));
        to.Bytes(Core.Snapshot());
        to.Count(_lastId);
        to.Bool(Indicative is not null);
        if (Indicative is { } auction)
        {
            to.Count(auction.PriceTicks);
            to.Count(auction.Lots);
            to.Fixed64(auction.Imbalance);
        }

        to.Count(_accounts.Count);
        foreach (var (account, presence) in _accounts.OrderBy(pair => pair.Key))
        {
            Write(ref to, account, presence);
        }

        _finished.Write(ref to);
        WriteWhatCameLater(ref to, version);
        return to.ToArray();
    }

    // Each version appends to the one before it.
    private void WriteWhatCameLater(ref RecordWriter to, byte version)
    {
        if (version >= SnapshotWithPlans)
        {
            WritePlan(ref to);
        }

        if (version >= SnapshotWithGroups)
        {
            to.Count(_tradeGroups.Count);
            foreach (var (account, group) in _tradeGroups)
            {
                to.Count(account);
                to.Count(group);
            }
        }

        if (version >= SnapshotWithActions)
        {
            to.Count(_adjusted.Count);
            foreach (var action in _adjusted)
            {
                to.Count(action);
            }
        }

        if (version > SnapshotWithActions)
        {
            WriteChanges(ref to);
        }
    }

    private void WritePlan(ref RecordWriter to)
    {
        to.Byte((byte)PhaseReason);
        to.Count(PhaseNanos);
        to.Count(AuctionNanos);
        to.Bool(Plan is not null);
        if (Plan is { } plan)
        {
            to.Byte((byte)plan.Phase);
            to.Count(plan.AtNanos);
            to.Count(plan.LastsNanos);
        }
    }

    /// <summary>Restores the machine of a snapshot.</summary>
    /// <exception cref="InvalidDataException">The snapshot is damaged, or its state hash is not the book's.</exception>
    public static BookMachine Restore(string symbol, ReadOnlySpan<byte> snapshot)
    {
        var from = new RecordReader(snapshot, OldestSnapshot, SnapshotVersion);
        var machine = new BookMachine(symbol) { TimeNanos = from.TimeNanos, Sequence = from.Count() };
        machine.Instrument = new EncodedInstrument([.. from.Bytes()]).Decode();
        var hash = unchecked((ulong)from.Fixed64());
        machine._core = OrderBook.Restore(from.Bytes());
        machine._displayed = new DisplayedBook(machine._core);
        machine._phase = machine._core.Phase;
        if (from.Kind != SnapshotKind || machine._core.StateHash != hash)
        {
            throw new InvalidDataException($"The snapshot of {symbol} at {machine.Sequence} has another state hash.");
        }

        machine._lastId = from.Count();
        machine.Indicative = from.Bool() ? new IndicativeAuction(from.Count(), from.Count(), from.Fixed64()) : null;
        for (var i = from.ItemCount(); i > 0; i--)
        {
            machine._accounts.Add(from.Count(), machine.Read(ref from));
        }

        machine._finished = FinishedOrders.Read(ref from, machine._lastId);
        if (from.Version >= SnapshotWithPlans)
        {
            machine.PhaseReason = (PhaseReason)from.Byte();
            machine.PhaseNanos = from.Count();
            machine.AuctionNanos = from.Count();
            machine.Plan = from.Bool() ? new PhasePlan((TradingPhase)from.Byte(), from.Count(), from.Count()) : null;
        }

        for (var i = from.Version > SnapshotWithPlans ? from.ItemCount() : 0; i > 0; i--)
        {
            machine._tradeGroups.Add(from.Count(), from.Count());
        }

        for (var i = from.Version > SnapshotWithGroups ? from.ItemCount() : 0; i > 0; i--)
        {
            machine._adjusted.Add(from.Count());
        }

        machine.ReadChanges(ref from);
        from.End();
        return machine;
    }

    private static void Write(ref RecordWriter to, long account, AccountInBook presence)
    {
        to.Count(account);
        to.Count(presence.LastSequence);
        to.Count(presence.Floor);
        to.Count(presence.Open.Count);
        foreach (var (_, ticket) in presence.Open.OrderBy(pair => pair.Key))
        {
            OrderEncoding.Write(ref to, ticket.Order);
            to.Count(ticket.OrderId);
            to.Count(ticket.Sequence);
            to.Count(ticket.TotalLots);
            to.Count(ticket.FilledLots);
            to.Fixed128(ticket.Fees.Weighted);
            to.Fixed128(ticket.Fees.Value);
            to.Count(ticket.PreventedLots);
            to.Count(ticket.Hold);
        }

        WriteLists(ref to, presence);
    }

    /// <summary>Writes the lists with open orders; of their done orders, only what holds depend on.</summary>
    private static void WriteLists(ref RecordWriter to, AccountInBook presence)
    {
        var lists = presence.Open.OrderBy(pair => pair.Key).Select(pair => pair.Value.List).OfType<TicketList>()
            .Distinct().ToArray();
        to.Count(lists.Length);
        foreach (var list in lists)
        {
            to.Byte((byte)list.Kind);
            to.Count(list.Members.Length);
            foreach (var member in list.Members)
            {
                OrderEncoding.Write(ref to, member.Order);
                to.Count(member.OrderId);
                to.Count(member.TotalLots);
                to.Count(member.FilledLots);
            }

            to.Count(Array.IndexOf(list.Members, list.Carrier) + 1);
            to.Bool(list.IsActive);
            to.Bool(list.IsSplit);
        }
    }

    private static void ReadLists(ref RecordReader from, AccountInBook presence)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            var kind = (OrderListKind)from.Byte();
            var members = new OrderTicket[from.ItemCount()];
            for (var j = 0; j < members.Length; j++)
            {
                var order = OrderEncoding.Read(ref from);
                var member = new OrderTicket(order, from.Count(), 0)
                {
                    TotalLots = from.Count(),
                    FilledLots = from.Count(),
                };
                members[j] = presence.Open.GetValueOrDefault(order.Number, member);
            }

            var list = new TicketList(kind, members);
            var carrier = from.Count32();
            list.Carrier = carrier >= 1 && carrier <= members.Length ? members[carrier - 1] : null;
            list.IsActive = from.Bool();
            list.IsSplit = from.Bool();
            foreach (var member in members)
            {
                member.List = list;
            }
        }
    }

    private AccountInBook Read(ref RecordReader from)
    {
        var presence = new AccountInBook { LastSequence = from.Count(), Floor = from.Count() };
        for (var i = from.ItemCount(); i > 0; i--)
        {
            var order = OrderEncoding.Read(ref from);
            var ticket = new OrderTicket(order, from.Count(), from.Count())
            {
                TotalLots = from.Count(),
                FilledLots = from.Count(),
            };
            ticket.Fees = ticket.Fees with { Weighted = from.Fixed128(), Value = from.Fixed128() };
            (ticket.PreventedLots, ticket.Hold) = (from.Count(), from.Count());
            presence.Open.Add(order.Number, ticket);
            _open.Add(ticket.OrderId, ticket);
        }

        ReadLists(ref from, presence);
        return presence;
    }

    private BookRecord? RunAgain(BookRecord record) => record switch
    {
        InstrumentDefined defined => Define(defined.Definition, defined.TimeNanos),
        OrderAccepted order => Submit(order.Order, order.TimeNanos, becomes: false),
        // The reason why a leg was rejected may lie in another leg's book.
        OrderVoided { Order: { Type: OrderType.Leg } leg } voided => Decline(leg, voided.Reason, voided.TimeNanos),
        OrderVoided { Order: { } order } => Submit(order, record.TimeNanos, becomes: false),
        OrderVoided voided => Resolve(voided.Account, voided.Number, voided.TimeNanos),
        OrdersClosed { Orders: [{ Reason: EndReason.Amended } order] } => ReduceAgain(order, record.TimeNanos),
        OrdersClosed { Orders: [var order] } => Close(order.Account, order.Number, order.Reason, record.TimeNanos),
        AllClosed all => CloseAll(all.Account, all.Floor, all.TimeNanos),
        OrderReduced reduced => ReduceAgain(reduced),
        BookTurn turn => RunAgain(turn.Command, turn.TimeNanos),
        NothingFound nothing => Witness(nothing.Account, nothing.OrderId, nothing.TimeNanos),
        _ => throw new InvalidDataException($"{record.GetType().Name} is not a record of one command."),
    };

    private BookTurn CloseAgain(BookCommand command, long time)
    {
        ImmutableArray<long> numbers = [command.Number, .. command.Changes.Select(also => also.Value)];
        foreach (var number in numbers)
        {
            _ = Open(command.Account, number);
        }

        return CloseTogether(command.Account, numbers, (EndReason)command.Value, time);
    }

    // The record does not contain the total of an amendment that ended the order; the filled quantity has the same
    // effect.
    private BookRecord? ReduceAgain(in ClosedOrder order, long time)
    {
        Reduce(Open(order.Account, order.Number), order.FilledLots, time, out var record);
        return record;
    }

    private BookRecord? ReduceAgain(OrderReduced reduced)
    {
        Reduce(Open(reduced.Account, reduced.Number), reduced.TotalLots, reduced.TimeNanos, out var record);
        return record;
    }

    private BookRecord? RunAgain(BookCommand command, long time)
    {
        BookRecord? again;
        switch (command.Verb)
        {
            case BookVerb.Enter:
                return Submit(command.Orders[0], time, becomes: command.Value == 1);
            case BookVerb.EnterList:
                return SubmitList((OrderListKind)command.Value, command.Orders, time);
            case BookVerb.Act:
                return ActAgain(command, time);
            case BookVerb.Cancel:
                return command.Changes.IsEmpty
                    ? Close(command.Account, command.Number, (EndReason)command.Value, time)
                    : CloseAgain(command, time);
            case BookVerb.CancelAll:
                return CloseAll(command.Account, command.Number, time, together: command.Value == 1);
            case BookVerb.Reduce:
                Reduce(Open(command.Account, command.Number), command.Value, time, out again);
                return again;
            case BookVerb.Amend:
                Amend(Open(command.Account, command.Number), command.Changes, time, out again);
                return again;
            default:
                Operate(command, time, out again);
                return again;
        }
    }

    private OrderTicket Open(long account, long number) =>
        IsKnown(account, number, out var ticket, out _) && ticket is not null
            ? ticket
            : throw new InvalidDataException($"Order {account}#{number} is not open.");
}
