using System.Collections.Immutable;
using QuantumCore.Contracts.Encodings;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Encodes account records as bytes. Kinds never change.</summary>
public static class AccountRecordEncoding
{
    private const byte Version = 1;

    internal enum Kind : byte
    {
        Hold = 20,
        Refused = 21,
        Deposit = 22,
        CancelAll = 23,
        Reduction = 24,
        List = 25,
        Transfer = 26,
        TransferEnd = 27,
        Withdrawal = 28,
        Freeze = 29,
        Unfreeze = 30,
        Limits = 31,
        Volumes = 32,
        AccountKind = 33,
        Margin = 34,
        LiquidationStep = 35,
        Covered = 36,
        Interest = 37,
        ActionEntered = 38,
        ActionPaid = 39,
        SymbolChange = 76,
        SharePaid = 78,
        IsolatedKind = 79,
        Split = 89,
        ReductionOf = 95,

        // A release that would ignore these limits must not read them.
        KillLimits = 96,
    }

    /// <summary>Encodes a record. The same record always gives the same bytes.</summary>
    public static byte[] Encode(AccountRecord record) => record switch
    {
        HoldPlaced hold => Encode(hold),
        KeyRefused refused => Encode(refused),
        Deposited deposit => Encode(deposit),
        CancelAllMarked mark => Encode(mark),
        ReductionAsked asked => Encode(asked),
        ListHeld list => Encode(list),
        TransferredOut transfer => Encode(transfer),
        TransferEnded ended => Encode(ended),
        Withdrawn withdrawal => Encode(withdrawal),
        AccountFrozen frozen => Encode(frozen),
        AccountUnfrozen unfrozen => Encode(unfrozen),
        LimitsSet limits => Encode(limits),
        VolumesSet volumes => Encode(volumes),
        AccountKindSet kind => AccountMarginEncoding.Encode(kind),
        MarginReviewed margin => AccountMarginEncoding.Encode(margin),
        LiquidationStepEnded step => AccountMarginEncoding.Encode(step),
        DeficitCovered covered => AccountMarginEncoding.Encode(covered),
        InterestAccrued interest => AccountMarginEncoding.Encode(interest),
        DeficitSharePaid paid => AccountMarginEncoding.Encode(paid),
        CorporateActionEntered entered => AccountActionEncoding.Encode(entered),
        CorporateActionPaid paid => AccountActionEncoding.Encode(paid),
        SplitEntered split => AccountActionEncoding.Encode(split),
        SymbolChanged changed => AccountActionEncoding.Encode(changed),
        _ => throw new ArgumentException($"Unknown record {record.GetType().Name}.", nameof(record)),
    };

    /// <summary>Decodes a record.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a record of a version this build reads.</exception>
    public static AccountRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var from = new RecordReader(bytes, Version);
        AccountRecord record = (Kind)from.Kind switch
        {
            Kind.Hold => new HoldPlaced(
                from.TimeNanos,
                from.Text(),
                OrderEncoding.Read(ref from),
                unchecked((ulong)from.Fixed64()),
                from.Count()),
            Kind.Refused => new KeyRefused(
                from.TimeNanos,
                from.Text(),
                unchecked((ulong)from.Fixed64()),
                (RejectReason)from.Count16()),
            Kind.Deposit => new Deposited(
                from.TimeNanos, from.Text(), from.Text(), from.Count32(), from.Count()),
            Kind.CancelAll => new CancelAllMarked(from.TimeNanos, from.Count()),
            Kind.Reduction => new ReductionAsked(
                from.TimeNanos, from.Text(), unchecked((ulong)from.Fixed64()), from.Count(), from.Count()),
            Kind.ReductionOf => new ReductionAsked(
                from.TimeNanos, from.Text(), unchecked((ulong)from.Fixed64()), from.Count(), from.Count(), from.Text()),
            Kind.List => ReadList(ref from),
            Kind.Transfer => new TransferredOut(
                from.TimeNanos, from.Text(), from.Count(), from.Text(), from.Count32(), from.Count()),
            Kind.TransferEnd => new TransferEnded(from.TimeNanos, from.Count()),
            Kind.Withdrawal => new Withdrawn(
                from.TimeNanos, from.Text(), from.Text(), from.Count32(), from.Count(), from.Text()),
            Kind.Freeze => new AccountFrozen(from.TimeNanos, from.Count(), from.Bool(), from.Text(), from.Text()),
            Kind.Unfreeze => new AccountUnfrozen(from.TimeNanos, from.Text(), from.Text()),
            Kind.Limits or Kind.KillLimits => ReadLimitsSet(ref from),
            Kind.Volumes => ReadVolumes(ref from),
            Kind.AccountKind =>
                new AccountKindSet(from.TimeNanos, from.Text(), from.Count32(), from.Text(), from.Text()),
            Kind.Margin => AccountMarginEncoding.ReadMargin(ref from),
            Kind.LiquidationStep => new LiquidationStepEnded(
                from.TimeNanos, from.Text(), from.Count32(), from.Count(), from.Count(), from.Count(), from.Count()),
            Kind.IsolatedKind => new AccountKindSet(
                from.TimeNanos, from.Text(), from.Count32(), from.Text(), from.Text(), from.Text()),
            Kind.SymbolChange => new SymbolChanged(
                from.TimeNanos, from.Text(), from.Text(), from.Count32(), from.Count(), from.Text()),
            Kind.SharePaid => new DeficitSharePaid(
                from.TimeNanos, from.Text(), from.Count32(), from.Count(), from.Count(), from.Count()),
            Kind.Covered => new DeficitCovered(
                from.TimeNanos, from.Text(), from.Count32(), from.Count(), from.Count(), from.Count()),
            Kind.Interest => new InterestAccrued(
                from.TimeNanos, from.Count(), from.Text(), from.Count32(), from.Count32(),
                from.Fixed128(), from.Fixed128(), from.Count(), from.Count()),
            Kind.ActionEntered => new CorporateActionEntered(
                from.TimeNanos, from.Text(), (CorporateActionKind)from.Byte(), from.Text(), from.Count32(),
                from.Fixed64(),
                from.Text(), from.Count32(), from.Fixed64(), from.Count()),
            Kind.Split => new SplitEntered(
                from.TimeNanos, from.Text(), from.Text(), from.Count32(), from.Fixed64(), from.Fixed64(), from.Count(),
                from.Count(), from.Count(),
                from.Text(), from.Count32(), from.Count()),
            Kind.ActionPaid => new CorporateActionPaid(
                from.TimeNanos, from.Text(), from.Text(), from.Count32(), from.Fixed64()),
            _ => throw from.UnknownKind("account"),
        };
        from.End();
        return record;
    }

    /// <summary>Begins a record.</summary>
    internal static RecordWriter Start(Kind kind, AccountRecord record) => new(Version, (byte)kind, record.TimeNanos);

    private static byte[] Encode(HoldPlaced record)
    {
        var to = Start(Kind.Hold, record);
        to.Text(record.Symbol);
        OrderEncoding.Write(ref to, record.Order);
        to.Fixed64(unchecked((long)record.RequestHash));
        to.Count(record.Amount);
        return to.ToArray();
    }

    private static byte[] Encode(ListHeld record)
    {
        var to = Start(Kind.List, record);
        to.Text(record.Symbol);
        to.Fixed64(unchecked((long)record.RequestHash));
        to.Count(record.Orders.Length);
        for (var i = 0; i < record.Orders.Length; i++)
        {
            OrderEncoding.Write(ref to, record.Orders[i]);
            to.Count(record.Amounts[i]);
        }

        return to.ToArray();
    }

    private static ListHeld ReadList(ref RecordReader from)
    {
        var symbol = from.Text();
        var hash = unchecked((ulong)from.Fixed64());
        var count = from.ItemCount();
        var orders = ImmutableArray.CreateBuilder<SubmitOrder>(count);
        var amounts = ImmutableArray.CreateBuilder<long>(count);
        for (; count > 0; count--)
        {
            orders.Add(OrderEncoding.Read(ref from));
            amounts.Add(from.Count());
        }

        return new ListHeld(from.TimeNanos, symbol, orders.MoveToImmutable(), hash, amounts.MoveToImmutable());
    }

    private static byte[] Encode(KeyRefused record)
    {
        var to = Start(Kind.Refused, record);
        to.Text(record.ClientOrderId);
        to.Fixed64(unchecked((long)record.RequestHash));
        to.Count((int)record.Reason);
        return to.ToArray();
    }

    private static byte[] Encode(Deposited record)
    {
        var to = Start(Kind.Deposit, record);
        to.Text(record.Key);
        to.Text(record.Asset);
        to.Count(record.Decimals);
        to.Count(record.Amount);
        return to.ToArray();
    }

    private static byte[] Encode(TransferredOut record)
    {
        var to = Start(Kind.Transfer, record);
        to.Text(record.Key);
        to.Count(record.To);
        to.Text(record.Asset);
        to.Count(record.Decimals);
        to.Count(record.Amount);
        return to.ToArray();
    }

    private static byte[] Encode(TransferEnded record)
    {
        var to = Start(Kind.TransferEnd, record);
        to.Count(record.Transfer);
        return to.ToArray();
    }

    private static byte[] Encode(Withdrawn record)
    {
        var to = Start(Kind.Withdrawal, record);
        to.Text(record.Key);
        to.Text(record.Asset);
        to.Count(record.Decimals);
        to.Count(record.Amount);
        to.Text(record.Destination);
        return to.ToArray();
    }

    private static byte[] Encode(AccountFrozen record)
    {
        var to = Start(Kind.Freeze, record);
        to.Count(record.Floor);
        to.Bool(record.Closes);
        to.Text(record.By);
        to.Text(record.Why);
        return to.ToArray();
    }

    private static byte[] Encode(AccountUnfrozen record)
    {
        var to = Start(Kind.Unfreeze, record);
        to.Text(record.By);
        to.Text(record.Why);
        return to.ToArray();
    }

    private static byte[] Encode(LimitsSet record)
    {
        var kills = record.Limits.Any(limit => limit.Kind >= LimitKind.QuantityMultiple);
        var to = Start(kills ? Kind.KillLimits : Kind.Limits, record);
        Write(ref to, new LimitsRequest(record.Symbol, record.Limits, record.By, record.Why));
        return to.ToArray();
    }

    internal static void Write(ref RecordWriter to, LimitsRequest set)
    {
        to.Text(set.Symbol);
        to.Count(set.Limits.Length);
        foreach (var limit in set.Limits)
        {
            to.Byte((byte)limit.Kind);
            to.Count(limit.Most);
        }

        to.Text(set.By);
        to.Text(set.Why);
    }

    private static LimitsSet ReadLimitsSet(ref RecordReader from)
    {
        var set = ReadLimits(ref from);
        return new LimitsSet(from.TimeNanos, set.Symbol, set.Limits, set.By, set.Why);
    }

    internal static LimitsRequest ReadLimits(ref RecordReader from)
    {
        var symbol = from.Text();
        var limits = from.Items(static (ref from) => new AccountLimit((LimitKind)from.Byte(), from.Count()));
        return new LimitsRequest(symbol, limits, from.Text(), from.Text());
    }

    private static byte[] Encode(VolumesSet record)
    {
        var to = Start(Kind.Volumes, record);
        to.Count(record.Day);
        to.Count(record.Volumes.Length);
        foreach (var (asset, volume) in record.Volumes)
        {
            to.Text(asset);
            to.Fixed128(volume);
        }

        return to.ToArray();
    }

    private static VolumesSet ReadVolumes(ref RecordReader from)
    {
        var day = from.Count();
        var volumes = from.Items(static (ref from) => new TradedVolume(from.Text(), from.Fixed128()));
        return new VolumesSet(from.TimeNanos, day, volumes);
    }

    private static byte[] Encode(ReductionAsked record)
    {
        var to = Start(record.Symbol.Length == 0 ? Kind.Reduction : Kind.ReductionOf, record);
        to.Text(record.ClientOrderId);
        to.Fixed64(unchecked((long)record.RequestHash));
        to.Count(record.Number);
        to.Count(record.TotalLots);
        if (record.Symbol.Length > 0)
        {
            to.Text(record.Symbol);
        }

        return to.ToArray();
    }

    private static byte[] Encode(CancelAllMarked record)
    {
        var to = Start(Kind.CancelAll, record);
        to.Count(record.Floor);
        return to.ToArray();
    }
}
